// Publicity: its length, what hangs on the wall, objections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

using absl::StatusCode;

class Publicity : public ::testing::Test {
 protected:
  Publicity() {
    village_.ImportVillage();
    campaign_ = village_.StartCampaign();
  }
  absl::StatusOr<idv1::StepSummary> Conclude(const std::string& concluded_on,
                                             const std::string& effective_date = "") {
    idv1::ConcludePublicityRequest request;
    request.set_campaign(campaign_);
    request.set_region_code(kVillage);
    request.set_concluded_on(concluded_on);
    request.set_effective_date(effective_date);
    request.set_request_id(village_.NextRequest());
    return village_.Village().Call<idv1::StepSummary>("ConcludePublicity", request);
  }
  absl::StatusOr<idv1::Objection> Object(const std::string& number,
                                         const std::string& text = "他家有车") {
    idv1::FileObjectionRequest request;
    request.set_case_(village_.CaseOf(number).name());
    request.set_text(text);
    request.set_request_id(village_.NextRequest());
    return village_.Village().Call<idv1::Objection>("FileObjection", request);
  }
  absl::StatusOr<idv1::Objection> Answer(const std::string& name, idv1::ObjectionState outcome) {
    idv1::AnswerObjectionRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    request.set_answer("经核查");
    request.set_request_id(village_.NextRequest());
    return village_.County().Call<idv1::Objection>("AnswerObjection", request);
  }
  idv1::GetNoticeResponse Notice(const std::string& name) {
    idv1::GetNoticeRequest request;
    request.set_name(name);
    auto notice =
        village_.As("viewer", kVillage).Call<idv1::GetNoticeResponse>("GetNotice", request);
    EXPECT_TRUE(notice.ok()) << notice.status();
    return notice.ok() ? *notice : idv1::GetNoticeResponse();
  }

  CaseService village_;
  std::string campaign_;
};

