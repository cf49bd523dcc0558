// A small village's way through P1, from the group's assessment to the effect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "jingzhun/identification/v1/changes.pb.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;

class Procedure : public ::testing::Test {
 protected:
  Procedure() {
    village_.ImportVillage();
    campaign_ = village_.StartCampaign();
  }
  std::string StateOf(const std::string& number) {
    idv1::Household household = village_.HouseholdOf(number);
    return absl::StrCat(idv1::HouseholdState_Name(household.state()).substr(16), " ",
                        household.state_since(), " ", household.planned_exit_year());
  }

  CaseService village_;
  std::string campaign_;
};

TEST_F(Procedure, CarriesAVillageFromAssessmentToEffect) {
  for (auto step : {&CaseService::Assess, &CaseService::Deliberate, &CaseService::Verify,
                    &CaseService::Decide}) {
    auto summary = (village_.*step)(campaign_, kVillage);
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->passed_count(), 7);
    EXPECT_EQ(summary->rejected_count(), 0);
    EXPECT_EQ(summary->refused_count(), 0);
  }
  auto posted = village_.Post(campaign_);
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->passed_count(), 7);
  EXPECT_EQ(posted->notices_size(), 1);
  EXPECT_EQ(StateOf("C-poor"), "CANDIDATE 2017-03-01 0") << "nothing holds before the conclusion";
  auto concluded = village_.Conclude(campaign_);
  ASSERT_TRUE(concluded.ok()) << concluded.status();
  EXPECT_EQ(concluded->passed_count(), 7);

  EXPECT_EQ(StateOf("R-poor"), "REGISTERED 2014-06-30 2017");
  EXPECT_EQ(StateOf("R-excluded"), "REMOVED 2017-06-14 0");
  EXPECT_EQ(StateOf("R-rich"), "REMOVED 2017-06-14 0");
  EXPECT_EQ(StateOf("R-dying"), "CLOSED 2017-06-14 0");
  EXPECT_EQ(StateOf("E-unsafe"), "REGISTERED 2017-06-14 2020");
  EXPECT_EQ(StateOf("E-fallen"), "REGISTERED 2017-06-14 2018");
  EXPECT_EQ(StateOf("E-sound"), "EXITED 2016-11-30 0");
  EXPECT_EQ(StateOf("C-poor"), "REGISTERED 2017-06-14 2019");
  EXPECT_EQ(StateOf("C-rich"), "CANDIDATE 2017-03-01 0");
  EXPECT_EQ(StateOf("O-poor"), "REGISTERED 2014-06-30 0") << "of another village";
}

TEST_F(Procedure, RecordsWhoDidWhatWhen) {
  village_.RunUntilPosted(campaign_);
  ASSERT_TRUE(village_.Conclude(campaign_).ok());
  idv1::Case item = village_.CaseOf("R-excluded");
  EXPECT_EQ(item.state(), idv1::CASE_STATE_EFFECTIVE);
  EXPECT_EQ(item.awaiting(), idv1::CASE_STEP_UNSPECIFIED);
  EXPECT_EQ(item.decided_on(), "2017-05-25");
  EXPECT_EQ(item.effective_date(), "2017-06-14");
  ASSERT_EQ(item.steps_size(), 6);
  std::vector<std::string> shown;
  for (const idv1::StepRecord& step : item.steps()) {
    shown.push_back(absl::StrCat(idv1::CaseStep_Name(step.step()).substr(10), " ", step.held_on(),
                                 " ", step.recorded_by(), " ", step.passed()));
  }
  EXPECT_THAT(shown, ElementsAre("GROUP_ASSESSMENT 2017-05-05 village_clerk@230221101200 1",
                                 "VILLAGE_DELIBERATION 2017-05-10 village_clerk@230221101200 1",
                                 "TOWNSHIP_VERIFICATION 2017-05-18 township_clerk@230221101000 1",
                                 "COUNTY_DECISION 2017-05-25 county_officer@230221000000 1",
                                 "PUBLICITY 2017-05-26 village_clerk@230221101200 1",
                                 "CONCLUSION 2017-06-12 village_clerk@230221101200 1"));
  EXPECT_EQ(item.steps(0).meeting().attendance(), 12);
  EXPECT_EQ(item.steps(0).meeting().votes_for(), 10);
  EXPECT_EQ(item.steps(3).reference(), "县扶贫〔2017〕18号");
  EXPECT_FALSE(item.steps(3).has_meeting());
}

