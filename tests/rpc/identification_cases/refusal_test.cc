// What the steps of P1 refuse, without changing anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;

class Refusals : public ::testing::Test {
 protected:
  Refusals() {
    village_.ImportVillage();
    campaign_ = village_.StartCampaign();
  }
  absl::StatusOr<idv1::StepSummary> Assess(const idv1::RecordGroupAssessmentsRequest& request) {
    return village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  }
  absl::StatusOr<idv1::StepSummary> VerifyAs(const Client& client, const std::string& held_on,
                                             const std::string& only = "") {
    idv1::VerifyCasesRequest request;
    request.set_campaign(campaign_);
    request.set_region_code(kVillage);
    request.set_held_on(held_on);
    if (!only.empty()) request.add_cases(only);
    request.set_request_id(village_.NextRequest());
    return client.Call<idv1::StepSummary>("VerifyCases", request);
  }
  int64_t StepsRecorded() { return village_.registry().CountRows("case_step"); }

  CaseService village_;
  std::string campaign_;
};

TEST_F(Refusals, VotesThatExceedAttendance) {
  auto request = village_.AssessRequest(campaign_);
  request.mutable_meeting()->set_votes_for(11);
  auto refused = Assess(request);
  EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused), ::testing::ElementsAre("meeting VOTES_EXCEED_ATTENDANCE"));
  request.mutable_meeting()->set_votes_for(-1);
  EXPECT_THAT(Assess(request), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = village_.AssessRequest(campaign_);
  request.clear_meeting();
  EXPECT_THAT(Assess(request), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = village_.AssessRequest(campaign_);
  idv1::CaseOutcome& outcome = *request.add_outcomes();
  outcome.set_case_(village_.CaseOf("R-poor").name());
  outcome.mutable_votes()->set_votes_for(13);
  refused = Assess(request);
  EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused),
              ::testing::ElementsAre("outcomes[0].votes VOTES_EXCEED_ATTENDANCE"));
  EXPECT_EQ(StepsRecorded(), 0);
}

TEST_F(Refusals, APanelThatIsTooSmall) {
  auto request = village_.AssessRequest(campaign_);
  request.mutable_meeting()->set_attendance(3);
  request.mutable_meeting()->set_votes_for(3);
  request.mutable_meeting()->set_votes_against(0);
  request.mutable_meeting()->set_abstained(0);
  EXPECT_THAT(Assess(request), Refused(StatusCode::kFailedPrecondition, "PANEL_TOO_SMALL"));
  request.mutable_meeting()->set_attendance(4);
  EXPECT_TRUE(Assess(request).ok()) << "the same request_id is free after a refusal";
}

