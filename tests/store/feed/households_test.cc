// The projected households beside those who lock them.
#include "common/feed/households.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "tests/store/feed/eventually.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

namespace idv1 = ::jingzhun::identification::v1;

constexpr int kHouseholds = 64;

HouseholdId Household(int number) { return HouseholdId(MakeId(230712, number)); }

std::vector<common::v1::Change> ChangesOfAll(int64_t version) {
  std::vector<common::v1::Change> changes;
  for (int number = kHouseholds; number >= 1; --number) {
    idv1::HouseholdChanged payload;
    payload.mutable_household()->set_region_code("230712101201");
    payload.mutable_household()->set_state(idv1::HOUSEHOLD_STATE_REGISTERED);
    changes.push_back(feed::MakeChange(Household(number).Name(), *RegionCode::Parse("230712101201"),
                                       version, absl::Now(), payload));
  }
  return changes;
}

bool SomebodyWaitsForALock(sql::Database& db) {
  int64_t waiting = 0;
  absl::Status status = db.Read(absl::Now() + absl::Seconds(30), [&](sql::Transaction& tx) {
    return tx.Query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'", {},
                    [&](const sql::Row& row) { waiting = row.Int(1); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return waiting > 0;
}

// Who holds the first household gets the others, too: a projecting transaction that has to wait for
// the first holds none of them.
TEST(ApplyHouseholds, TakesHouseholdsInTheOrderOfThoseWhoLockThem) {
  auto db = PrivateMariaDb::Shared().NewDatabase(feed::households::Migrations());
  const absl::Time until = absl::Now() + absl::Seconds(60);
  auto apply = [&](int64_t version, int& attempts) {
    return db->Run(until, [&](sql::Transaction& tx) {
      ++attempts;
      return feed::ApplyHouseholds(tx, ChangesOfAll(version));
    });
  };
  int first_attempts = 0;
  ASSERT_TRUE(apply(1, first_attempts).ok());

  absl::Status projected;
  int projecting = 0;
  int locking = 0;
  std::thread projector;
  const absl::Status locked = db->Run(until, [&](sql::Transaction& tx) -> absl::Status {
    ++locking;
    JZ_RETURN_IF_ERROR(feed::LockHouseholds(tx, {Household(1).value()}));
    if (locking == 1) projector = std::thread([&] { projected = apply(2, projecting); });
    EXPECT_TRUE(Eventually([&] { return SomebodyWaitsForALock(*db); }));
    std::vector<int64_t> rest;
    for (int number = kHouseholds; number >= 2; --number) {
      rest.push_back(Household(number).value());
    }
    return feed::LockHouseholds(tx, rest);
  });
  projector.join();
  EXPECT_TRUE(locked.ok()) << locked;
  EXPECT_TRUE(projected.ok()) << projected;
  EXPECT_EQ(locking, 1) << "a deadlock rolled it back";
  EXPECT_EQ(projecting, 1) << "a deadlock rolled it back";
}

}  // namespace
}  // namespace jz::testing