TEST_F(Procedure, PublishesTheAdjustmentsInTheFeed) {
  village_.RunUntilPosted(campaign_);
  ASSERT_TRUE(village_.Conclude(campaign_).ok());
  std::map<std::string, idv1::HouseholdChanged> last;
  for (const cv1::Change& change :
       village_.registry().Changes(village_.registry().Register("service"))) {
    idv1::HouseholdChanged payload;
    ASSERT_TRUE(change.payload().UnpackTo(&payload));
    last[change.resource()] = payload;
  }
  const auto& closed = last[village_.HouseholdName("R-dying")];
  EXPECT_EQ(closed.household().state(), idv1::HOUSEHOLD_STATE_CLOSED);
  EXPECT_EQ(closed.adjustment().kind(), idv1::ADJUSTMENT_KIND_NATURAL_DECREASE);
  EXPECT_EQ(closed.adjustment().reason(), "ALL_MEMBERS_DIED");
  EXPECT_EQ(closed.adjustment().member_count(), 2) << "those who died";
  EXPECT_EQ(closed.household().members_size(), 0);
  const auto& admitted = last[village_.HouseholdName("C-poor")];
  EXPECT_EQ(admitted.adjustment().kind(), idv1::ADJUSTMENT_KIND_ADMIT);
  EXPECT_EQ(admitted.adjustment().state_before(), idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_EQ(admitted.adjustment().effective_date(), "2017-06-14");
  EXPECT_EQ(admitted.adjustment().case_(), village_.CaseOf("C-poor").name());
  EXPECT_EQ(admitted.household().members_size(), 2);
  EXPECT_EQ(last[village_.HouseholdName("R-poor")].adjustment().kind(),
            idv1::ADJUSTMENT_KIND_RETAIN);
}

TEST_F(Procedure, ReconcilesTheFlows) {
  village_.RunUntilPosted(campaign_);
  ASSERT_TRUE(village_.Conclude(campaign_).ok());
  idv1::Flows flows = village_.Flows();
  auto shown = [](const auto& count) {
    return absl::StrCat(count.households(), "/", count.persons());
  };
  EXPECT_EQ(shown(flows.opening().total()), "8/9");
  EXPECT_EQ(shown(flows.opening().registered()), "5/6");
  EXPECT_EQ(shown(flows.opening().exited()), "3/3");
  EXPECT_EQ(shown(flows.removed_wrongly_admitted()), "2/2");
  EXPECT_EQ(shown(flows.closed_by_death()), "1/2");
  EXPECT_EQ(shown(flows.reverted_exit()), "1/1");
  EXPECT_EQ(shown(flows.relapsed()), "1/1");
  EXPECT_EQ(shown(flows.newly_admitted()), "1/2");
  EXPECT_EQ(shown(flows.retained()), "2/2") << "also the one that nobody decided on";
  EXPECT_EQ(shown(flows.person_natural_decrease()), "0/0");
  EXPECT_EQ(shown(flows.closing().total()), "6/7");
  EXPECT_EQ(shown(flows.closing().registered()), "5/6");
  ASSERT_EQ(flows.checks_size(), 4);
  for (const idv1::FlowCheck& check : flows.checks()) {
    EXPECT_TRUE(check.equal()) << check.ShortDebugString();
  }
  idv1::Flows before = village_.Flows("2016-01-01", "2016-12-31");
  EXPECT_EQ(shown(before.closing().total()), "8/9");
  EXPECT_EQ(shown(before.exited()), "3/3");
  idv1::Flows elsewhere = village_.Flows("2017-01-01", "2017-12-31", kOtherVillage);
  EXPECT_EQ(shown(elsewhere.opening().total()), "1/1");
}

TEST_F(Procedure, TakesTheDecisionDayWhenNoEffectiveDateIsGiven) {
  village_.RunUntilPosted(campaign_);
  idv1::ConcludePublicityRequest request;
  request.set_campaign(campaign_);
  request.set_region_code(kVillage);
  request.set_concluded_on("2017-06-12");
  request.set_request_id("c");
  ASSERT_TRUE(village_.Village().Call<idv1::StepSummary>("ConcludePublicity", request).ok());
  EXPECT_EQ(StateOf("C-poor"), "REGISTERED 2017-05-25 2019");
}

TEST_F(Procedure, GivesTheSameAnswerToTheSameRequest) {
  auto request = village_.AssessRequest(campaign_);
  auto first = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  ASSERT_TRUE(first.ok()) << first.status();
  auto again = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(village_.registry().CountRows("case_step"), 7);
  request.mutable_meeting()->set_votes_for(11);
  request.mutable_meeting()->set_votes_against(0);
  EXPECT_THAT(village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(Procedure, HasOneEffectFor32ThreadsAtEveryStep) {
  auto storm = [&](const Client& client, const char* method, const auto& request) {
    std::vector<std::thread> threads;
    std::vector<std::string> answers(32);
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([&, i] {
        auto summary = client.Call<idv1::StepSummary>(method, request);
        answers[i] = summary.ok() ? summary->ShortDebugString() : summary.status().ToString();
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<std::string> distinct(answers.begin(), answers.end());
    EXPECT_THAT(distinct, ::testing::SizeIs(1)) << method;
    EXPECT_THAT(*distinct.begin(), ::testing::StartsWith("passed_count: 7")) << method;
  };
  storm(village_.Village(), "RecordGroupAssessments", village_.AssessRequest(campaign_));
  ASSERT_TRUE(village_.Deliberate(campaign_).ok());
  ASSERT_TRUE(village_.Verify(campaign_).ok());
  ASSERT_TRUE(village_.Decide(campaign_).ok());
  idv1::OpenPublicityRequest open;
  open.set_campaign(campaign_);
  open.set_region_code(kVillage);
  open.set_posted_on("2017-05-26");
  open.set_request_id("open");
  storm(village_.Village(), "OpenPublicity", open);
  EXPECT_EQ(village_.registry().CountRows("notice"), 1);
  const int64_t changes = village_.registry().CountRows("household_version");
  idv1::ConcludePublicityRequest conclude;
  conclude.set_campaign(campaign_);
  conclude.set_region_code(kVillage);
  conclude.set_concluded_on("2017-06-12");
  conclude.set_request_id("conclude");
  storm(village_.Village(), "ConcludePublicity", conclude);
  EXPECT_EQ(village_.registry().CountRows("household_version"), changes + 7);
}

TEST_F(Procedure, RejectsWhatIsVotedDown) {
  auto request = village_.AssessRequest(campaign_);
  idv1::CaseOutcome& outcome = *request.add_outcomes();
  outcome.set_case_(village_.CaseOf("R-poor").name());
  outcome.mutable_votes()->set_votes_for(6);
  outcome.mutable_votes()->set_votes_against(6);
  idv1::CaseOutcome& other = *request.add_outcomes();
  other.set_case_(village_.CaseOf("C-poor").name());
  other.set_rejection_reason("INCOME_HIDDEN");
  auto summary = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->passed_count(), 5);
  EXPECT_EQ(summary->rejected_count(), 2);
  idv1::Case down = village_.CaseOf("R-poor");
  EXPECT_EQ(down.state(), idv1::CASE_STATE_REJECTED);
  EXPECT_EQ(down.closing_reason(), "VOTED_DOWN");
  EXPECT_EQ(down.steps(0).meeting().votes_against(), 6);
  EXPECT_FALSE(down.steps(0).passed());
  EXPECT_EQ(village_.CaseOf("C-poor").closing_reason(), "INCOME_HIDDEN");
  EXPECT_EQ(village_.Deliberate(campaign_)->passed_count(), 5) << "the others go on";
}

TEST_F(Procedure, RejectsAllWithoutAMajority) {
  auto request = village_.AssessRequest(campaign_);
  request.mutable_meeting()->set_votes_for(6);
  request.mutable_meeting()->set_votes_against(0);
  auto summary = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->rejected_count(), 7) << "6 of 12 is not more than half";
}

TEST_F(Procedure, CanBeLimitedToSomeCases) {
  auto request = village_.AssessRequest(campaign_);
  request.add_cases(village_.CaseOf("R-poor").name());
  auto summary = village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->passed_count(), 1);
  EXPECT_EQ(village_.CaseOf("C-poor").awaiting(), idv1::CASE_STEP_GROUP_ASSESSMENT);
}

TEST_F(Procedure, GoesOnForRejectedCasesAfterReassessment) {
  auto request = village_.AssessRequest(campaign_);
  request.mutable_meeting()->set_votes_for(1);
  ASSERT_TRUE(village_.Village().Call<idv1::StepSummary>("RecordGroupAssessments", request).ok());
  idv1::Case old = village_.CaseOf("C-poor");
  idv1::ReassessCasesRequest again;
  again.add_cases(old.name());
  again.set_request_id("again");
  auto reassessed = village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", again);
  ASSERT_TRUE(reassessed.ok()) << reassessed.status();
  ASSERT_EQ(reassessed->cases_size(), 1);
  EXPECT_EQ(reassessed->cases(0).supersedes(), old.name());
  EXPECT_EQ(reassessed->cases(0).awaiting(), idv1::CASE_STEP_GROUP_ASSESSMENT);
  idv1::Case closed = village_.GetCase(old.name());
  EXPECT_EQ(closed.state(), idv1::CASE_STATE_SUPERSEDED);
  EXPECT_EQ(closed.closing_reason(), "VOTED_DOWN");
  EXPECT_EQ(village_.Assess(campaign_)->passed_count(), 1);
  again.set_request_id("once more");
  EXPECT_THAT(village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", again),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_FORMAT"));
  again.set_request_id("once-more");
  EXPECT_THAT(village_.Township().Call<idv1::ReassessCasesResponse>("ReassessCases", again),
              Refused(absl::StatusCode::kFailedPrecondition, "CASE_CLOSED"));
}

}  // namespace
}  // namespace jz::testing
