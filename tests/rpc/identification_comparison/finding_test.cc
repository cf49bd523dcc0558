// From a hit to a closed finding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/date.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_comparison/comparison_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Event = idv1::ComparisonFinding::Event;

constexpr auto kAssigned = idv1::COMPARISON_FINDING_STATE_ASSIGNED;
constexpr auto kAnswered = idv1::COMPARISON_FINDING_STATE_ANSWERED;
constexpr auto kClosed = idv1::COMPARISON_FINDING_STATE_CLOSED;

class Findings : public ::testing::Test {
 protected:
  ComparisonService service_;
  Client officer_ = service_.Officer();
  Client clerk_ = service_.Clerk();
};

TEST_F(Findings, GoFromTheTownshipsAnswerToTheCountysCheck) {
  const std::string list = service_.MakeList({1, 4, 90});
  const idv1::RunComparisonResult result = service_.RunAndAwait({list});
  EXPECT_EQ(result.entry_count(), 3);
  EXPECT_EQ(result.hit_count(), 1) << "the neighbour's and the stranger are none of the county's";
  EXPECT_EQ(result.new_count(), 1);
  auto findings = service_.Findings(clerk_);
  ASSERT_THAT(findings, SizeIs(1));
  const idv1::ComparisonFinding& finding = findings[0];
  EXPECT_EQ(finding.kind(), "payroll");
  EXPECT_EQ(finding.list(), list);
  EXPECT_EQ(finding.household(), service_.HouseholdOf(1));
  EXPECT_EQ(finding.region_code(), kVillage);
  EXPECT_EQ(finding.person_name(), "王**");
  EXPECT_EQ(finding.severity(), idv1::COMPARISON_SEVERITY_MUST_REVIEW);
  EXPECT_EQ(finding.state(), kAssigned);
  EXPECT_EQ(finding.assigned_to(), kTownship);
  EXPECT_EQ(finding.due_on(), FormatDate(DateInShanghai(absl::Now()) + 15));
  EXPECT_EQ(finding.hits(0).attributes(0).text(), "U1");

  EXPECT_THAT(service_.Check(officer_, finding.name()),
              Refused(StatusCode::kFailedPrecondition, "COMPARISON_FINDING_STATE"));
  auto answered = service_.Answer(clerk_, finding.name());
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->findings(0).state(), kAnswered);
  auto returned = service_.Check(officer_, finding.name(), false);
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->findings(0).state(), kAssigned);
  ASSERT_TRUE(service_.Answer(clerk_, finding.name(), idv1::COMPARISON_OUTCOME_CONFIRMED).ok());
  auto accepted = service_.Check(officer_, finding.name());
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  const idv1::ComparisonFinding closed = service_.Get(finding.name());
  EXPECT_EQ(closed.state(), kClosed);
  EXPECT_EQ(closed.closing(), idv1::COMPARISON_CLOSING_ACCEPTED);
  EXPECT_EQ(closed.outcome(), idv1::COMPARISON_OUTCOME_CONFIRMED);
  ASSERT_THAT(closed.events(), SizeIs(4));
  EXPECT_EQ(closed.events(0).reason(), "已离职");
  EXPECT_EQ(closed.events(0).evidence_reference(), "档案 12-3");
  EXPECT_EQ(closed.events(1).kind(), Event::KIND_RETURNED);
  EXPECT_EQ(closed.events(3).kind(), Event::KIND_ACCEPTED);
  for (const idv1::Household& household :
       service_.registry().ListAll(service_.registry().Register())) {
    EXPECT_EQ(household.state(), idv1::HOUSEHOLD_STATE_REGISTERED) << "a hit decides nothing";
    EXPECT_EQ(household.etag(), "v1");
  }
}

