#include "services/funds/store/disbursement_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/funds/store/payment_store.h"
#include "tests/store/funds/funds_database.h"

namespace jz::funds {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class DisbursementStoreTest : public ::testing::Test {
 protected:
  static sql::Database& db() {
    static std::unique_ptr<sql::Database> database = NewFundsDatabase();
    return *database;
  }
  absl::Status Run(absl::FunctionRef<absl::Status(sql::Transaction&)> body) {
    return db().Run(Soon(), body);
  }

  Batch NewBatch() {
    Batch batch;
    batch.id = BatchId(NextTestId());
    batch.region = RegionCode::FromNumber(230712101000);
    batch.purpose = "student_grant";
    batch.pay_date = Date(2017, 9, 1);
    batch.declared_count = 3;
    batch.declared_total_fen = 300;
    batch.created_by = "maker";
    batch.created_at = absl::FromUnixMicros(1'500'000'000'000'001);
    EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertBatch(tx, batch); }).ok());
    return batch;
  }
  std::vector<Line> NewLines(const Batch& batch, int count) {
    std::vector<Line> lines(count);
    for (int i = 0; i < count; ++i) {
      Line& line = lines[i];
      line.id = LineId(NextTestId());
      line.batch = batch.id;
      line.number = i + 1;
      line.client_line_id = absl::StrCat("L", i + 1);
      line.region = batch.region;
      line.household = NextTestId();
      line.payee_name = "张三";
      line.bank_account_sealed = std::string("\x01\x00\xFF'\"\\", 6);
      line.bank_account_hash = std::string(32, '\x80');
      line.amount_fen = 100 * (i + 1);
      line.item_count = i;
    }
    EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertLines(tx, lines); }).ok());
    return lines;
  }
  std::vector<Line> Load(const Batch& batch) {
    auto lines = db().Fetch(Soon(), [&](sql::Transaction& tx) { return LoadLines(tx, batch.id); });
    EXPECT_TRUE(lines.ok()) << lines.status();
    return lines.value_or(std::vector<Line>());
  }
  BatchTotals Totals(const Batch& batch) {
    auto totals = db().Fetch(Soon(), [&](sql::Transaction& tx) {
      return SumLines(tx, {&batch.id, 1});
    });
    EXPECT_TRUE(totals.ok()) << totals.status();
    return totals.ok() ? (*totals)[0] : BatchTotals();
  }
};

TEST_F(DisbursementStoreTest, KeepsABatchAsItIs) {
  Batch batch = NewBatch();
  auto found = db().Fetch(Soon(), [&](sql::Transaction& tx) {
    return FindBatch(tx, auth::RegionScope({batch.region}), batch.id);
  });
  ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
  EXPECT_EQ((*found)->pay_date, batch.pay_date);
  EXPECT_EQ((*found)->created_at, batch.created_at);
  EXPECT_EQ((*found)->declared_total_fen, 300);
  auto elsewhere = db().Fetch(Soon(), [&](sql::Transaction& tx) {
    return FindBatch(tx, auth::RegionScope({RegionCode::FromNumber(230712102000)}), batch.id);
  });
  EXPECT_FALSE(elsewhere->has_value());
}

TEST_F(DisbursementStoreTest, KeepsSealedBytesAndEveryOtherFieldOfALine) {
  const Batch batch = NewBatch();
  const std::vector<Line> lines = NewLines(batch, 2);
  const std::vector<Line> loaded = Load(batch);
  ASSERT_EQ(loaded.size(), 2u);
  EXPECT_EQ(loaded[1].bank_account_sealed, lines[1].bank_account_sealed);
  EXPECT_TRUE(SameContent(loaded[1], lines[1]));
  EXPECT_EQ(loaded[1].result, LineResult::kNone);
}

