// Households that become one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

class MergeHouseholds : public ::testing::Test {
 protected:
  // The old man joins his son's family.
  idv1::MergeHouseholdsRequest Joined(const idv1::Household& into, const idv1::Household& source) {
    idv1::MergeHouseholdsRequest request;
    request.set_household(into.name());
    request.set_etag(into.etag());
    auto& from = *request.add_sources();
    from.set_household(source.name());
    from.set_etag(source.etag());
    request.set_effective_date("2017-05-01");
    for (const idv1::Member& member : source.members()) {
      auto& relation = *request.mutable_head()->add_relations();
      relation.set_person(member.name());
      relation.set_relation_to_head(11);
    }
    return request;
  }

  ChangesService service_;
  idv1::Household family_ = service_.Enter("H1", ChangesService::FamilyOfFour(1));
  idv1::Household old_man_ = service_.Enter("H2", {{"01", 19450101, 7}},
                                            {{"行政区划代码", kOtherVillage}, {"剔除情形", "05"}});
};

TEST_F(MergeHouseholds, MakesOneOfTwo) {
  auto response = service_.Merge(Joined(family_, old_man_));
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.member_count(), 5);
  EXPECT_EQ(now.head(), family_.head());
  EXPECT_EQ(BornIn(now, 1945).name(), old_man_.head());
  EXPECT_EQ(BornIn(now, 1945).relation(), "11");
  EXPECT_EQ(BornIn(now, 1998).relation(), "04");
  EXPECT_THAT(now.exclusion_kinds(), ElementsAre("01", "03", "05"));
  const idv1::Household gone = service_.Get(old_man_.name());
  EXPECT_EQ(gone.state(), idv1::HOUSEHOLD_STATE_CLOSED);
  EXPECT_EQ(gone.member_count(), 0);
  EXPECT_EQ(gone.head(), "");
  EXPECT_THAT(gone.facts().former_members(), SizeIs(0));
  EXPECT_THAT(service_.Links(gone.name()),
              ElementsAre(absl::StrCat("HOUSEHOLD_LINK_KIND_MERGE ", gone.name(), " ", now.name(),
                                       " 2017-05-01 1")));
  const idv1::Flows flows = service_.FlowsOf(kCounty, "2017-01-01", "2017-12-31");
  for (const idv1::FlowCheck& check : flows.checks()) EXPECT_TRUE(check.equal());
  EXPECT_EQ(flows.left_by_merge().households(), 1);
  EXPECT_EQ(flows.closed_otherwise().households(), 0);
  EXPECT_EQ(flows.left_by_merge().persons(), 1);
  EXPECT_EQ(flows.joined_by_split().persons(), 1);
  EXPECT_EQ(flows.closing().total().households(), 1);
  EXPECT_EQ(flows.closing().total().persons(), 5);
  EXPECT_THAT(service_.Update(EditOf(gone)),
              Refused(StatusCode::kFailedPrecondition, "HOUSEHOLD_NOT_ACTIVE"));
}

TEST_F(MergeHouseholds, MayNameAnotherHead) {
  idv1::MergeHouseholdsRequest request = Joined(family_, old_man_);
  request.mutable_head()->set_person(old_man_.head());
  request.mutable_head()->clear_relations();
  auto response = service_.Merge(request);
  EXPECT_THAT(ViolationsOf(response), Contains("head.relations RELATION_REQUIRED"));
  const std::pair<int, int> relations[] = {{1970, 3}, {1972, 5}, {1995, 7}, {1998, 8}};
  for (auto [year, relation] : relations) {
    auto& given = *request.mutable_head()->add_relations();
    given.set_person(BornIn(family_, year).name());
    given.set_relation_to_head(relation);
  }
  response = service_.Merge(request);
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.head(), old_man_.head());
  EXPECT_EQ(BornIn(now, 1970).relation(), "03");
}

TEST_F(MergeHouseholds, RefusesWhatCannotBe) {
  idv1::MergeHouseholdsRequest request = Joined(family_, old_man_);
  request.mutable_head()->clear_relations();
  EXPECT_THAT(ViolationsOf(service_.Merge(request)), Contains("head.relations RELATION_REQUIRED"));
  request = Joined(family_, family_);
  EXPECT_THAT(ViolationsOf(service_.Merge(request)),
              Contains("sources[0].household HOUSEHOLD_DUPLICATE"));
  request = Joined(family_, old_man_);
  request.mutable_sources(0)->clear_etag();
  EXPECT_THAT(ViolationsOf(service_.Merge(request)), Contains("sources[0].etag ETAG_REQUIRED"));
  request.mutable_sources(0)->set_etag("v9");
  EXPECT_THAT(service_.Merge(request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  const idv1::Household candidate =
      service_.Enter("H3", {{"01", 19600101, 9}}, {{"户状态", "候选"}});
  EXPECT_THAT(service_.Merge(Joined(family_, candidate)),
              Refused(StatusCode::kFailedPrecondition, "HOUSEHOLD_STATES_DIFFER"));
  ASSERT_TRUE(service_.Merge(Joined(family_, old_man_)).ok());
  EXPECT_THAT(service_.Merge(Joined(service_.Get(family_.name()), service_.Get(old_man_.name()))),
              Refused(StatusCode::kFailedPrecondition, "HOUSEHOLD_NOT_ACTIVE"));
}

}  // namespace
}  // namespace jz::testing
