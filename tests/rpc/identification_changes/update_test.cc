// Corrections, members who join and leave, heads.
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
using identification::testing::IdOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class UpdateHousehold : public ::testing::Test {
 protected:
  idv1::JoiningMember& Join(idv1::HouseholdEdit& edit, const std::string& kind, int relation,
                            const std::string& citizen_id, const std::string& date = "2017-05-01") {
    idv1::JoiningMember& join = *edit.add_joins();
    join.set_kind(kind);
    join.set_date(date);
    join.mutable_values()->set_display_name("新来人");
    join.mutable_values()->set_citizen_id(citizen_id);
    join.mutable_values()->mutable_items()->set_relation_to_head(relation);
    return join;
  }
  void Leave(idv1::HouseholdEdit& edit, const idv1::Member& member, const std::string& kind,
             const std::string& date = "2017-05-01") {
    idv1::LeavingMember& leave = *edit.add_leaves();
    leave.set_person(member.name());
    leave.set_kind(kind);
    leave.set_date(date);
  }
  std::string RelationOf(const idv1::Household& household, const idv1::Member& member) {
    for (const idv1::Member& now : household.members()) {
      if (now.name() == member.name()) return now.relation();
    }
    return "gone";
  }

  ChangesService service_;
  idv1::Household family_ = service_.Enter("H1", ChangesService::FamilyOfFour(1));
};

TEST_F(UpdateHousehold, CorrectsItemsOfHouseholdAndMembers) {
  idv1::HouseholdEdit edit = EditOf(family_);
  edit.mutable_values()->set_phone("13999990000");
  edit.mutable_values()->mutable_household()->set_arable_area_hundredths(350);
  edit.mutable_values()->mutable_household()->set_housing_grade(1);
  edit.mutable_values()->mutable_household()->set_safe_water(idv1::YES_NO_NO);
  edit.mutable_values()->set_national_no("H1-new");
  edit.mutable_values()->set_bank("依安县农村信用社");
  edit.mutable_values()->set_bank_account("6228 4800 1234 5678 901");
  for (const char* path :
       {"phone", "bank", "bank_account", "national_no", "household.arable_area_hundredths",
        "household.housing_grade", "household.safe_water"}) {
    edit.mutable_update_mask()->add_paths(path);
  }
  const idv1::Member& son = BornIn(family_, 1995);
  idv1::MemberEdit& member = *edit.add_members();
  member.set_person(son.name());
  member.mutable_values()->set_display_name("王改名");
  member.mutable_values()->mutable_items()->set_education_level(4);
  member.mutable_values()->mutable_items()->set_student_status(16);
  member.mutable_update_mask()->add_paths("display_name");
  member.mutable_update_mask()->add_paths("items.education_level");
  member.mutable_update_mask()->add_paths("items.student_status");
  auto response = service_.Update(edit);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->household().etag(), "v2");
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.phone(), "139****0000");
  EXPECT_EQ(now.bank(), "依安县农村信用社");
  EXPECT_EQ(now.bank_account(), "**** 8901");
  EXPECT_EQ(now.national_no(), "H1-new");
  EXPECT_EQ(now.housing(), "01");
  EXPECT_FALSE(now.safe_water());
  EXPECT_EQ(now.facts().household().arable_area_hundredths(), 350);
  EXPECT_EQ(now.facts().household().dangerous_house(), idv1::YES_NO_NO);
  const idv1::Member& son_now = BornIn(now, 1995);
  EXPECT_EQ(son_now.display_name(), "王改名");
  EXPECT_EQ(son_now.education(), "04");
  EXPECT_EQ(son_now.student(), "16");
  EXPECT_EQ(BornIn(now, 1970).education(), "02") << "only what the mask names";
  EXPECT_EQ(now.state(), family_.state());
}

