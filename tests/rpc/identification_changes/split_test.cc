// Households that become several.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_changes/changes_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class SplitHousehold : public ::testing::Test {
 protected:
  // The children leave, and the son heads their household.
  idv1::SplitHouseholdRequest ChildrenLeave(const idv1::Household& family,
                                            const std::string& day = "2017-05-01") {
    idv1::SplitHouseholdRequest request;
    request.set_household(family.name());
    request.set_etag(family.etag());
    request.set_effective_date(day);
    request.set_reason("分户");
    auto& part = *request.add_parts();
    part.add_persons(BornIn(family, 1995).name());
    part.add_persons(BornIn(family, 1998).name());
    part.mutable_head()->set_person(BornIn(family, 1995).name());
    part.set_national_no("H1-b");
    part.set_phone("13811112222");
    return request;
  }
  void ExpectEqualFlows(const idv1::Flows& flows) {
    for (const idv1::FlowCheck& check : flows.checks()) {
      EXPECT_TRUE(check.equal()) << flows.ShortDebugString();
    }
  }

  ChangesService service_;
  idv1::Household family_ = service_.Enter("H1", ChangesService::FamilyOfFour(1));
};

TEST_F(SplitHousehold, MakesTwoOfOneWithTheSameState) {
  auto response = service_.Split(ChildrenLeave(family_));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->households(), SizeIs(2));
  const idv1::Household parents = service_.Get(response->households(0).name());
  const idv1::Household children = service_.Get(response->households(1).name());
  EXPECT_EQ(parents.name(), family_.name());
  EXPECT_EQ(parents.head(), family_.head());
  EXPECT_EQ(parents.member_count(), 2);
  EXPECT_THAT(parents.facts().former_members(), SizeIs(0)) << "nobody has departed";
  EXPECT_EQ(children.member_count(), 2);
  EXPECT_EQ(children.head(), BornIn(family_, 1995).name()) << "persons keep their ids";
  EXPECT_EQ(BornIn(children, 1995).relation(), "01");
  EXPECT_EQ(BornIn(children, 1998).relation(), "21");
  EXPECT_EQ(BornIn(children, 1998).joined_on(), "2017-05-01");
  EXPECT_EQ(children.state(), family_.state());
  EXPECT_EQ(children.state_since(), family_.state_since());
  EXPECT_EQ(children.main_cause(), family_.main_cause());
  EXPECT_EQ(children.net_income_per_head_fen(), family_.net_income_per_head_fen());
  EXPECT_EQ(children.national_no(), "H1-b");
  EXPECT_EQ(children.phone(), "138****2222");
  EXPECT_EQ(children.etag(), "v1");
  EXPECT_FALSE(children.has_latest_income());
  EXPECT_FALSE(children.facts().household().has_wage_income_fen());
  EXPECT_THAT(children.facts().members(), SizeIs(2));
  const std::string link = absl::StrCat("HOUSEHOLD_LINK_KIND_SPLIT ", parents.name(), " ",
                                        children.name(), " 2017-05-01 2");
  EXPECT_THAT(service_.Links(parents.name()), ElementsAre(link));
  EXPECT_THAT(service_.Links(children.name()), ElementsAre(link));
}

TEST_F(SplitHousehold, IsToldToThoseWhoFollowTheFeed) {
  auto response = service_.Split(ChildrenLeave(family_));
  ASSERT_TRUE(response.ok()) << response.status();
  auto changes = service_.service().Changes(service_.service().Register("service", kCounty));
  ASSERT_GE(changes.size(), 2u);
  std::map<std::string, idv1::HouseholdChanged> last;
  for (const cv1::Change& change : changes) {
    ASSERT_TRUE(change.payload().UnpackTo(&last[change.resource()]));
  }
  const idv1::HouseholdChanged& made = last[response->households(1).name()];
  EXPECT_EQ(made.adjustment().kind(), idv1::ADJUSTMENT_KIND_NATURAL_INCREASE);
  EXPECT_EQ(made.adjustment().reason(), "SPLIT");
  EXPECT_THAT(made.related_households(), ElementsAre(family_.name()));
  EXPECT_THAT(made.household().members(), SizeIs(2));
  EXPECT_THAT(last[family_.name()].related_households(),
              ElementsAre(response->households(1).name()));
}

TEST_F(SplitHousehold, IsANaturalIncreaseOfHouseholdsNotOfPersons) {
  ASSERT_TRUE(service_.Split(ChildrenLeave(family_)).ok());
  const idv1::Flows flows = service_.FlowsOf(kCounty, "2017-01-01", "2017-12-31");
  ExpectEqualFlows(flows);
  EXPECT_EQ(flows.opening().total().households(), 1);
  EXPECT_EQ(flows.closing().total().households(), 2);
  EXPECT_EQ(flows.joined_by_split().households(), 1);
  EXPECT_EQ(flows.newly_admitted().households(), 0);
  EXPECT_EQ(flows.opening().total().persons(), 4);
  EXPECT_EQ(flows.closing().total().persons(), 4);
  EXPECT_EQ(flows.joined_by_split().persons(), 2);
  EXPECT_EQ(flows.left_by_merge().persons(), 2);
  EXPECT_EQ(flows.person_natural_decrease().persons(), 0);
  const idv1::Flows before = service_.FlowsOf(kCounty, "2016-01-01", "2016-12-31");
  ExpectEqualFlows(before);
  EXPECT_EQ(before.closing().total().households(), 1) << "past figures stay";
  EXPECT_EQ(before.closing().total().persons(), 4);
}