TEST_F(Refusals, DatesInTheFutureOrBeforeThePreviousStep) {
  auto request = village_.AssessRequest(campaign_);
  request.set_held_on(FormatDate(DateInShanghai(absl::Now()) + 1));
  EXPECT_THAT(Assess(request), Refused(StatusCode::kFailedPrecondition, "DATE_IN_FUTURE"));
  request.set_held_on("2016-12-31");
  EXPECT_THAT(Assess(request),
              Refused(StatusCode::kFailedPrecondition, "DATE_BEFORE_PREVIOUS_STEP"));
  request.set_held_on("yesterday");
  EXPECT_THAT(Assess(request), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  ASSERT_TRUE(village_.Assess(campaign_).ok());
  ASSERT_TRUE(village_.Deliberate(campaign_).ok());
  EXPECT_THAT(VerifyAs(village_.Township(), "2017-05-09"),
              Refused(StatusCode::kFailedPrecondition, "DATE_BEFORE_PREVIOUS_STEP"));
  EXPECT_TRUE(VerifyAs(village_.Township(), "2017-05-10").ok());
}

TEST_F(Refusals, StepsInAnotherOrder) {
  EXPECT_THAT(village_.Deliberate(campaign_),
              Refused(StatusCode::kFailedPrecondition, "NO_CASE_AT_STEP"));
  EXPECT_THAT(village_.Decide(campaign_),
              Refused(StatusCode::kFailedPrecondition, "NO_CASE_AT_STEP"));
  EXPECT_THAT(village_.Post(campaign_),
              Refused(StatusCode::kFailedPrecondition, "NO_CASE_AT_STEP"));
  EXPECT_THAT(village_.Conclude(campaign_),
              Refused(StatusCode::kFailedPrecondition, "NO_CASE_AT_STEP"));
  EXPECT_THAT(VerifyAs(village_.Township(), "2017-05-18", village_.CaseOf("R-poor").name()),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STEP"));
  EXPECT_EQ(StepsRecorded(), 0);
}

TEST_F(Refusals, AStepTwice) {
  ASSERT_TRUE(village_.Assess(campaign_).ok());
  EXPECT_THAT(village_.Assess(campaign_),
              Refused(StatusCode::kFailedPrecondition, "NO_CASE_AT_STEP"));
}

TEST_F(Refusals, NamedCasesThatCannotMove) {
  auto request = village_.AssessRequest(campaign_);
  request.add_cases(village_.CaseOf("R-poor").name());
  ASSERT_TRUE(Assess(request).ok());
  request = village_.AssessRequest(campaign_);
  request.add_cases(village_.CaseOf("R-poor").name());
  request.add_cases(village_.CaseOf("O-poor").name());
  request.add_cases(village_.CaseOf("C-rich").name());
  request.add_cases(village_.CaseOf("C-poor").name());
  auto summary = Assess(request);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->passed_count(), 1);
  EXPECT_EQ(summary->refused_count(), 3);
  std::map<std::string, std::string> reasons;
  for (const idv1::RefusedCase& refused : summary->refused()) {
    reasons[refused.case_()] = refused.reason();
  }
  EXPECT_EQ(reasons[village_.CaseOf("R-poor").name()], "WRONG_STEP");
  EXPECT_EQ(reasons[village_.CaseOf("C-rich").name()], "WRONG_STEP");
  EXPECT_EQ(reasons[village_.CaseOf("O-poor").name()], "CASE_NOT_FOUND")
      << "a case of another village is not shown";
}

TEST_F(Refusals, TheSamePersonVerifying) {
  // One person in two roles.
  const std::string both = "clerk of both";
  Client assessor = village_.As("village_clerk", kVillage, both);
  ASSERT_TRUE(
      assessor.Call<idv1::StepSummary>("RecordGroupAssessments", village_.AssessRequest(campaign_))
          .ok());
  ASSERT_TRUE(village_.Deliberate(campaign_).ok());
  EXPECT_THAT(VerifyAs(village_.As("township_clerk", kTownship, both), "2017-05-18"),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_THAT(VerifyAs(village_.As("township_clerk", kTownship, both), "2017-05-18",
                       village_.CaseOf("R-poor").name()),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_TRUE(VerifyAs(village_.Township(), "2017-05-18").ok());
}

TEST_F(Refusals, TheSamePersonDeciding) {
  ASSERT_TRUE(village_.Assess(campaign_).ok());
  ASSERT_TRUE(village_.Deliberate(campaign_).ok());
  const std::string verifier = "verifier";
  ASSERT_TRUE(VerifyAs(village_.As("township_clerk", kTownship, verifier), "2017-05-18").ok());
  idv1::DecideCasesRequest request;
  request.set_campaign(campaign_);
  request.set_region_code(kVillage);
  request.set_held_on("2017-05-25");
  request.set_request_id("decide");
  auto decide = [&](const std::string& subject) {
    return village_.As("county_officer", kCounty, subject)
        .Call<idv1::StepSummary>("DecideCases", request);
  };
  EXPECT_THAT(decide(verifier), Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_THAT(decide("township_clerk@230221101000"),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"))
      << "who created the campaign";
  EXPECT_TRUE(decide("somebody else").ok());
}

TEST_F(Refusals, RegionsOutsideTheScope) {
  auto request = village_.AssessRequest(campaign_);
  request.set_region_code(kOtherVillage);
  EXPECT_THAT(Assess(request), Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  request.set_region_code(kTownship);
  EXPECT_THAT(Assess(request), Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"))
      << "the region above";
  request.set_region_code(kNeighbourVillage);
  EXPECT_THAT(village_.As("village_clerk", kNeighbourVillage)
                  .Call<idv1::StepSummary>("RecordGroupAssessments", request),
              Refused(StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND"));
  idv1::GetCaseRequest get;
  get.set_name(village_.CaseOf("R-poor").name());
  EXPECT_THAT(village_.As("viewer", kOtherVillage).Call<idv1::Case>("GetCase", get),
              Refused(StatusCode::kNotFound, "CASE_NOT_FOUND"));
  EXPECT_EQ(StepsRecorded(), 0);
}

TEST_F(Refusals, StepsOfAnotherLevel) {
  EXPECT_THAT(village_.Township().Call<idv1::StepSummary>("RecordGroupAssessments",
                                                          village_.AssessRequest(campaign_)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
  EXPECT_THAT(VerifyAs(village_.Village(), "2017-05-18"),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
}

TEST_F(Refusals, CasesOfHouseholdsThatChangedSince) {
  village_.RecordDeaths("C-poor", "2017-05-01");
  auto summary = village_.Assess(campaign_);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->passed_count(), 6);
  ASSERT_EQ(summary->refused_size(), 1);
  idv1::Case stale = village_.CaseOf("C-poor");
  EXPECT_EQ(summary->refused(0).case_(), stale.name());
  EXPECT_EQ(summary->refused(0).reason(), "STALE_CASE");
  EXPECT_THAT(village_.Assess(campaign_), Refused(StatusCode::kFailedPrecondition, "STALE_CASE"))
      << "nothing else is left";

  idv1::ReassessCasesRequest reassess;
  reassess.add_cases(stale.name());
  reassess.set_request_id("reassess");
  auto again = village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", reassess);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->cases_size(), 1);
  EXPECT_EQ(again->cases(0).state(), idv1::CASE_STATE_NOT_ADMITTED);
  EXPECT_EQ(again->cases(0).reason(), "NO_MEMBER");
}

TEST_F(Refusals, StaleCasesAtTheConclusion) {
  village_.RunUntilPosted(campaign_);
  village_.RecordDeaths("R-poor", "2017-06-01");
  auto concluded = village_.Conclude(campaign_);
  ASSERT_TRUE(concluded.ok()) << concluded.status();
  EXPECT_EQ(concluded->passed_count(), 6);
  ASSERT_EQ(concluded->refused_size(), 1);
  EXPECT_EQ(concluded->refused(0).reason(), "STALE_CASE");
  EXPECT_EQ(village_.HouseholdOf("R-poor").planned_exit_year(), 0) << "not touched";
}

TEST_F(Refusals, ReassessmentOfWhatDidNotChange) {
  idv1::ReassessCasesRequest request;
  request.add_cases(village_.CaseOf("R-poor").name());
  request.set_request_id("r");
  EXPECT_THAT(village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", request),
              Refused(StatusCode::kFailedPrecondition, "CASE_NOT_STALE"));
  request.set_cases(0, "cases/0000000000001");
  EXPECT_THAT(village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", request),
              Refused(StatusCode::kNotFound, "CASE_NOT_FOUND"));
}

TEST_F(Refusals, RequestsWithEveryViolation) {
  idv1::RecordGroupAssessmentsRequest request;
  request.set_campaign("households/0000000000001");
  request.set_region_code("23");
  request.add_cases("x");
  idv1::CaseOutcome& outcome = *request.add_outcomes();
  outcome.set_case_("cases/0000000000001");
  outcome.set_rejection_reason("because");
  request.set_request_id("r");
  auto refused = Assess(request);
  EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  idv1::VerifyCasesRequest verify;
  verify.set_region_code(kVillage);
  verify.set_held_on("2017-05-18");
  verify.set_request_id("r");
  verify.add_outcomes()->set_case_("cases/0000000000001");
  verify.mutable_outcomes(0)->mutable_votes()->set_votes_for(1);
  EXPECT_THAT(village_.Township().Call<idv1::StepSummary>("VerifyCases", verify),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
      << "nobody votes at a verification";
}

}  // namespace
}  // namespace jz::testing