TEST_F(UpdateHousehold, TakesNewbornsAndBrides) {
  idv1::HouseholdEdit edit = EditOf(family_);
  Join(edit, "06", 7, IdOf(20170420, 11));
  Join(edit, "05", 5, IdOf(19960303, 22)).mutable_values()->mutable_items()->set_labour_capacity(1);
  auto response = service_.Update(edit);
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.member_count(), 6);
  const idv1::Member& baby = BornIn(now, 2017);
  EXPECT_EQ(baby.relation(), "07");
  EXPECT_EQ(baby.joined_on(), "2017-05-01");
  EXPECT_EQ(baby.sex(), 1);
  EXPECT_EQ(now.able_to_work_count(), family_.able_to_work_count() + 1);
  EXPECT_THAT(now.facts().members(), SizeIs(6));
}

TEST_F(UpdateHousehold, ComputesRelationsToANewHead) {
  idv1::HouseholdEdit edit = EditOf(family_);
  Leave(edit, BornIn(family_, 1970), "01");
  edit.mutable_head()->set_person(BornIn(family_, 1995).name());
  auto response = service_.Update(edit);
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.head(), BornIn(family_, 1995).name());
  EXPECT_EQ(RelationOf(now, BornIn(family_, 1995)), "01");
  EXPECT_EQ(RelationOf(now, BornIn(family_, 1972)), "12");
  EXPECT_EQ(RelationOf(now, BornIn(family_, 1998)), "21");
  EXPECT_THAT(now.facts().former_members(), SizeIs(1)) << "who died is remembered";
}

TEST_F(UpdateHousehold, AHeadWhoLeavesIsFollowedByOne) {
  idv1::HouseholdEdit edit = EditOf(family_);
  Leave(edit, BornIn(family_, 1970), "01");
  auto response = service_.Update(edit);
  EXPECT_THAT(response, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("edit.head"));
  // Two heads at once.
  edit = EditOf(family_);
  idv1::MemberEdit& member = *edit.add_members();
  member.set_person(BornIn(family_, 1995).name());
  member.mutable_values()->mutable_items()->set_relation_to_head(1);
  member.mutable_update_mask()->add_paths("items.relation_to_head");
  response = service_.Update(edit);
  EXPECT_THAT(response, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("one head"));
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1");
}

TEST_F(UpdateHousehold, RelationsThatDoNotFollowAreAskedFor) {
  idv1::HouseholdEdit edit = EditOf(family_);
  Join(edit, "05", 5, IdOf(19960303, 22));
  ASSERT_TRUE(service_.Update(edit).ok());
  const idv1::Household with_bride = service_.Get(family_.name());
  edit = EditOf(with_bride);
  edit.mutable_head()->set_person(BornIn(with_bride, 1995).name());
  auto response = service_.Update(edit);
  EXPECT_THAT(response, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("edit.head.relations"));
  auto& relation = *edit.mutable_head()->add_relations();
  relation.set_person(BornIn(with_bride, 1996).name());
  relation.set_relation_to_head(2);
  ASSERT_TRUE(service_.Update(edit).ok());
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(RelationOf(now, BornIn(with_bride, 1996)), "02");
  EXPECT_EQ(RelationOf(now, BornIn(with_bride, 1970)), "11");
}

