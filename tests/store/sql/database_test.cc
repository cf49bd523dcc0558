#include "common/sql/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kInsert[] = "INSERT INTO account (id, name, balance_fen) VALUES (?, ?, ?)";

class DatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({AccountTable()});
};

TEST_F(DatabaseTest, ReadsBackWhatItWrote) {
  std::string bytes(3 << 20, '\0');
  bytes[5] = '\xff';
  ASSERT_TRUE(Do(*db_, "INSERT INTO account VALUES (?, ?, ?, ?, ?)",
                 {1, "张三 𠀀'\\", Money::FromYuan(7), bytes, Date(2017, 6, 14)})
                  .ok());
  auto names = db_->Fetch(Soon(), [&](Transaction& tx) {
    return tx.Select("SELECT name, balance_fen, body, day FROM account", {}, [&](const Row& row) {
      EXPECT_EQ(row.Fen(1), Money::FromYuan(7));
      EXPECT_EQ(row.Text(2), bytes);
      EXPECT_EQ(row.Day(3), Date(2017, 6, 14));
      EXPECT_EQ(row.Text(3), "2017-06-14");
      return row.Text(0);
    });
  });
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("张三 𠀀'\\"));
}

TEST_F(DatabaseTest, ReadsNullAsZeroAndAsAnEmptyText) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, nullptr, 0}).ok());
  ASSERT_TRUE(db_->Read(Soon(),
                        [&](Transaction& tx) {
                          return tx.Query("SELECT name, day, NULL + 1 FROM account", {},
                                          [](const Row& row) {
                                            EXPECT_TRUE(row.IsNull(0));
                                            EXPECT_EQ(row.Text(0), "");
                                            EXPECT_TRUE(row.IsNull(1));
                                            EXPECT_EQ(row.Int(2), 0);
                                          });
                        })
                  .ok());
}

TEST_F(DatabaseTest, ReadsBackTheEndOfTime) {
  ASSERT_TRUE(
      Do(*db_, "INSERT INTO account (id, balance_fen, day) VALUES (1, 1, ?)", {kEndOfTime}).ok());
  ASSERT_TRUE(db_->Read(Soon(),
                        [&](Transaction& tx) {
                          return tx.Query("SELECT day FROM account", {}, [](const Row& row) {
                            EXPECT_EQ(row.Day(0), Date(9999, 12, 31));
                          });
                        })
                  .ok());
}

TEST_F(DatabaseTest, SumsLargeMoneyExactly) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", (int64_t{1} << 53) + 1}).ok());
  ASSERT_TRUE(Do(*db_, kInsert, {2, "b", 2}).ok());
  EXPECT_EQ(Number(*db_, "SELECT SUM(balance_fen) FROM account"), (int64_t{1} << 53) + 3);
}

TEST_F(DatabaseTest, CountsTheRowsThatAnUpdateMatched) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", 5}).ok());
  ASSERT_TRUE(
      db_->Run(Soon(),
               [&](Transaction& tx) {
                 EXPECT_EQ(*tx.Execute("UPDATE account SET balance_fen = 5 WHERE id = ?", {1}), 1);
                 EXPECT_EQ(*tx.Execute("UPDATE account SET balance_fen = 5 WHERE id = ?", {2}), 0);
                 return absl::OkStatus();
               })
          .ok());
}

TEST_F(DatabaseTest, KeepsNothingOfABodyThatFails) {
  absl::Status status = db_->Run(Soon(), [&](Transaction& tx) {
    EXPECT_TRUE(tx.Execute(kInsert, {1, "a", 5}).ok());
    return FailedPrecondition("NOT_TODAY", {}, "no");
  });
  EXPECT_EQ(ReasonOf(status), "NOT_TODAY");
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), 0);
}

TEST_F(DatabaseTest, GivesAnAnswerOutOfATransaction) {
  absl::StatusOr<int64_t> doubled =
      db_->Transact(Soon(), [&](Transaction& tx) -> absl::StatusOr<int64_t> {
        JZ_RETURN_IF_ERROR(tx.Execute(kInsert, {1, "a", 5}).status());
        return 2 * Number(tx, "SELECT balance_fen FROM account");
      });
  ASSERT_TRUE(doubled.ok());
  EXPECT_EQ(*doubled, 10);
}

