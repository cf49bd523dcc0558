// Campaigns: what they propose, and for whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Campaigns : public ::testing::Test {
 protected:
  // "ADJUSTMENT_KIND_ADMIT INCOME_BELOW_LINE CASE_STATE_OPEN 2019" of a household's case.
  std::string Said(const std::string& number) {
    idv1::Case item = village_.CaseOf(number);
    return absl::StrCat(idv1::AdjustmentKind_Name(item.kind()).substr(16), " ", item.reason(), " ",
                        idv1::CaseState_Name(item.state()).substr(11), " ",
                        item.planned_exit_year());
  }
  static idv1::CreateCampaignRequest Request(const std::string& request_id = "campaign") {
    idv1::CreateCampaignRequest request;
    request.set_region_code(kTownship);
    request.set_title("2017年动态调整");
    request.set_period_start("2017-01-01");
    request.set_period_end("2017-06-30");
    request.set_request_id(request_id);
    return request;
  }
  absl::StatusOr<idv1::CreateCampaignResponse> Create(const Client& client,
                                                      const idv1::CreateCampaignRequest& request) {
    return client.Call<idv1::CreateCampaignResponse>("CreateCampaign", request);
  }
  absl::StatusOr<idv1::Campaign> Get(const Client& client, const std::string& name) {
    idv1::GetCampaignRequest request;
    request.set_name(name);
    return client.Call<idv1::Campaign>("GetCampaign", request);
  }

  CaseService village_;
};

TEST_F(Campaigns, ProposeByTheRules) {
  village_.ImportVillage();
  village_.StartCampaign();
  EXPECT_EQ(Said("R-poor"), "RETAIN INCOME_BELOW_LINE OPEN 2017");
  EXPECT_EQ(Said("R-excluded"), "REMOVE_ERROR EXCLUSION_KIND OPEN 0");
  EXPECT_EQ(Said("R-rich"), "REMOVE_ERROR INCOME_STEADILY_ABOVE_LINE OPEN 0");
  EXPECT_EQ(Said("R-dying"), "NATURAL_DECREASE ALL_MEMBERS_DIED OPEN 0");
  EXPECT_EQ(Said("E-unsafe"), "REVERT_EXIT HOUSING_UNSAFE OPEN 2020");
  EXPECT_EQ(Said("E-fallen"), "RELAPSE INCOME_BELOW_LINE OPEN 2018");
  EXPECT_EQ(Said("C-poor"), "ADMIT INCOME_BELOW_LINE OPEN 2019");
  EXPECT_EQ(Said("C-rich"), "ADMIT INCOME_NOT_BELOW_LINE NOT_ADMITTED 0");
  EXPECT_EQ(Said("O-poor"), "RETAIN INCOME_BELOW_LINE OPEN 2017");
  idv1::ListCasesRequest sound;
  sound.set_household(village_.HouseholdName("E-sound"));
  auto none = village_.County().Call<idv1::ListCasesResponse>("ListCases", sound);
  ASSERT_TRUE(none.ok());
  EXPECT_THAT(none->cases(), IsEmpty()) << "a sound exit is left alone";
}

TEST_F(Campaigns, ExplainTheirProposals) {
  village_.ImportVillage();
  village_.StartCampaign();
  idv1::Case item = village_.CaseOf("R-excluded");
  EXPECT_EQ(item.awaiting(), idv1::CASE_STEP_GROUP_ASSESSMENT);
  EXPECT_EQ(item.proposed_by(), "township_clerk@230221101000");
  const idv1::Assessment& assessment = item.assessment();
  EXPECT_EQ(assessment.rule(), "EXCLUSION_KIND");
  EXPECT_FALSE(assessment.rule_text_zh().empty());
  EXPECT_THAT(assessment.exclusion_kinds(), ElementsAre("03", "07"));
  EXPECT_EQ(assessment.household_state(), idv1::HOUSEHOLD_STATE_REGISTERED);
  EXPECT_EQ(assessment.poverty_line_fen(), 314'600);
  EXPECT_EQ(assessment.poverty_line_region_code(), kCounty);
  EXPECT_EQ(assessment.poverty_line_valid_from(), "2017-01-01");
  EXPECT_EQ(assessment.income_year(), 2016);
  EXPECT_EQ(assessment.net_income_per_head_fen(), 400'000);
  EXPECT_EQ(village_.CaseOf("R-dying").assessment().member_count(), 2);
  EXPECT_THAT(village_.CaseOf("E-unsafe").assessment().failed_guarantees(),
              ElementsAre("HOUSING_UNSAFE"));
}

TEST_F(Campaigns, CountTheirCasesInsideTheScope) {
  village_.ImportVillage();
  std::string name = village_.StartCampaign();
  auto open_cases = [&](const Client& client) {
    auto campaign = Get(client, name);
    EXPECT_TRUE(campaign.ok()) << campaign.status();
    int64_t count = 0;
    for (const idv1::CaseCount& part : campaign->counts()) {
      if (part.state() == idv1::CASE_STATE_OPEN) count += part.count();
    }
    return count;
  };
  EXPECT_EQ(open_cases(village_.Township()), 8);
  EXPECT_EQ(open_cases(village_.Village()), 7);
  EXPECT_EQ(open_cases(village_.As("village_clerk", kOtherVillage)), 1);
  auto campaign = Get(village_.Township(), name);
  EXPECT_EQ(campaign->state(), idv1::CAMPAIGN_STATE_OPEN);
  EXPECT_EQ(campaign->procedure(), "P1");
}

TEST_F(Campaigns, TellTheirResultInTheJob) {
  village_.ImportVillage();
  std::string name = village_.StartCampaign();
  cv1::GetJobRequest request;
  request.set_name(Get(village_.Township(), name)->job());
  auto job = village_.registry().Register().Call<cv1::Job>("GetJob", request);
  ASSERT_TRUE(job.ok()) << job.status();
  idv1::AssessCampaignResult result;
  ASSERT_TRUE(job->result().UnpackTo(&result));
  EXPECT_EQ(result.household_count(), 10);
  EXPECT_EQ(result.campaign(), name);
  EXPECT_EQ(job->done_count(), 10);
  EXPECT_EQ(job->error_count(), 0);
}

TEST_F(Campaigns, PassOverHouseholdsWithAnOpenCase) {
  village_.ImportVillage();
  village_.StartCampaign();
  std::string second = village_.StartCampaign();
  cv1::GetJobRequest request;
  request.set_name(Get(village_.Township(), second)->job());
  Client reader = village_.registry().Register();
  auto job = reader.Call<cv1::Job>("GetJob", request);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->error_count(), 8);
  EXPECT_THAT(village_.registry().ErrorsOf(reader, *job),
              ::testing::Each(::testing::HasSubstr("CASE_OPEN")));
}

TEST_F(Campaigns, AreCreatedOnceFor32Threads) {
  village_.ImportVillage();
  const int64_t before = village_.registry().CountRows("job");
  const Client clerk = village_.Township();
  std::vector<std::thread> threads;
  std::vector<std::string> answers(32);
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      auto created = Create(clerk, Request());
      answers[i] = created.ok() ? created->ShortDebugString() : created.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(answers.begin(), answers.end()), ::testing::SizeIs(1));
  EXPECT_EQ(village_.registry().CountRows("campaign"), 1);
  EXPECT_EQ(village_.registry().CountRows("job"), before + 1);
}

