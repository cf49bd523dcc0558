// Nobody learns of evaluations, or of figures, outside the own regions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "tests/rpc/evaluation/four_services.h"

namespace jz::testing {
namespace {

class EvaluationScopeTest : public ::testing::Test {
 protected:
  static FourServices& services() {
    static auto* const services = new FourServices();
    return *services;
  }
  static absl::StatusOr<ev1::Evaluation> Get(const Client& client, const std::string& name) {
    ev1::GetEvaluationRequest request;
    request.set_name(name);
    return client.Call<ev1::Evaluation>("GetEvaluation", request);
  }
  static absl::StatusOr<ev1::ListEvaluationsResponse> List(const Client& client,
                                                           const std::string& region = "",
                                                           int page_size = 0,
                                                           const std::string& token = "") {
    ev1::ListEvaluationsRequest request;
    request.set_region_code(region);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return client.Call<ev1::ListEvaluationsResponse>("ListEvaluations", request);
  }

  const Client county_ = services().Evaluator();
  const Client next_ = services().Evaluator(kNextTownship);
};

TEST_F(EvaluationScopeTest, KeepsEvaluationsToTheirRegion) {
  const auto made = Evaluate(county_, OfTheYear(2017));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(Get(county_, made->name()).ok());
  EXPECT_EQ(ReasonOf(Get(next_, made->name()).status()), "EVALUATION_NOT_FOUND");
  const auto seen = List(next_);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->evaluations_size(), 0);
  EXPECT_EQ(ReasonOf(List(next_, kTownship).status()), "REGION_OUT_OF_SCOPE");
}

TEST_F(EvaluationScopeTest, EvaluatesNoRegionOfOthers) {
  for (const char* region : {kTownship, "230221000000", "230000000000"}) {
    const auto refused = Evaluate(next_, OfTheYear(2017, region));
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied) << region;
    EXPECT_EQ(ReasonOf(refused.status()), "REGION_OUT_OF_SCOPE");
  }
}

TEST_F(EvaluationScopeTest, CountsTheOwnRegionOnly) {
  const auto own = Evaluate(next_, OfTheYear(2017, kNextTownship));
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->flows().opening().persons(), 10);
  ASSERT_EQ(own->funds_size(), 1);
  EXPECT_EQ(own->funds(0).total_fen(), 750'000);
  ev1::GetProjectionStatusRequest whole;
  const auto status = next_.Call<ev1::ProjectionStatus>("GetProjectionStatus", whole);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->household_count(), 1);
  EXPECT_EQ(status->pairing_count(), 1);
  EXPECT_EQ(status->payment_count(), 1);
}

TEST_F(EvaluationScopeTest, ListsPageByPageWithoutTheDetails) {
  for (int year : {2015, 2016}) ASSERT_TRUE(Evaluate(county_, OfTheYear(year)).ok());
  std::vector<std::string> names;
  std::string token;
  do {
    const auto page = List(county_, kTownship, 1, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const ev1::Evaluation& evaluation : page->evaluations()) {
      names.push_back(evaluation.name());
      EXPECT_EQ(evaluation.findings_size(), 0);
      EXPECT_EQ(evaluation.region_code(), kTownship);
    }
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_GE(names.size(), 2u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace jz::testing
