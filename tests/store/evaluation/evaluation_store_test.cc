#include "services/evaluation/store/evaluation_store.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/store/evaluation/evaluation_database.h"
#include "tests/support/township/township.h"

namespace jz::evaluation {
namespace {

using testing::kNextTownship;
using testing::kTownship;

StoredEvaluation Evaluation(int number, const char* region) {
  return {.id = EvaluationId(MakeId(230221, number)),
          .region = *RegionCode::Parse(region),
          .period = {*ParseDate("2017-01-01"), *ParseDate("2017-12-31")},
          .result = std::string("\0a result\xff", 10),
          .created_by = "evaluator",
          .created_at = absl::FromUnixMicros(1'500'000'000'000'001)};
}

class EvaluationStoreTest : public ::testing::Test {
 protected:
  EvaluationStoreTest() : db_(NewEvaluationDatabase()) {
    for (int number : {1, 2, 3}) {
      const StoredEvaluation made = Evaluation(number, number == 2 ? kNextTownship : kTownship);
      EXPECT_TRUE(
          db_->Run(Soon(), [&](sql::Transaction& tx) { return InsertEvaluation(tx, made); }).ok());
    }
  }
  std::vector<StoredEvaluation> List(const char* region, int after, int limit) {
    return Ask(*db_, [&](sql::Transaction& tx) {
      return ListEvaluations(tx, ScopeOf(region), after == 0 ? 0 : MakeId(230221, after), limit);
    });
  }
  std::unique_ptr<sql::Database> db_;
};

TEST_F(EvaluationStoreTest, KeepsAnEvaluationToTheByte) {
  const StoredEvaluation kept = Evaluation(1, kTownship);
  const auto found = Ask(
      *db_, [&](sql::Transaction& tx) { return EvaluationById(tx, ScopeOf(kTownship), kept.id); });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, kept.id);
  EXPECT_EQ(found[0].region, kept.region);
  EXPECT_EQ(found[0].period.start, kept.period.start);
  EXPECT_EQ(found[0].period.end, kept.period.end);
  EXPECT_EQ(found[0].result, kept.result);
  EXPECT_EQ(found[0].created_by, kept.created_by);
  EXPECT_EQ(found[0].created_at, kept.created_at);
}

TEST_F(EvaluationStoreTest, FindsNothingOutsideTheScope) {
  const auto found = Ask(*db_, [&](sql::Transaction& tx) {
    return EvaluationById(tx, ScopeOf(kNextTownship), Evaluation(1, kTownship).id);
  });
  EXPECT_TRUE(found.empty());
}

TEST_F(EvaluationStoreTest, ListsPageByPageInsideTheScope) {
  ASSERT_EQ(List(kTownship, 0, 1).size(), 1u);
  EXPECT_EQ(List(kTownship, 0, 1)[0].id, Evaluation(1, kTownship).id);
  ASSERT_EQ(List(kTownship, 1, 5).size(), 1u);
  EXPECT_EQ(List(kTownship, 1, 5)[0].id, Evaluation(3, kTownship).id);
  EXPECT_EQ(List("230221000000", 0, 5).size(), 3u);
}

}  // namespace
}  // namespace jz::evaluation