TEST_F(DatabaseTest, ReadsOneSnapshotAndCannotWrite) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", 5}).ok());
  absl::Status status = db_->Read(Soon(), [&](Transaction& tx) {
    EXPECT_EQ(Number(tx, "SELECT COUNT(*) FROM account"), 1);
    EXPECT_TRUE(Do(*db_, kInsert, {2, "b", 5}).ok());
    EXPECT_EQ(Number(tx, "SELECT COUNT(*) FROM account"), 1);
    EXPECT_EQ(tx.Execute(kInsert, {3, "c", 5}).status().code(), absl::StatusCode::kInternal);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), 2);
}

TEST_F(DatabaseTest, NamesTheKeyOfADuplicateAndNotItsValue) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "secret", 5}).ok());
  absl::Status status = Do(*db_, kInsert, {2, "secret", 5});
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_EQ(ReasonOf(status), "DUPLICATE");
  EXPECT_EQ(MetadataOf(status, "constraint"), "uq_account_name");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  EXPECT_EQ(MetadataOf(Do(*db_, kInsert, {1, "b", 5}), "constraint"), "PRIMARY");
}

TEST_F(DatabaseTest, GoesOnAfterADuplicate) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", 5}).ok());
  ASSERT_TRUE(
      db_->Run(Soon(),
               [&](Transaction& tx) {
                 EXPECT_TRUE(tx.Execute(kInsert, {2, "b", 5}).ok());
                 EXPECT_TRUE(absl::IsAlreadyExists(tx.Execute(kInsert, {1, "c", 5}).status()));
                 return tx.Execute(kInsert, {3, "c", 5}).status();
               })
          .ok());
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), 3);
}

TEST_F(DatabaseTest, NamesABrokenCheckConstraint) {
  absl::Status status = Do(*db_, kInsert, {1, "a", -1});
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(ReasonOf(status), "CHECK_FAILED");
  EXPECT_EQ(MetadataOf(status, "constraint"), "ck_account_balance");
}

TEST_F(DatabaseTest, NamesABrokenForeignKey) {
  absl::Status missing = Do(*db_, "INSERT INTO entry VALUES (1, 77)");
  EXPECT_TRUE(absl::IsFailedPrecondition(missing)) << missing;
  EXPECT_EQ(ReasonOf(missing), "REFERENCE_MISSING");
  EXPECT_EQ(MetadataOf(missing, "constraint"), "fk_entry_account");
  ASSERT_TRUE(Do(*db_, kInsert, {77, "a", 1}).ok());
  ASSERT_TRUE(Do(*db_, "INSERT INTO entry VALUES (1, 77)").ok());
  absl::Status kept = Do(*db_, "DELETE FROM account");
  EXPECT_EQ(ReasonOf(kept), "STILL_REFERENCED");
  EXPECT_EQ(MetadataOf(kept, "constraint"), "fk_entry_account");
}

TEST_F(DatabaseTest, NamesTheColumnOfABadValue) {
  absl::Status too_long = Do(*db_, kInsert, {1, std::string(21, 'x'), 1});
  EXPECT_EQ(ReasonOf(too_long), "VALUE_TOO_LONG");
  EXPECT_EQ(MetadataOf(too_long, "column"), "name");
  absl::Status not_utf8 = Do(*db_, kInsert, {1, "\xff column 'x'", 1});
  EXPECT_EQ(ReasonOf(not_utf8), "VALUE_FORMAT");
  EXPECT_EQ(MetadataOf(not_utf8, "column"), "name");
  EXPECT_THAT(std::string(not_utf8.message()), Not(HasSubstr("FF")));
  absl::Status no_day =
      Do(*db_, "INSERT INTO account (id, balance_fen, day) VALUES (1, 1, ?)", {"2017-02-30"});
  EXPECT_EQ(ReasonOf(no_day), "VALUE_FORMAT");
  EXPECT_EQ(MetadataOf(no_day, "column"), "day");
  absl::Status missing = Do(*db_, kInsert, {1, "a", nullptr});
  EXPECT_EQ(ReasonOf(missing), "VALUE_MISSING");
  EXPECT_EQ(MetadataOf(missing, "column"), "balance_fen");
}

TEST_F(DatabaseTest, RefusesAValueThatNoPacketHolds) {
  absl::Status status = Do(*db_, "INSERT INTO account (id, balance_fen, body) VALUES (1, 1, ?)",
                           {std::string(40 << 20, 'x')});
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), 0);
}