TEST_F(Findings, KeepTheirAnswersWhenAComparisonIsRepeated) {
  const std::string first = service_.MakeList({1, 2});
  service_.RunAndAwait({first});
  std::map<std::string, std::string> by_household;
  for (const auto& finding : service_.Findings(officer_)) {
    by_household[finding.household()] = finding.name();
  }
  const std::string one = by_household[service_.HouseholdOf(1)];
  const std::string two = by_household[service_.HouseholdOf(2)];
  ASSERT_TRUE(service_.Answer(clerk_, one).ok());
  ASSERT_TRUE(service_.Check(officer_, one).ok());
  const std::string before = service_.Get(one).etag();

  // A newer version of the list: the first person stands there as before, the second no more.
  const std::string second = service_.MakeList({1, 3});
  const idv1::RunComparisonResult repeated = service_.RunAndAwait({second});
  EXPECT_EQ(repeated.known_count(), 1);
  EXPECT_EQ(repeated.new_count(), 1);
  EXPECT_EQ(repeated.closed_count(), 1);
  EXPECT_EQ(service_.Get(one).state(), kClosed);
  EXPECT_EQ(service_.Get(one).outcome(), idv1::COMPARISON_OUTCOME_EXPLAINED);
  EXPECT_EQ(service_.Get(one).list(), second);
  EXPECT_EQ(service_.Get(two).closing(), idv1::COMPARISON_CLOSING_NO_LONGER_TRUE);

  // Other facts, and somebody who is back.
  const idv1::RunComparisonResult changed =
      service_.RunAndAwait({service_.MakeList({1, 2}, "payroll", "V")});
  EXPECT_EQ(changed.reopened_count(), 2);
  EXPECT_EQ(changed.closed_count(), 1) << "person 3";
  const idv1::ComparisonFinding again = service_.Get(one);
  EXPECT_EQ(again.state(), kAssigned);
  EXPECT_NE(again.etag(), before);
  ASSERT_THAT(again.events(), SizeIs(3));
  EXPECT_EQ(again.events(0).kind(), Event::KIND_ANSWERED);
  EXPECT_EQ(again.events(2).kind(), Event::KIND_REOPENED);
  EXPECT_EQ(service_.registry().CountRows("comparison_finding"), 3);
}

TEST_F(Findings, AreHeldUntilARunAssignsThem) {
  const std::string list = service_.MakeList({1});
  service_.RunAndAwait({list}, true);
  auto findings = service_.Findings(officer_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].state(), idv1::COMPARISON_FINDING_STATE_DOUBTFUL);
  EXPECT_EQ(findings[0].assigned_to(), "");
  EXPECT_THAT(service_.Answer(clerk_, findings[0].name()),
              Refused(StatusCode::kFailedPrecondition, "COMPARISON_FINDING_STATE"));
  service_.RunAndAwait({list});
  EXPECT_EQ(service_.Get(findings[0].name()).state(), kAssigned);
}

TEST_F(Findings, OfKindsThatNeedAnAuthorizationComeWithOneOnly) {
  const std::string list = service_.MakeList({1, 2, 3}, "vehicles");
  idv1::RunComparisonResult result = service_.RunAndAwait({list});
  EXPECT_EQ(result.hit_count(), 0);
  EXPECT_EQ(result.skipped_count(), 3);
  EXPECT_THAT(service_.Findings(officer_), IsEmpty());

  idv1::PutAuthorizationsRequest put;
  for (int number : {1, 2, 3}) {
    auto& one = *put.add_authorizations();
    one.set_household(service_.HouseholdOf(number));
    one.set_signed_on("2017-01-01");
    one.set_valid_to(number == 2 ? "2017-12-31" : "2099-12-31");
    one.add_kinds(number == 3 ? "housing" : "vehicles");
    one.set_evidence_sha256(std::string(64, 'a'));
  }
  put.set_request_id("a");
  auto answer = clerk_.Call<idv1::PutAuthorizationsResponse>("PutAuthorizations", put);
  ASSERT_TRUE(answer.ok()) << answer.status();
  result = service_.RunAndAwait({list});
  EXPECT_EQ(result.hit_count(), 1) << "the second has ended, the third is for houses";
  EXPECT_EQ(result.skipped_count(), 2);
  auto findings = service_.Findings(officer_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].household(), service_.HouseholdOf(1));
}