TEST_F(Campaigns, RefuseBadRequestsWithEveryViolation) {
  idv1::CreateCampaignRequest request;
  request.set_region_code("2302");
  request.set_period_start("2017-13-01");
  request.set_period_end("soon");
  request.set_request_id("r");
  auto refused = Create(village_.Township(), request);
  EXPECT_THAT(refused, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = Request();
  request.set_period_end("2016-12-31");
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = Request();
  request.set_period_end("2019-12-31");
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = Request();
  request.set_period_start("2999-01-01");
  request.set_period_end("2999-02-01");
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Create(village_.Township(), Request("")),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REQUIRED"));
  EXPECT_EQ(village_.registry().CountRows("campaign"), 0);
}

TEST_F(Campaigns, StayInTheScope) {
  idv1::CreateCampaignRequest request = Request();
  request.set_region_code(kCounty);
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  request.set_region_code("230221101299");
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kNotFound, "REGION_NOT_FOUND"));
  EXPECT_THAT(Create(village_.Village(), Request()),
              Refused(absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
  village_.ImportVillage();
  std::string name = village_.StartCampaign();
  EXPECT_THAT(Get(village_.As("viewer", kNeighbour), name),
              Refused(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND"));
  auto listed =
      village_.As("viewer", kNeighbour)
          .Call<idv1::ListCampaignsResponse>("ListCampaigns", idv1::ListCampaignsRequest());
  EXPECT_THAT(listed->campaigns(), IsEmpty());
}

TEST_F(Campaigns, NeedAPovertyLine) {
  idv1::CreateCampaignRequest request = Request();
  request.set_period_start("2016-01-01");
  request.set_period_end("2016-12-31");
  EXPECT_THAT(Create(village_.Township(), request),
              Refused(absl::StatusCode::kFailedPrecondition, "PARAMETER_NOT_FOUND"));
}

TEST_F(Campaigns, CanBeCancelled) {
  village_.ImportVillage();
  std::string name = village_.StartCampaign();
  idv1::CancelCampaignRequest request;
  request.set_name(name);
  request.set_request_id("cancel");
  EXPECT_THAT(
      village_.As("township_clerk", kVillage).Call<idv1::Campaign>("CancelCampaign", request),
      Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  auto cancelled = village_.Township().Call<idv1::Campaign>("CancelCampaign", request);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state(), idv1::CAMPAIGN_STATE_CANCELLED);
  EXPECT_EQ(village_.CaseOf("R-poor").state(), idv1::CASE_STATE_WITHDRAWN);
  EXPECT_EQ(village_.CaseOf("C-rich").state(), idv1::CASE_STATE_NOT_ADMITTED);
  EXPECT_THAT(village_.Assess(name),
              Refused(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_NOT_READY"));
  EXPECT_TRUE(village_.Township().Call<idv1::Campaign>("CancelCampaign", request).ok());
  village_.StartCampaign();
  EXPECT_EQ(village_.CaseOf("R-poor").state(), idv1::CASE_STATE_OPEN) << "free for the next one";
}

TEST_F(Campaigns, AreListedNewestFirst) {
  std::string first = village_.StartCampaign();
  std::string second = village_.StartCampaign();
  idv1::ListCampaignsRequest request;
  request.set_page_size(1);
  auto page = village_.Village().Call<idv1::ListCampaignsResponse>("ListCampaigns", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->campaigns_size(), 1);
  EXPECT_EQ(page->campaigns(0).name(), second);
  request.set_page_token(page->next_page_token());
  EXPECT_THAT(village_.County().Call<idv1::ListCampaignsResponse>("ListCampaigns", request),
              Refused(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  page = village_.Village().Call<idv1::ListCampaignsResponse>("ListCampaigns", request);
  ASSERT_EQ(page->campaigns_size(), 1);
  EXPECT_EQ(page->campaigns(0).name(), first);
  EXPECT_EQ(page->next_page_token(), "");
}

}  // namespace
}  // namespace jz::testing
