// The feeds of assistance and funds in their projections.
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "tests/store/evaluation/evaluation_database.h"
#include "tests/support/township/township.h"

namespace jz::evaluation {
namespace {

using testing::AssistanceChanges;
using testing::FundsChanges;
using testing::kTownship;
using testing::PairingChange;
using testing::RegisterChanges;

const Period k2017{*ParseDate("2017-01-01"), *ParseDate("2017-12-31")};

int64_t PairedIn2017(sql::Database& db) {
  return Ask(db, [](sql::Transaction& tx) { return CountCoverage(tx, ScopeOf(kTownship), k2017); })
      .paired;
}

ProjectionCounts Counts(sql::Database& db) {
  return Ask(db, [](sql::Transaction& tx) { return CountProjections(tx, ScopeOf(kTownship)); });
}

TEST(ApplyAssistance, KeepsTheNewestVersionWhateverComesLast) {
  auto db = NewEvaluationDatabase();
  ASSERT_TRUE(ApplyAll(*db, feed::ApplyHouseholds, RegisterChanges()).ok());
  const auto begun = PairingChange(1, 1, 1, "2017-01-15", "");
  const auto ended = PairingChange(1, 1, 2, "2017-01-15", "2017-03-01");
  ASSERT_TRUE(ApplyAll(*db, ApplyAssistance, {begun}).ok());
  EXPECT_EQ(PairedIn2017(*db), 1);
  ASSERT_TRUE(ApplyAll(*db, ApplyAssistance, {ended}).ok());
  EXPECT_EQ(PairedIn2017(*db), 0);
  ASSERT_TRUE(ApplyAll(*db, ApplyAssistance, {begun}).ok());
  EXPECT_EQ(PairedIn2017(*db), 0) << "an older version came back";
  EXPECT_EQ(Counts(*db).pairings, 1);
}

TEST(ApplyAssistance, ChangesNothingWhenChangesComeAgain) {
  auto db = NewProjectedDatabase();
  const ProjectionCounts before = Counts(*db);
  EXPECT_EQ(before.pairings, 2);
  EXPECT_EQ(before.visits, 2);
  ASSERT_TRUE(ApplyAll(*db, ApplyAssistance, AssistanceChanges()).ok());
  EXPECT_EQ(Counts(*db).pairings, before.pairings);
  EXPECT_EQ(Counts(*db).visits, before.visits);
}

TEST(ApplyFunds, CountsAPaymentOnce) {
  auto db = NewProjectedDatabase();
  EXPECT_EQ(Counts(*db).payments, 5);
  ASSERT_TRUE(ApplyAll(*db, ApplyFunds, FundsChanges()).ok());
  EXPECT_EQ(Counts(*db).payments, 5);
}

TEST(ApplyFunds, PassesOverWhatIsNoPayment) {
  auto db = NewEvaluationDatabase();
  ASSERT_TRUE(ApplyAll(*db, ApplyFunds, AssistanceChanges()).ok());
  EXPECT_EQ(Counts(*db).payments, 0);
}

TEST(Apply, KeepsNothingOfABatchWithAPayloadThatDoesNotParse) {
  auto db = NewEvaluationDatabase();
  auto pairings = AssistanceChanges();
  pairings.back().mutable_payload()->set_value("\xff");
  const absl::Status refused = ApplyAll(*db, ApplyAssistance, pairings);
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(refused), "FEED_PAYLOAD_MALFORMED");
  auto payments = FundsChanges();
  payments.back().mutable_payload()->set_value("\xff");
  EXPECT_EQ(ReasonOf(ApplyAll(*db, ApplyFunds, payments)), "FEED_PAYLOAD_MALFORMED");
  EXPECT_EQ(Counts(*db).pairings, 0);
  EXPECT_EQ(Counts(*db).payments, 0);
}

}  // namespace
}  // namespace jz::evaluation
