// Large villages: several transactions a call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

constexpr int kHouseholds = 2300;

class Bulk : public ::testing::Test {
 protected:
  Bulk() {
    // All have exclusion kinds: to be removed.
    cv1::Job job = village_.registry().SendAndAwait(
        {.csv = identification::testing::Csv(identification::testing::Singles(kHouseholds)),
         .request_id = "bulk"});
    EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
    campaign_ = village_.StartCampaign();
  }

  CaseService village_;
  std::string campaign_;
};

TEST_F(Bulk, CarriesAllCasesInOneCallAStep) {
  for (auto step : {&CaseService::Assess, &CaseService::Deliberate, &CaseService::Verify,
                    &CaseService::Decide}) {
    auto summary = (village_.*step)(campaign_, kVillage);
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->passed_count(), kHouseholds);
  }
  auto posted = village_.Post(campaign_);
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->passed_count(), kHouseholds);
  EXPECT_EQ(posted->notices_size(), 1) << "one notice, in however many transactions";
  auto concluded = village_.Conclude(campaign_);
  ASSERT_TRUE(concluded.ok()) << concluded.status();
  EXPECT_EQ(concluded->passed_count(), kHouseholds);
  idv1::Flows flows = village_.Flows();
  EXPECT_EQ(flows.removed_wrongly_admitted().households(), kHouseholds);
  EXPECT_EQ(flows.closing().total().households(), 0);
}

TEST_F(Bulk, GoesOnAfterADeadline) {
  auto request = village_.AssessRequest(campaign_);
  absl::StatusOr<idv1::StepSummary> summary = absl::UnknownError("not called");
  // The first calls are cut in the middle, on any machine; each leaves whole transactions behind.
  int cuts = 0;
  for (absl::Duration patience = absl::Milliseconds(20); !summary.ok(); patience *= 1.2) {
    summary = village_.Village().WithTimeout(patience).Call<idv1::StepSummary>(
        "RecordGroupAssessments", request);
    if (summary.ok()) break;
    ASSERT_EQ(summary.status().code(), absl::StatusCode::kDeadlineExceeded) << summary.status();
    ASSERT_LT(++cuts, 100);
  }
  EXPECT_EQ(summary->passed_count(), kHouseholds) << "the answer is that of the whole";
  EXPECT_EQ(village_.registry().CountRows("case_step"), kHouseholds);
  EXPECT_GT(cuts, 0);
  auto again = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  EXPECT_EQ(again->passed_count(), kHouseholds);
}

TEST_F(Bulk, IsRefusedBeforeAnythingIsRecorded) {
  ASSERT_TRUE(village_.Assess(campaign_).ok());
  ASSERT_TRUE(village_.Deliberate(campaign_).ok());
  const int64_t before = village_.registry().CountRows("case_step");
  idv1::VerifyCasesRequest request;
  request.set_campaign(campaign_);
  request.set_region_code(kVillage);
  request.set_held_on("2017-05-09");
  request.set_request_id("v");
  EXPECT_THAT(village_.Township().Call<idv1::StepSummary>("VerifyCases", request),
              Refused(absl::StatusCode::kFailedPrecondition, "DATE_BEFORE_PREVIOUS_STEP"));
  EXPECT_EQ(village_.registry().CountRows("case_step"), before);
}

}  // namespace
}  // namespace jz::testing