TEST_F(Publicity, CannotEndEarly) {
  village_.RunUntilPosted(campaign_);
  EXPECT_THAT(Conclude("2017-06-02"),
              Refused(StatusCode::kFailedPrecondition, "PUBLICITY_NOT_OVER"))
      << "posted on 05-26, seven days";
  EXPECT_EQ(MetadataOf(Conclude("2017-06-02").status(), "ends_on"), "2017-06-02");
  EXPECT_EQ(village_.HouseholdOf("C-poor").state(), idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_TRUE(Conclude("2017-06-03").ok());
}

TEST_F(Publicity, CannotEndBeforeItsEndHasCome) {
  village_.RunUntilDecided(campaign_);
  const Date today = DateInShanghai(absl::Now());
  ASSERT_TRUE(village_.Post(campaign_, kVillage, FormatDate(today)).ok());
  EXPECT_THAT(Conclude(FormatDate(today)),
              Refused(StatusCode::kFailedPrecondition, "PUBLICITY_NOT_OVER"));
  EXPECT_THAT(Conclude(FormatDate(today + 30)),
              Refused(StatusCode::kFailedPrecondition, "DATE_IN_FUTURE"));
}

TEST_F(Publicity, ShowsNamesAndOutcomesOnly) {
  village_.RunUntilDecided(campaign_);
  auto posted = village_.Post(campaign_);
  ASSERT_TRUE(posted.ok()) << posted.status();
  idv1::GetNoticeResponse shown = Notice(posted->notices(0));
  EXPECT_EQ(shown.notice().region_code(), kVillage);
  EXPECT_EQ(shown.notice().region_name(), kVillage) << "the name that the test's region has";
  EXPECT_EQ(shown.notice().posted_on(), "2017-05-26");
  EXPECT_EQ(shown.notice().days(), 7);
  EXPECT_EQ(shown.notice().ends_on(), "2017-06-02");
  EXPECT_EQ(shown.notice().case_count(), 7);
  ASSERT_EQ(shown.entries_size(), 7);
  std::set<std::string> outcomes;
  for (const idv1::NoticeEntry& entry : shown.entries()) {
    EXPECT_EQ(entry.head_name(), "王国强");
    EXPECT_EQ(entry.group_name(), "1组");
    outcomes.insert(
        absl::StrCat(idv1::AdjustmentKind_Name(entry.kind()).substr(16), " ", entry.reason()));
  }
  EXPECT_TRUE(outcomes.contains("NATURAL_DECREASE ALL_MEMBERS_DIED"));
  EXPECT_TRUE(outcomes.contains("REVERT_EXIT HOUSING_UNSAFE"));
  const std::string all = shown.ShortDebugString();
  EXPECT_THAT(all, ::testing::Not(::testing::HasSubstr("138")));
  EXPECT_THAT(all, ::testing::Not(::testing::HasSubstr("196001")));
}

TEST_F(Publicity, PagesThroughANotice) {
  village_.RunUntilDecided(campaign_);
  auto posted = village_.Post(campaign_);
  idv1::GetNoticeRequest request;
  request.set_name(posted->notices(0));
  request.set_page_size(5);
  auto first = village_.Village().Call<idv1::GetNoticeResponse>("GetNotice", request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->entries_size(), 5);
  request.set_page_token(first->next_page_token());
  auto second = village_.Village().Call<idv1::GetNoticeResponse>("GetNotice", request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->entries_size(), 2);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(Publicity, IsHiddenFromOtherRegions) {
  village_.RunUntilDecided(campaign_);
  auto posted = village_.Post(campaign_);
  idv1::GetNoticeRequest request;
  request.set_name(posted->notices(0));
  EXPECT_THAT(village_.As("viewer", kNeighbour).Call<idv1::GetNoticeResponse>("GetNotice", request),
              Refused(StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
  auto listed = village_.As("viewer", kNeighbour)
                    .Call<idv1::ListNoticesResponse>("ListNotices", idv1::ListNoticesRequest());
  EXPECT_EQ(listed->notices_size(), 0);
  listed = village_.Township().Call<idv1::ListNoticesResponse>("ListNotices",
                                                               idv1::ListNoticesRequest());
  EXPECT_EQ(listed->notices_size(), 1);
}

TEST_F(Publicity, OpensANoticeForEachVillage) {
  for (const char* village : {kVillage, kOtherVillage}) {
    ASSERT_TRUE(village_.Assess(campaign_, village).ok());
    ASSERT_TRUE(village_.Deliberate(campaign_, village).ok());
  }
  ASSERT_TRUE(village_.Verify(campaign_, kTownship).ok());
  ASSERT_TRUE(village_.Decide(campaign_, kTownship).ok());
  auto posted = village_.Post(campaign_, kTownship);
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->passed_count(), 8);
  EXPECT_EQ(posted->notices_size(), 2);
}

TEST_F(Publicity, WaitsForTheAnswerOfAnObjection) {
  village_.RunUntilPosted(campaign_);
  auto objection = Object("R-poor");
  ASSERT_TRUE(objection.ok()) << objection.status();
  EXPECT_EQ(objection->objector_name(), "") << "anonymous";
  EXPECT_THAT(Conclude("2017-06-12"), Refused(StatusCode::kFailedPrecondition, "OBJECTION_OPEN"));
  auto answered = Answer(objection->name(), idv1::OBJECTION_STATE_DISMISSED);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->answered_by(), "county_officer@230221000000");
  auto concluded = Conclude("2017-06-12");
  ASSERT_TRUE(concluded.ok()) << concluded.status();
  EXPECT_EQ(concluded->passed_count(), 7);
}

TEST_F(Publicity, RejectsWhatAnObjectionOverturns) {
  village_.RunUntilPosted(campaign_);
  auto objection = Object("C-poor");
  ASSERT_TRUE(Answer(objection->name(), idv1::OBJECTION_STATE_UPHELD).ok());
  EXPECT_EQ(village_.CaseOf("C-poor").state(), idv1::CASE_STATE_REJECTED);
  EXPECT_EQ(village_.CaseOf("C-poor").closing_reason(), "OBJECTION_UPHELD");
  EXPECT_EQ(Conclude("2017-06-12")->passed_count(), 6);
  EXPECT_EQ(village_.HouseholdOf("C-poor").state(), idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_THAT(Answer(objection->name(), idv1::OBJECTION_STATE_DISMISSED),
              Refused(StatusCode::kFailedPrecondition, "OBJECTION_ANSWERED"));
}

TEST_F(Publicity, TakesObjectionsOnlyWhileItLasts) {
  EXPECT_THAT(Object("R-poor"), Refused(StatusCode::kFailedPrecondition, "NOT_IN_PUBLICITY"));
  village_.RunUntilPosted(campaign_);
  EXPECT_THAT(Object("R-poor", ""), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Object("R-poor", std::string(2001, 'x')),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  std::string longest;
  for (int i = 0; i < 2000; ++i) longest += "车";
  auto objection = Object("R-poor", longest);
  ASSERT_TRUE(objection.ok()) << objection.status();
  ASSERT_TRUE(Answer(objection->name(), idv1::OBJECTION_STATE_DISMISSED).ok());
  ASSERT_TRUE(Conclude("2017-06-12").ok());
  EXPECT_THAT(Object("R-poor"), Refused(StatusCode::kFailedPrecondition, "NOT_IN_PUBLICITY"));
}

TEST_F(Publicity, HasObjectionsAnsweredBySomebodyElseWithinTheRegion) {
  village_.RunUntilPosted(campaign_);
  idv1::FileObjectionRequest request;
  request.set_case_(village_.CaseOf("R-poor").name());
  request.set_text("他家有车\n也有房");
  request.set_objector_name("李四");
  request.set_request_id("o");
  auto filed = village_.As("village_clerk", kVillage, "one person")
                   .Call<idv1::Objection>("FileObjection", request);
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->objector_name(), "李四");
  idv1::AnswerObjectionRequest answer;
  answer.set_name(filed->name());
  answer.set_outcome(idv1::OBJECTION_STATE_DISMISSED);
  answer.set_answer("经核查");
  answer.set_request_id("a");
  EXPECT_THAT(village_.As("county_officer", kCounty, "one person")
                  .Call<idv1::Objection>("AnswerObjection", answer),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_THAT(
      village_.As("county_officer", kNeighbour).Call<idv1::Objection>("AnswerObjection", answer),
      Refused(StatusCode::kNotFound, "OBJECTION_NOT_FOUND"));
  answer.set_outcome(idv1::OBJECTION_STATE_OPEN);
  EXPECT_THAT(village_.County().Call<idv1::Objection>("AnswerObjection", answer),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  idv1::ListObjectionsRequest list;
  list.set_state(idv1::OBJECTION_STATE_OPEN);
  auto listed = village_.County().Call<idv1::ListObjectionsResponse>("ListObjections", list);
  ASSERT_EQ(listed->objections_size(), 1);
  EXPECT_EQ(listed->objections(0).objector_name(), "李*");
  listed =
      village_.As("viewer", kNeighbour).Call<idv1::ListObjectionsResponse>("ListObjections", list);
  EXPECT_EQ(listed->objections_size(), 0);
}

TEST_F(Publicity, FilesAnObjectionOnceFor32Threads) {
  village_.RunUntilPosted(campaign_);
  idv1::FileObjectionRequest request;
  request.set_case_(village_.CaseOf("R-poor").name());
  request.set_text("他家有车");
  request.set_request_id("o");
  const Client clerk = village_.Village();
  std::vector<std::thread> threads;
  std::vector<std::string> answers(32);
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      auto filed = clerk.Call<idv1::Objection>("FileObjection", request);
      answers[i] = filed.ok() ? filed->name() : filed.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u) << answers[0];
  EXPECT_EQ(village_.registry().CountRows("objection"), 1);
}

TEST_F(Publicity, TakesEffectFromTheDecisionAtTheEarliest) {
  village_.RunUntilPosted(campaign_);
  EXPECT_THAT(Conclude("2017-06-12", "2017-05-24"),
              Refused(StatusCode::kFailedPrecondition, "EFFECTIVE_DATE_BEFORE_DECISION"));
  EXPECT_THAT(Conclude("2017-06-12", FormatDate(DateInShanghai(absl::Now()) + 1)),
              Refused(StatusCode::kFailedPrecondition, "EFFECTIVE_DATE_IN_FUTURE"));
  EXPECT_TRUE(Conclude("2017-06-12", "2017-05-25").ok());
}

}  // namespace
}  // namespace jz::testing