TEST_F(SplitHousehold, AnswersThirtyTwoCallersAlike) {
  idv1::SplitHouseholdRequest request = ChildrenLeave(family_);
  request.set_request_id("same");
  std::vector<std::string> answers(32);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      auto response =
          service_.Households().Call<idv1::SplitHouseholdResponse>("SplitHousehold", request);
      answer = response.ok() ? response->SerializeAsString() : response.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(answers.begin(), answers.end()), SizeIs(1)) << answers[0];
  EXPECT_EQ(service_.service().CountRows("household"), 2);
  EXPECT_EQ(service_.service().CountRows("household_link"), 1);
}

TEST_F(SplitHousehold, RefusesWhatCannotBe) {
  auto violations = [&](auto spoil) {
    idv1::SplitHouseholdRequest request = ChildrenLeave(family_);
    spoil(request);
    auto response = service_.Split(request);
    EXPECT_THAT(response, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    return ViolationsOf(response);
  };
  EXPECT_THAT(violations([](auto& r) { r.mutable_parts(0)->clear_head(); }),
              Contains("parts[0].head HEAD_REQUIRED"));
  EXPECT_THAT(violations([&](auto& r) {
                r.mutable_parts(0)->mutable_head()->set_person(BornIn(family_, 1970).name());
              }),
              Contains("parts[0].head HEAD_REQUIRED"));
  EXPECT_THAT(
      violations([&](auto& r) { r.mutable_parts(0)->add_persons(BornIn(family_, 1970).name()); }),
      Contains("head HEAD_REQUIRED"))
      << "the head goes, and nobody heads the rest";
  EXPECT_THAT(violations([&](auto& r) {
                r.mutable_parts(0)->add_persons(BornIn(family_, 1970).name());
                r.mutable_parts(0)->add_persons(BornIn(family_, 1972).name());
              }),
              Contains("parts NOBODY_STAYS"));
  EXPECT_THAT(violations([&](auto& r) { *r.add_parts() = r.parts(0); }),
              Contains("parts[1].persons[0] PERSON_DUPLICATE"));
  EXPECT_THAT(violations([](auto& r) { r.set_effective_date("2190-01-01"); }),
              Contains("effective_date DATE_FUTURE"));
  EXPECT_THAT(violations([](auto& r) { r.clear_parts(); }), Contains("parts BATCH_EMPTY"));
  EXPECT_THAT(violations([](auto& r) { r.clear_etag(); }), Contains("etag ETAG_REQUIRED"));
  idv1::SplitHouseholdRequest request = ChildrenLeave(family_, "2014-01-01");
  EXPECT_THAT(service_.Split(request), Refused(StatusCode::kFailedPrecondition, "SPLIT_TOO_EARLY"));
  request = ChildrenLeave(family_);
  request.set_etag("v9");
  EXPECT_THAT(service_.Split(request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  request = ChildrenLeave(family_);
  request.mutable_parts(0)->set_national_no("H1");
  EXPECT_THAT(service_.Split(request), Refused(StatusCode::kAlreadyExists, "HOUSEHOLD_NO_TAKEN"));
  request.set_request_id("other-region");
  EXPECT_THAT(service_.Households("county_officer", kNeighbour)
                  .Call<idv1::SplitHouseholdResponse>("SplitHousehold", request),
              Refused(StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1");
  EXPECT_EQ(service_.service().CountRows("household"), 1);
}

TEST_F(SplitHousehold, WaitsForTheCase) {
  idv1::SetParametersRequest line;
  auto& parameter = *line.add_parameters();
  parameter.set_kind("poverty_line_fen");
  parameter.set_region_code(kCounty);
  parameter.set_value(314600);
  parameter.set_valid_from("2017-01-01");
  parameter.set_reason("test");
  line.set_request_id("line");
  ASSERT_TRUE(
      service_.service().Regions().Call<idv1::SetParametersResponse>("SetParameters", line).ok());
  idv1::CreateCasesRequest propose;
  propose.set_request_id("p");
  auto& item = *propose.add_proposals();
  item.set_household(family_.name());
  item.set_kind(idv1::ADJUSTMENT_KIND_REMOVE_ERROR);
  item.set_reason("EXCLUSION_FOUND");
  auto proposed = service_.Of("CaseService", "county_officer", kCounty)
                      .Call<idv1::CreateCasesResponse>("CreateCases", propose);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(service_.Split(ChildrenLeave(service_.Get(family_.name()))),
              Refused(StatusCode::kFailedPrecondition, "HOUSEHOLD_HAS_OPEN_CASE"));
}

}  // namespace
}  // namespace jz::testing
