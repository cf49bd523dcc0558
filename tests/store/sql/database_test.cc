#include "common/sql/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

using ::testing::ElementsAre;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

const Migration kAccount{
    "0001_account",
    "CREATE TABLE account (id BIGINT NOT NULL, name VARCHAR(20) NOT NULL, "
    "balance_fen BIGINT NOT NULL, body MEDIUMBLOB NULL, day DATE NULL,"
    "CONSTRAINT pk_account PRIMARY KEY (id),"
    "CONSTRAINT uq_account_name UNIQUE (name),"
    "CONSTRAINT ck_account_balance CHECK (balance_fen >= 0)) ENGINE = InnoDB;"};

TEST(Database, ReadsBackWhatItWrote) {
  auto db = testing::PrivateMariaDb::Shared().NewDatabase({kAccount});
  std::string bytes(3 << 20, '\0');
  bytes[5] = '\xff';
  ASSERT_TRUE(db->Run(Soon(), [&](Transaction& tx) {
                  return tx
                      .Execute("INSERT INTO account VALUES (?, ?, ?, ?, ?)",
                               {1, "张三 𠀀", Money::FromYuan(7), bytes, Date(2017, 6, 14)})
                      .status();
                }).ok());
  auto names = db->Fetch(Soon(), [&](Transaction& tx) {
    return tx.Select("SELECT name, balance_fen, body, day FROM account", {}, [&](const Row& row) {
      EXPECT_EQ(row.Fen(1), Money::FromYuan(7));
      EXPECT_EQ(row.Text(2), bytes);
      EXPECT_EQ(row.Day(3), Date(2017, 6, 14));
      return row.Text(0);
    });
  });
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("张三 𠀀"));
}

}  // namespace
}  // namespace jz::sql