TEST_F(UpdateHousehold, WhoComesBackKeepsTheId) {
  const idv1::Member son = BornIn(family_, 1995);
  idv1::HouseholdEdit edit = EditOf(family_);
  Leave(edit, son, "12", "2016-03-01");
  ASSERT_TRUE(service_.Update(edit).ok());
  idv1::Household now = service_.Get(family_.name());
  edit = EditOf(now);
  Join(edit, "09", 3, IdOf(19950606, 3), "2016-02-01");
  EXPECT_THAT(service_.Update(edit), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
      << "before leaving";
  edit.mutable_joins(0)->set_date("2017-02-01");
  auto response = service_.Update(edit);
  ASSERT_TRUE(response.ok()) << response.status();
  now = service_.Get(family_.name());
  EXPECT_EQ(BornIn(now, 1995).name(), son.name());
  EXPECT_EQ(BornIn(now, 1995).joined_on(), "2017-02-01");
  EXPECT_THAT(now.facts().former_members(), SizeIs(0));
  EXPECT_EQ(service_.service().CountRows("former_membership"), 1);
  EXPECT_EQ(service_.FlowsOf(kCounty, "2016-01-01", "2016-12-31").closing().total().persons(), 3);
  EXPECT_EQ(service_.FlowsOf(kCounty, "2017-01-01", "2017-12-31").closing().total().persons(), 4);
  EXPECT_EQ(
      service_.FlowsOf(kCounty, "2017-01-01", "2017-12-31").person_natural_increase().persons(), 1);
}

TEST_F(UpdateHousehold, APersonIsInOneHouseholdOnly) {
  const idv1::Household other = service_.Enter("H2", {{"01", 19800101, 7}});
  idv1::HouseholdEdit edit = EditOf(family_);
  Join(edit, "05", 5, IdOf(19800101, 7));
  auto response = service_.Update(edit);
  EXPECT_THAT(response, Refused(StatusCode::kAlreadyExists, "PERSON_IN_OTHER_HOUSEHOLD"));
  const std::string said = response.status().ToString();
  EXPECT_THAT(said, ::testing::Not(HasSubstr(other.name())));
  EXPECT_THAT(said, ::testing::Not(HasSubstr(IdOf(19800101, 7))));
  edit = EditOf(family_);
  Join(edit, "05", 5, IdOf(19950606, 3));
  EXPECT_THAT(service_.Update(edit), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  // A corrected identity number meets the same wall.
  edit = EditOf(family_);
  idv1::MemberEdit& member = *edit.add_members();
  member.set_person(BornIn(family_, 1995).name());
  member.mutable_values()->set_citizen_id(IdOf(19800101, 7));
  member.mutable_update_mask()->add_paths("citizen_id");
  EXPECT_THAT(service_.Update(edit),
              Refused(StatusCode::kAlreadyExists, "PERSON_IN_OTHER_HOUSEHOLD"));
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1");
  EXPECT_EQ(service_.Get(other.name()).members(0).birth_date(), "1980-01-01");
}

TEST_F(UpdateHousehold, OnePersonJoinedToTwoHouseholdsAtOnceIsInOne) {
  const idv1::Household other = service_.Enter("H2", {{"01", 19800101, 7}});
  std::vector<absl::Status> answers(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      idv1::HouseholdEdit edit = EditOf(i % 2 == 0 ? family_ : other);
      Join(edit, "07", 99, IdOf(19990909, 9));
      answers[i] =
          service_.UpdateAs(service_.Households(), edit, absl::StrCat("join-", i)).status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int done = 0;
  for (const absl::Status& answer : answers) {
    if (answer.ok()) ++done;
    if (!answer.ok()) {
      EXPECT_TRUE(ReasonOf(answer) == "PERSON_IN_OTHER_HOUSEHOLD" ||
                  ReasonOf(answer) == "ETAG_MISMATCH")
          << answer;
    }
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(service_.Get(family_.name()).member_count() + service_.Get(other.name()).member_count(),
            6);
}

TEST_F(UpdateHousehold, OneRequestIdIsOneChangeForThirtyTwoCallers) {
  idv1::HouseholdEdit edit = EditOf(family_);
  Join(edit, "06", 7, IdOf(20170420, 11));
  std::vector<std::string> answers(32);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      auto response = service_.UpdateAs(service_.Households(), edit, "same");
      answer = response.ok() ? response->SerializeAsString() : response.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(answers.begin(), answers.end()), SizeIs(1)) << answers[0];
  EXPECT_EQ(service_.Get(family_.name()).member_count(), 5);
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v2");
}

TEST_F(UpdateHousehold, RefusesEverythingThatIsWrongAtOnce) {
  idv1::HouseholdEdit edit = EditOf(family_);
  edit.mutable_values()->mutable_household()->set_main_cause(77);
  edit.mutable_values()->set_bank_account("6.22848E+18");
  edit.mutable_values()->mutable_household()->set_arable_area_hundredths(-1);
  for (const char* path :
       {"household.main_cause", "household.arable_area_hundredths", "household.household_type",
        "household.none", "state", "monitoring.risks", "bank_account"}) {
    edit.mutable_update_mask()->add_paths(path);
  }
  idv1::MemberEdit& stranger = *edit.add_members();
  stranger.set_person("persons/0000000000001");
  Join(edit, "01", 0, "12345");
  Leave(edit, BornIn(family_, 1998), "06", "2190-01-01");
  auto response = service_.Update(edit);
  EXPECT_THAT(response, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  for (const char* violation :
       {"edit.values.household.main_cause CODE_UNKNOWN",
        "edit.values.household.arable_area_hundredths NUMBER_NEGATIVE",
        "edit.values.household.household_type ITEM_NOT_EDITABLE",
        "edit.values.bank_account BANK_ACCOUNT_FORMAT", "edit.values.household.none ITEM_UNKNOWN",
        "edit.update_mask ITEM_UNKNOWN", "edit.values.monitoring.risks HOUSEHOLD_NOT_MONITORED",
        "edit.members[0].person PERSON_NOT_PRESENT", "edit.joins[0].kind MEMBER_CHANGE_KIND",
        "edit.joins[0].values.items.relation_to_head RELATION_REQUIRED",
        "edit.joins[0].values.citizen_id CITIZEN_ID_LENGTH",
        "edit.leaves[0].kind MEMBER_CHANGE_KIND", "edit.leaves[0].date DATE_FUTURE"}) {
    EXPECT_THAT(ViolationsOf(response), ::testing::Contains(violation));
  }
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1");
  EXPECT_THAT(service_.Update(EditOf(family_)),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
      << "an edit of nothing";
}

TEST_F(UpdateHousehold, TheLastWhoLeavesLeavesAHouseholdForACase) {
  const idv1::Household single = service_.Enter("H2", {{"01", 19800101, 7}});
  idv1::HouseholdEdit edit = EditOf(single);
  Leave(edit, single.members(0), "01");
  ASSERT_TRUE(service_.Update(edit).ok());
  const idv1::Household now = service_.Get(single.name());
  EXPECT_EQ(now.member_count(), 0);
  EXPECT_EQ(now.head(), "");
  EXPECT_EQ(now.state(), single.state());
}

TEST_F(UpdateHousehold, NeedsTheVersionThatItRestsOn) {
  idv1::HouseholdEdit edit = EditOf(family_);
  edit.mutable_values()->set_group_name("3组");
  edit.mutable_update_mask()->add_paths("group_name");
  edit.set_etag("v7");
  EXPECT_THAT(service_.Update(edit), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  edit.clear_etag();
  EXPECT_THAT(service_.Update(edit), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  edit.set_etag(family_.etag());
  EXPECT_TRUE(service_.Update(edit).ok());
}

TEST_F(UpdateHousehold, ConcernsNobodyOutsideTheScope) {
  idv1::HouseholdEdit edit = EditOf(family_);
  edit.mutable_values()->set_group_name("3组");
  edit.mutable_update_mask()->add_paths("group_name");
  EXPECT_THAT(service_.UpdateAs(service_.Households("county_officer", kNeighbour), edit, "a"),
              Refused(StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  EXPECT_EQ(
      service_.UpdateAs(service_.Households("village_clerk", kVillage), edit, "b").status().code(),
      StatusCode::kPermissionDenied);
  EXPECT_TRUE(service_.UpdateAs(service_.Households("township_clerk", kTownship), edit, "c").ok());
}

}  // namespace
}  // namespace jz::testing