TEST_F(DisbursementStoreTest, SumsLinesByTheirResults) {
  const Batch batch = NewBatch();
  std::vector<Line> lines = NewLines(batch, 3);
  EXPECT_EQ(Totals(batch).line_total_fen, 600);
  EXPECT_EQ(Totals(batch).item_total, 3);
  lines[0].result = LineResult::kPaid;
  lines[1].result = LineResult::kReturned;
  for (Line& line : lines) line.result_at = absl::Now();
  ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                return InsertResults(tx, 1, absl::MakeSpan(lines).subspan(0, 2));
              }).ok());
  const BatchTotals totals = Totals(batch);
  EXPECT_EQ(totals.line_count, 3);
  EXPECT_EQ(totals.line_total_fen, 600);
  EXPECT_EQ(totals.paid_count, 1);
  EXPECT_EQ(totals.paid_total_fen, 100);
  EXPECT_EQ(totals.returned_total_fen, 200);
  EXPECT_EQ(Totals(NewBatch()).line_count, 0);
}

TEST_F(DisbursementStoreTest, TakesOneResultForALine) {
  const Batch batch = NewBatch();
  std::vector<Line> lines = NewLines(batch, 1);
  lines[0].result = LineResult::kPaid;
  lines[0].result_at = absl::Now();
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return InsertResults(tx, 1, lines); }).ok());
  lines[0].result = LineResult::kReturned;
  absl::Status twice = Run([&](sql::Transaction& tx) { return InsertResults(tx, 2, lines); });
  EXPECT_EQ(twice.code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(DisbursementStoreTest, MovesTheRegionOfLinesAndNothingElse) {
  const Batch batch = NewBatch();
  std::vector<Line> lines = NewLines(batch, 2);
  for (Line& line : lines) {
    line.region = RegionCode::FromNumber(230712101201);
    line.amount_fen = 9;
  }
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return SaveLineRegions(tx, lines); }).ok());
  EXPECT_EQ(Load(batch)[0].region.number(), 230712101201);
  EXPECT_EQ(Load(batch)[0].amount_fen, 100);
}

TEST_F(DisbursementStoreTest, DeletesLinesOfItsBatchOnly) {
  const Batch batch = NewBatch();
  const Batch other = NewBatch();
  NewLines(batch, 3);
  NewLines(other, 3);
  const std::vector<std::string> ids = {"L1", "L3", "L9"};
  auto deleted =
      db().Transact(Soon(), [&](sql::Transaction& tx) { return DeleteLines(tx, batch.id, ids); });
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(*deleted, 2);
  EXPECT_EQ(Load(batch).size(), 1u);
  EXPECT_EQ(Load(other).size(), 3u);
}

TEST_F(DisbursementStoreTest, ClaimsAPaymentForOneBatch) {
  const Batch batch = NewBatch();
  const std::vector<Line> lines = NewLines(batch, 2);
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return InsertClaims(tx, batch, lines); }).ok());

  const Batch other = NewBatch();
  std::vector<Line> again = NewLines(other, 2);
  again[0].household = lines[0].household;
  auto claims = [&](const Batch& asking) {
    auto found =
        db().Fetch(Soon(), [&](sql::Transaction& tx) { return FindClaims(tx, asking, again); });
    EXPECT_TRUE(found.ok()) << found.status();
    return *found;
  };
  EXPECT_THAT(claims(other), UnorderedElementsAre(Pair(lines[0].household, 0)));
  Batch next_year = other;
  next_year.pay_date = Date(2018, 9, 1);
  EXPECT_TRUE(claims(next_year).empty());
  Batch other_purpose = other;
  other_purpose.purpose = "housing_renovation";
  EXPECT_TRUE(claims(other_purpose).empty());
  EXPECT_EQ(Run([&](sql::Transaction& tx) { return InsertClaims(tx, other, again); }).code(),
            absl::StatusCode::kAlreadyExists);

  ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                return DeleteClaims(tx, batch.id, absl::MakeSpan(lines).subspan(0, 1));
              }).ok());
  EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertClaims(tx, other, again); }).ok());
}

}  // namespace
}  // namespace jz::funds