TEST_F(Findings, AuthorizationsThatAreWrongAreRefused) {
  idv1::PutAuthorizationsRequest put;
  auto& one = *put.add_authorizations();
  one.set_household("households/x");
  one.set_signed_on(FormatDate(DateInShanghai(absl::Now()) + 1));
  one.set_valid_to("2017-12-31");
  one.add_kinds("Vehicles");
  one.set_evidence_sha256("abc");
  put.set_request_id("a");
  EXPECT_THAT(
      ViolationsOf(officer_.Call<idv1::PutAuthorizationsResponse>("PutAuthorizations", put)),
      ElementsAre("authorizations[0].household RESOURCE_NAME_FORMAT",
                  "authorizations[0].signed_on DATE_FUTURE",
                  "authorizations[0].valid_to VALIDITY_ORDER",
                  "authorizations[0].kinds[0] COMPARISON_CODE_FORMAT",
                  "authorizations[0].evidence_sha256 SHA256_FORMAT"));
  one.set_household(service_.HouseholdOf(4));
  one.set_signed_on("2017-01-01");
  one.clear_kinds();
  one.set_evidence_sha256(std::string(64, '0'));
  EXPECT_THAT(officer_.Call<idv1::PutAuthorizationsResponse>("PutAuthorizations", put),
              Refused(StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"))
      << "of another county";
  EXPECT_EQ(service_.registry().CountRows("household_authorization"), 0);
}

TEST_F(Findings, OfSeveralListsOfAKindAreOne) {
  const std::string list = service_.MakeList({1, 1});
  auto other = service_.Describe();
  other.set_authority("县教育局");
  auto second = service_.SendCsv(
      officer_, other, absl::StrCat("证件号码,单位\n", ComparisonService::IdNumber(1), ",X\n"));
  ASSERT_TRUE(second.ok()) << second.status();
  const idv1::RunComparisonResult result = service_.RunAndAwait({second->name(), list});
  EXPECT_EQ(result.entry_count(), 3);
  EXPECT_EQ(result.hit_count(), 1);
  auto findings = service_.Findings(officer_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].hits(), SizeIs(3));
}

TEST_F(Findings, AreCheckedByAnother) {
  service_.RunAndAwait({service_.MakeList({1})});
  const std::string finding = service_.Findings(officer_)[0].name();
  const Client both(service_.registry().port(), "jingzhun.identification.v1.ComparisonService",
                    service_.registry().TokenOf({.subject = "both",
                                                 .roles = {"county_officer", "township_clerk"},
                                                 .regions = {kCounty}}));
  ASSERT_TRUE(service_.Answer(both, finding).ok());
  EXPECT_THAT(service_.Check(both, finding),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_EQ(service_.Get(finding).state(), kAnswered);
  EXPECT_TRUE(service_.Check(officer_, finding).ok());
}

TEST_F(Findings, AnswersThatAreWrongChangeNothing) {
  service_.RunAndAwait({service_.MakeList({1})});
  const std::string finding = service_.Findings(officer_)[0].name();
  idv1::BatchAnswerComparisonFindingsRequest request;
  for (int i = 0; i < 2; ++i) request.add_answers()->set_finding(finding);
  request.mutable_answers(0)->set_outcome(idv1::COMPARISON_OUTCOME_EXPLAINED);
  request.set_request_id("a");
  const std::string method = "BatchAnswerComparisonFindings";
  using Response = idv1::BatchAnswerComparisonFindingsResponse;
  EXPECT_THAT(
      ViolationsOf(clerk_.Call<Response>(method, request)),
      ElementsAre("answers[0].reason REASON_REQUIRED",
                  "answers[0].evidence_reference EVIDENCE_REQUIRED", "answers[1].finding DUPLICATE",
                  "answers[1].outcome ENUM_REQUIRED", "answers[1].reason REASON_REQUIRED",
                  "answers[1].evidence_reference EVIDENCE_REQUIRED"));
  EXPECT_THAT(service_.Answer(service_.As("township_clerk", "230222101000"), finding),
              Refused(StatusCode::kNotFound, "COMPARISON_FINDING_NOT_FOUND"));
  request.mutable_answers()->DeleteSubrange(1, 1);
  request.mutable_answers(0)->set_reason("r");
  request.mutable_answers(0)->set_evidence_reference("e");
  request.mutable_answers(0)->set_etag("v7");
  EXPECT_THAT(clerk_.Call<Response>(method, request),
              Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(service_.Get(finding).state(), kAssigned);
  request.mutable_answers(0)->set_etag("v1");
  EXPECT_TRUE(clerk_.Call<Response>(method, request).ok());
  EXPECT_TRUE(clerk_.Call<Response>(method, request).ok()) << "the first answer again";
  EXPECT_EQ(service_.registry().CountRows("comparison_finding_event"), 1);
}

TEST_F(Findings, RunsThatCannotBeAreRefused) {
  const std::string list = service_.MakeList({1});
  EXPECT_THAT(service_.Run(officer_, {list}, kNeighbour),
              Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  EXPECT_THAT(service_.Run(service_.As("county_officer", kNeighbour), {list}, kNeighbour),
              Refused(StatusCode::kNotFound, "COMPARISON_LIST_NOT_FOUND"));
  EXPECT_THAT(service_.Run(service_.As("county_officer", kProvince), {list}, kNeighbour),
              Refused(StatusCode::kFailedPrecondition, "COMPARISON_LIST_REGION"));
  EXPECT_THAT(ViolationsOf(service_.Run(officer_, {list, list, "lists/1"})),
              ElementsAre("lists[1] DUPLICATE", "lists[2] RESOURCE_NAME_FORMAT"));
  EXPECT_THAT(ViolationsOf(service_.Run(officer_, {})), ElementsAre("lists BATCH_EMPTY"));
  EXPECT_THAT(service_.Run(clerk_, {list}),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
}

TEST_F(Findings, TwoRunsAtOnceFindEveryPersonOnce) {
  const std::string first = service_.MakeList({1, 2, 3});
  const std::string second = service_.MakeList({1, 2});
  std::vector<cv1::Job> jobs;
  for (int i = 0; i < 4; ++i) {
    auto job = service_.Run(officer_, {i % 2 == 0 ? first : second});
    ASSERT_TRUE(job.ok()) << job.status();
    jobs.push_back(*job);
  }
  for (const cv1::Job& job : jobs) {
    EXPECT_EQ(service_.registry().Await(service_.registry().Register(), job).state(),
              cv1::JOB_STATE_SUCCEEDED);
  }
  EXPECT_EQ(service_.registry().CountRows("comparison_finding"), 3);
}

TEST_F(Findings, FiguresCountEachFindingOnce) {
  service_.RunAndAwait({service_.MakeList({1, 2, 3}), service_.MakeList({3}, "deaths")});
  auto findings = service_.Findings(officer_);
  ASSERT_THAT(findings, SizeIs(4));
  ASSERT_TRUE(service_.Answer(clerk_, findings[0].name()).ok());
  ASSERT_TRUE(service_.registry().CountRows("comparison_finding") == 4);
  idv1::GetComparisonFiguresRequest request;
  request.set_region_code(kCounty);
  request.set_by_part(true);
  auto figures = officer_.Call<idv1::ComparisonFigures>("GetComparisonFigures", request);
  ASSERT_TRUE(figures.ok()) << figures.status();
  int64_t count = 0;
  int64_t answered = 0;
  for (const auto& row : figures->rows()) {
    EXPECT_EQ(row.region_code(), kTownship);
    EXPECT_EQ(row.overdue_count(), 0);
    count += row.count();
    if (row.outcome() == idv1::COMPARISON_OUTCOME_EXPLAINED) answered += row.count();
  }
  EXPECT_EQ(count, 4);
  EXPECT_EQ(answered, 1);
  request.set_kind("deaths");
  request.set_by_part(false);
  figures = officer_.Call<idv1::ComparisonFigures>("GetComparisonFigures", request);
  ASSERT_THAT(figures->rows(), SizeIs(1));
  EXPECT_EQ(figures->rows(0).region_code(), kCounty);
  EXPECT_EQ(figures->rows(0).count(), 1);
}

TEST_F(Findings, AreListedByKindAndState) {
  service_.RunAndAwait({service_.MakeList({1, 2, 3}), service_.MakeList({3}, "deaths")});
  ASSERT_TRUE(service_.Answer(clerk_, service_.Findings(officer_)[0].name()).ok());
  auto count = [&](const std::string& kind, idv1::ComparisonFindingState state, bool overdue) {
    idv1::ListComparisonFindingsRequest request;
    request.set_region_code(kTownship);
    request.set_kind(kind);
    request.set_state(state);
    request.set_overdue(overdue);
    return officer_.Call<idv1::ListComparisonFindingsResponse>("ListComparisonFindings", request)
        ->findings_size();
  };
  EXPECT_EQ(count("", {}, false), 4);
  EXPECT_EQ(count("deaths", {}, false), 1);
  EXPECT_EQ(count("", kAnswered, false), 1);
  EXPECT_EQ(count("", kAssigned, false), 3);
  EXPECT_EQ(count("", {}, true), 0);
  idv1::ListComparisonFindingsRequest request;
  request.set_region_code(kNeighbour);
  EXPECT_THAT(
      officer_.Call<idv1::ListComparisonFindingsResponse>("ListComparisonFindings", request),
      Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
