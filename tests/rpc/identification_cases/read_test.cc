// Lists of cases: filters, pages, scope.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

using absl::StatusCode;

class CaseLists : public ::testing::Test {
 protected:
  CaseLists() {
    village_.ImportVillage();
    campaign_ = village_.StartCampaign();
  }
  int Count(const idv1::ListCasesRequest& request) {
    auto page = village_.County().Call<idv1::ListCasesResponse>("ListCases", request);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? page->cases_size() : -1;
  }

  CaseService village_;
  std::string campaign_;
};

TEST_F(CaseLists, Filter) {
  idv1::ListCasesRequest request;
  EXPECT_EQ(Count(request), 9);
  request.set_campaign(campaign_);
  EXPECT_EQ(Count(request), 9);
  request.set_campaign("campaigns/0000000000001");
  EXPECT_EQ(Count(request), 0);
  request.Clear();
  request.add_states(idv1::CASE_STATE_NOT_ADMITTED);
  EXPECT_EQ(Count(request), 1);
  request.Clear();
  request.add_kinds(idv1::ADJUSTMENT_KIND_REMOVE_ERROR);
  request.add_kinds(idv1::ADJUSTMENT_KIND_RELAPSE);
  EXPECT_EQ(Count(request), 3);
  request.Clear();
  request.set_awaiting(idv1::CASE_STEP_GROUP_ASSESSMENT);
  EXPECT_EQ(Count(request), 8);
  request.Clear();
  request.set_region_code(kOtherVillage);
  EXPECT_EQ(Count(request), 1);
}

TEST_F(CaseLists, PageThroughEverythingOnce) {
  idv1::ListCasesRequest request;
  request.set_page_size(2);
  std::set<std::string> names;
  int pages = 0;
  do {
    auto page = village_.Township().Call<idv1::ListCasesResponse>("ListCases", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const idv1::Case& item : page->cases()) {
      EXPECT_TRUE(names.insert(item.name()).second);
      EXPECT_FALSE(item.has_assessment());
    }
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), 9u);
  EXPECT_EQ(pages, 5);
}

TEST_F(CaseLists, RefuseTokensOfOtherQueries) {
  idv1::ListCasesRequest request;
  request.set_page_size(2);
  auto page = village_.Township().Call<idv1::ListCasesResponse>("ListCases", request);
  ASSERT_TRUE(page.ok());
  request.set_page_token(page->next_page_token());
  EXPECT_THAT(village_.Village().Call<idv1::ListCasesResponse>("ListCases", request),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.set_awaiting(idv1::CASE_STEP_PUBLICITY);
  EXPECT_THAT(village_.Township().Call<idv1::ListCasesResponse>("ListCases", request),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_F(CaseLists, StayInTheScope) {
  auto page = village_.As("viewer", kOtherVillage)
                  .Call<idv1::ListCasesResponse>("ListCases", idv1::ListCasesRequest());
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->cases_size(), 1);
  page = village_.As("viewer", kNeighbour)
             .Call<idv1::ListCasesResponse>("ListCases", idv1::ListCasesRequest());
  EXPECT_EQ(page->cases_size(), 0);
  idv1::ListCasesRequest request;
  // Of a region around the caller's own, the caller's own part.
  request.set_region_code(kCounty);
  auto narrowed = village_.Village().Call<idv1::ListCasesResponse>("ListCases", request);
  auto own =
      village_.Village().Call<idv1::ListCasesResponse>("ListCases", idv1::ListCasesRequest());
  ASSERT_TRUE(narrowed.ok() && own.ok()) << narrowed.status() << own.status();
  EXPECT_GT(own->cases_size(), 0);
  EXPECT_EQ(narrowed->cases_size(), own->cases_size());
  request.set_region_code(kNeighbour);
  EXPECT_THAT(village_.Village().Call<idv1::ListCasesResponse>("ListCases", request),
              Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

TEST_F(CaseLists, RefuseNamesOfOtherCollections) {
  idv1::GetCaseRequest request;
  request.set_name("campaigns/0000000000001");
  EXPECT_THAT(village_.County().Call<idv1::Case>("GetCase", request),
              Refused(StatusCode::kInvalidArgument, "RESOURCE_NAME_FORMAT"));
  request.set_name("cases/0000000000001");
  EXPECT_THAT(village_.County().Call<idv1::Case>("GetCase", request),
              Refused(StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

TEST_F(CaseLists, ComputeFlowsInsideTheScopeOnly) {
  idv1::ComputeFlowsRequest request;
  request.set_region_code(kCounty);
  request.set_period_start("2017-01-01");
  request.set_period_end("2017-12-31");
  EXPECT_THAT(village_.Township().Call<idv1::Flows>("ComputeFlows", request),
              Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  request.set_region_code(kNeighbour);
  auto empty = village_.As("evaluator", kNeighbour).Call<idv1::Flows>("ComputeFlows", request);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->opening().total().households(), 0);
  request.set_period_end("2016-12-31");
  EXPECT_THAT(village_.As("evaluator", kNeighbour).Call<idv1::Flows>("ComputeFlows", request),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

}  // namespace
}  // namespace jz::testing
