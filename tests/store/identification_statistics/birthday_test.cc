// The birthdays of a day, and the roller, when several do it at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/identification/app.h"
#include "services/identification/enter_households.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/store/statistic_store.h"
#include "tests/store/identification_statistics/recount.h"
#include "tests/support/mariadb.h"

namespace jz::identification::testing {
namespace {

constexpr Date kYesterday(2026, 3, 9);
constexpr Date kToday(2026, 3, 10);
const RegionCode kVillage = RegionCode::FromNumber(230221101200);
const StatisticQuery kByAge{.group_by = {Dimension::kAge}, .filters = {}};

absl::Time Soon() { return absl::Now() + absl::Minutes(1); }

class Birthdays : public ::testing::Test {
 protected:
  Birthdays() {
    EXPECT_TRUE(
        db_->Run(Soon(), [](sql::Transaction& tx) { return SetAges(tx, kYesterday); }).ok());
  }

  // One person each, who becomes 60 on kToday.
  absl::Status Enter(sql::Transaction& tx, int64_t first, int count, absl::Time now) {
    std::vector<NewHousehold> entered(static_cast<size_t>(count));
    std::vector<const NewHousehold*> pointers;
    for (NewHousehold& one : entered) {
      Household& household = one.imported.household;
      household.id = HouseholdId(first);
      household.region = kVillage;
      household.national_no = absl::StrCat("H", first);
      household.state = HouseholdState::kRegistered;
      household.state_since = kYesterday;
      household.housing = "01";
      household.version = 1;
      Person& person = one.imported.members.emplace_back();
      person.id = PersonId(first++);
      person.household = household.id;
      person.region = kVillage;
      person.birth_date = Date(1966, 3, 10);
      person.citizen_id_sealed = "sealed";
      person.citizen_id_hash = absl::StrCat(std::string(20, 'x'), 100'000'000'000 + first);
      person.relation = "01";
      person.joined_on = kYesterday;
      pointers.push_back(&one);
    }
    return EnterHouseholds(tx, pointers, {.job = jobs::JobId(1), .author = "tester", .now = now});
  }
  void EnterNow(int64_t first, int count, absl::Time now) {
    absl::Status done =
        db_->Run(Soon(), [&](sql::Transaction& tx) { return Enter(tx, first, count, now); });
    ASSERT_TRUE(done.ok()) << done;
  }
  void ExpectExactAt(absl::Time at) {
    auto cells = db_->Fetch(Soon(), [&](auto& tx) { return LoadCells(tx, RegionCode(), at); });
    ASSERT_TRUE(cells.ok()) << cells.status();
    const Recounted counted = Count(LoadHistory(*db_), RegionCode(), kByAge, at);
    EXPECT_EQ(Differences(Evaluate(kByAge, *cells), counted, kByAge), "") << at;
  }

  std::unique_ptr<sql::Database> db_ =
      jz::testing::PrivateMariaDb::Shared().NewDatabase(Spec().migrations);
  const absl::Time midnight_ = StartOfDay(kToday);
};

TEST_F(Birthdays, AndDeltasAreCountedOnceByManyAtOnce) {
  EnterNow(1, 50, midnight_ - absl::Hours(3));
  std::vector<std::thread> replicas;
  for (int i = 0; i < 8; ++i) {
    replicas.emplace_back([&] {
      EXPECT_TRUE(CountBirthdays(*db_, kToday + 2, Soon()).ok());
      absl::StatusOr<bool> more = true;
      while (more.ok() && *more) more = RollSome(*db_, Soon());
      EXPECT_TRUE(more.ok()) << more.status();
    });
  }
  for (std::thread& replica : replicas) replica.join();
  ExpectExactAt(midnight_ - absl::Microseconds(1));
  ExpectExactAt(midnight_);
  ExpectExactAt(midnight_ + absl::Hours(60));
}

TEST_F(Birthdays, OfHouseholdsEnteredBeforeTheDayIsCountedAreNotCountedTwice) {
  EnterNow(1, 3, midnight_ - absl::Hours(1));
  EnterNow(10, 5, midnight_ + absl::Minutes(1));
  ASSERT_TRUE(CountBirthdays(*db_, kToday, Soon()).ok());
  for (absl::Duration since : {absl::Seconds(-1), absl::Seconds(1), absl::Minutes(2)}) {
    ExpectExactAt(midnight_ + since);
  }
}

// It has its time of yesterday, and commits when today is being counted.
TEST_F(Birthdays, WaitForATransactionThatIsUnderWay) {
  std::thread counting;
  absl::Status done = db_->Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
    if (counting.joinable()) counting.join();
    JZ_RETURN_IF_ERROR(Enter(tx, 1, 4, midnight_ - absl::Seconds(1)));
    counting = std::thread([&] {
      absl::Status counted = CountBirthdays(*db_, kToday, Soon());
      EXPECT_TRUE(counted.ok()) << counted;
    });
    return absl::OkStatus();
  });
  counting.join();
  ASSERT_TRUE(done.ok()) << done;
  ExpectExactAt(midnight_ - absl::Seconds(1));
  ExpectExactAt(midnight_);
}

TEST_F(Birthdays, OfATransactionThatCommitsAfterTheDayWasCounted) {
  EnterNow(1, 2, midnight_ - absl::Hours(1));
  ASSERT_TRUE(CountBirthdays(*db_, kToday, Soon()).ok());
  EnterNow(10, 3, midnight_ - absl::Minutes(1));
  ExpectExactAt(midnight_ - absl::Seconds(1));
  ExpectExactAt(midnight_);
}

}  // namespace
}  // namespace jz::identification::testing
