#include "common/sql/scope.h"

#include <gtest/gtest.h>

#include "common/sql/database.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

using auth::RegionScope;

constexpr int64_t kVillages[] = {230122101201, 230122101202, 230122102201, 230123101201,
                                 110101001001};

class ScopeClauseTest : public ::testing::Test {
 protected:
  ScopeClauseTest() {
    Values rows;
    for (int64_t village : kVillages) rows.insert(rows.end(), {village, 1});
    EXPECT_TRUE(db_->Run(Soon(),
                         [&](Transaction& tx) {
                           return tx
                               .InsertRows("INSERT INTO account (id, balance_fen) VALUES", 2, rows)
                               .status();
                         })
                    .ok());
  }
  int64_t Seen(const RegionScope& scope) {
    Values values = {1};
    std::string clause = ScopeClause(scope, "a.id", values);
    return Number(*db_,
                  absl::StrCat("SELECT COUNT(*) FROM account a WHERE balance_fen = ? AND ", clause),
                  values);
  }
  static RegionCode Code(int64_t number) { return RegionCode::FromNumber(number); }

  std::unique_ptr<Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({AccountTable()});
};

TEST_F(ScopeClauseTest, ShowsWhatLiesInsideAndNothingElse) {
  EXPECT_EQ(Seen(RegionScope({Code(230122101201)})), 1);
  EXPECT_EQ(Seen(RegionScope({Code(230122101000)})), 2);
  EXPECT_EQ(Seen(RegionScope({Code(230122000000)})), 3);
  EXPECT_EQ(Seen(RegionScope({Code(230000000000)})), 4);
  EXPECT_EQ(Seen(RegionScope({Code(230124000000)})), 0);
}

TEST_F(ScopeClauseTest, JoinsSeveralRegions) {
  EXPECT_EQ(Seen(RegionScope({Code(230122102000), Code(230123000000), Code(110000000000)})), 3);
}

TEST_F(ScopeClauseTest, ShowsNothingToAnEmptyScopeAndEverythingToTheNation) {
  EXPECT_EQ(Seen(RegionScope()), 0);
  EXPECT_EQ(Seen(RegionScope::Everything()), 5);
}

}  // namespace
}  // namespace jz::sql
