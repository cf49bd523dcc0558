#include "common/config/housekeeping.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/mariadb.h"

namespace jz {
namespace {

constexpr char kInsert[] =
    "INSERT INTO idempotency (key_hash, request_hash, answer, created_at_us) VALUES";
const absl::Time kNow = absl::FromUnixSeconds(1'500'000'000);

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

class HousekeepingTest : public ::testing::Test {
 protected:
  // Answers that were kept at `at`.
  void Keep(int count, absl::Time at) {
    sql::Values rows;
    for (int i = 0; i < count; ++i) {
      std::string key = absl::StrCat(++kept_);
      key.resize(32);
      rows.insert(rows.end(), {key, std::string(32, 'r'), "answer", at});
    }
    absl::Status kept = db_->Run(
        Soon(), [&](sql::Transaction& tx) { return tx.InsertRows(kInsert, 4, rows).status(); });
    ASSERT_TRUE(kept.ok()) << kept;
  }
  int64_t Answers() {
    auto count = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne("SELECT COUNT(*) FROM idempotency", {},
                          [](const sql::Row& row) { return row.Int(0); });
    });
    EXPECT_TRUE(count.ok()) << count.status();
    return count.ok() ? **count : -1;
  }
  bool ComesDownTo(int64_t answers) {
    const absl::Time until = Soon();
    while (Answers() > answers) {
      if (absl::Now() > until) return false;
      absl::SleepFor(absl::Milliseconds(2));
    }
    return Answers() == answers;
  }

  std::unique_ptr<sql::Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({});
  FakeClock clock_{kNow};
  int kept_ = 0;
};

TEST_F(HousekeepingTest, ForgetsWhatIsOldAndNothingElse) {
  Keep(12'000, kNow - absl::Hours(24 * 7) - absl::Microseconds(1));
  Keep(30, kNow - absl::Hours(24 * 7));
  Housekeeping housekeeping(*db_, clock_, {.keep_answers = absl::Hours(24 * 7)});
  EXPECT_TRUE(ComesDownTo(30)) << Answers();
}

TEST_F(HousekeepingTest, ComesAgain) {
  Keep(3, kNow - absl::Hours(1));
  Keep(1, kNow - absl::Hours(3));
  Housekeeping housekeeping(*db_, clock_,
                            {.keep_answers = absl::Hours(2), .every = absl::Milliseconds(5)});
  ASSERT_TRUE(ComesDownTo(3)) << Answers();
  clock_.Advance(absl::Hours(2));
  EXPECT_TRUE(ComesDownTo(0)) << Answers();
}

TEST_F(HousekeepingTest, EndsWithoutWaitingForTheNextRound) {
  const absl::Time begun = absl::Now();
  { Housekeeping housekeeping(*db_, clock_, {.every = absl::Hours(24)}); }
  EXPECT_LT(absl::Now() - begun, absl::Hours(1));
}

}  // namespace
}  // namespace jz