TEST_F(DatabaseTest, KeepsTheStatementOutOfTheReasonOfABug) {
  absl::Status status = Do(*db_, "SELEKT 1");
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_EQ(ReasonOf(status), "DATABASE_ERROR");
  EXPECT_THAT(std::string(status.message()), HasSubstr("SELEKT"));  // for the log
}

TEST_F(DatabaseTest, InsertsManyRowsInAFewStatements) {
  for (int count : {0, 1, 2, 999, 1000, 2777}) {
    ASSERT_TRUE(Do(*db_, "DELETE FROM account").ok());
    Values rows;
    for (int i = 0; i < count; ++i) {
      rows.insert(rows.end(), {i, nullptr, i});
    }
    auto inserted = db_->Transact(Soon(), [&](Transaction& tx) {
      return tx.InsertRows("INSERT INTO account (id, name, balance_fen) VALUES", 3, rows);
    });
    ASSERT_TRUE(inserted.ok()) << inserted.status();
    EXPECT_EQ(*inserted, count);
    EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account WHERE id = balance_fen"), count);
  }
}

TEST_F(DatabaseTest, InsertsLargeRowsThatExceedAPacketTogether) {
  Values rows;
  for (int i = 0; i < 40; ++i) rows.insert(rows.end(), {i, 0, std::string(1 << 20, 'x')});
  auto inserted = db_->Transact(Soon(), [&](Transaction& tx) {
    return tx.InsertRows("INSERT INTO account (id, balance_fen, body) VALUES", 3, rows);
  });
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(Number(*db_, "SELECT SUM(LENGTH(body)) FROM account"), 40 << 20);
}

TEST_F(DatabaseTest, UpdatesTheRowsThatExistWithATail) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", 5}).ok());
  auto changed = db_->Transact(Soon(), [&](Transaction& tx) {
    return tx.InsertRows("INSERT INTO account (id, name, balance_fen) VALUES", 3,
                         {1, "a", 10, 2, "b", 20},
                         "ON DUPLICATE KEY UPDATE balance_fen = balance_fen + VALUES(balance_fen)");
  });
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(Number(*db_, "SELECT balance_fen FROM account WHERE id = 1"), 15);
  EXPECT_EQ(Number(*db_, "SELECT balance_fen FROM account WHERE id = 2"), 20);
}

TEST_F(DatabaseTest, FindsRowsByAListOfAnyLength) {
  for (int i = 1; i <= 10; ++i) ASSERT_TRUE(Do(*db_, kInsert, {i, nullptr, 1}).ok());
  for (size_t count : {0, 1, 2, 3, 5, 8, 10}) {
    Values values;
    for (size_t i = 1; i <= count; ++i) values.emplace_back(i);
    PadInList(values, count);
    EXPECT_EQ(
        Number(*db_, absl::StrCat("SELECT COUNT(*) FROM account WHERE id IN (", InList(count), ")"),
               values),
        count);
  }
}

TEST_F(DatabaseTest, GoesOnWhenATableChangesUnderItsStatements) {
  ASSERT_TRUE(Do(*db_, kInsert, {1, "a", 5}).ok());
  EXPECT_EQ(Number(*db_, "SELECT balance_fen FROM account WHERE id = ?", {1}), 5);
  ASSERT_TRUE(
      db_->ExecuteDdl("ALTER TABLE account ADD COLUMN note TEXT, MODIFY balance_fen DECIMAL(20)")
          .ok());
  EXPECT_EQ(Number(*db_, "SELECT balance_fen FROM account WHERE id = ?", {1}), 5);
  EXPECT_TRUE(Do(*db_, kInsert, {2, "b", 5}).ok());
}

TEST_F(DatabaseTest, UsesMoreStatementsThanItKeeps) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 600; ++i) {
      ASSERT_EQ(Number(*db_, absl::StrCat("SELECT ? + ", i), {1}), i + 1);
    }
  }
  EXPECT_LE(Number(*db_,
                   "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE "
                   "VARIABLE_NAME = 'Com_stmt_prepare'") -
                Number(*db_,
                       "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE "
                       "VARIABLE_NAME = 'Com_stmt_close'"),
            258);
}

}  // namespace
}  // namespace jz::sql
