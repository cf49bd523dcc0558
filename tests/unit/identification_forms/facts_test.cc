#include "services/identification/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

using ::testing::ElementsAre;

Person Member(int64_t id, const std::string& relation) {
  Person person;
  person.id = PersonId(id);
  person.sex = Sex::kMale;
  person.birth_date = Date(1970, 1, 31);
  person.relation = relation;
  person.student = "01";
  person.health = {"02", "04"};
  person.labour = "05";
  return person;
}

TEST(RefreshFacts, BringsColumnsIn) {
  Household household;
  household.id = HouseholdId(7);
  household.state = HouseholdState::kExited;
  household.housing = "02";
  household.safe_water = true;
  v1::HouseholdFacts facts;
  RefreshFacts(household, {Member(1, "01")}, facts);
  EXPECT_EQ(facts.household_id(), 7);
  EXPECT_EQ(facts.household().household_type(), 1);
  EXPECT_EQ(facts.household().dangerous_house(), v1::YES_NO_YES);
  EXPECT_EQ(facts.household().safe_water(), v1::YES_NO_YES);
  // Nobody said that medical care is not guaranteed.
  EXPECT_EQ(facts.household().medical_guaranteed(), v1::YES_NO_UNSPECIFIED);
  ASSERT_EQ(facts.members_size(), 1);
  EXPECT_EQ(facts.members(0).birth_date(), 19700131);
  EXPECT_EQ(facts.members(0).student_status(), 0) << "not a student is no status";
  EXPECT_THAT(facts.members(0).health_status(), ElementsAre(2, 4));
  EXPECT_EQ(facts.members(0).labour_capacity(), 5);
}

TEST(RefreshFacts, KeepsItemsOfThoseWhoStayAndOfThoseWhoLeft) {
  Household household;
  v1::HouseholdFacts facts;
  for (int64_t id : {1, 2}) {
    facts.add_members()->set_person_id(id);
    facts.mutable_members()->rbegin()->set_public_post_months(static_cast<int>(id));
  }
  facts.mutable_household()->set_natural_village("上寨");
  RefreshFacts(household, {Member(2, "01"), Member(3, "02")}, facts);
  ASSERT_EQ(facts.members_size(), 2);
  EXPECT_EQ(facts.members(0).person_id(), 2);
  EXPECT_EQ(facts.members(0).public_post_months(), 2);
  EXPECT_EQ(facts.members(1).person_id(), 3);
  ASSERT_EQ(facts.former_members_size(), 1);
  EXPECT_EQ(facts.former_members(0).public_post_months(), 1);
  EXPECT_EQ(facts.household().natural_village(), "上寨");

  RefreshFacts(household, {Member(1, "01")}, facts);
  EXPECT_EQ(facts.members(0).public_post_months(), 1) << "who comes back";
  EXPECT_EQ(facts.former_members_size(), 2);
}

TEST(SetIdentityFacts, TellsWhatRulesNeed) {
  v1::PersonItems person;
  SetIdentityFacts(*CitizenId::Parse("11010519491231002X"), person);
  EXPECT_EQ(person.id_length(), 18);
  EXPECT_EQ(person.id_type(), 1);
  EXPECT_EQ(person.id_valid(), v1::YES_NO_YES);
  EXPECT_FALSE(person.has_disability_type());
  SetIdentityFacts(*CitizenId::Parse("11010519491231002X43B1"), person);
  EXPECT_EQ(person.id_length(), 22);
  EXPECT_EQ(person.id_type(), 2);
  EXPECT_EQ(person.disability_type(), 4);
  EXPECT_EQ(person.disability_grade(), 3);
}

TEST(PhoneFactsOf, KnowsMobileNumbers) {
  EXPECT_EQ(PhoneFactsOf("13812345678").mobile, v1::YES_NO_YES);
  EXPECT_EQ(PhoneFactsOf("12812345678").mobile, v1::YES_NO_NO);
  EXPECT_EQ(PhoneFactsOf("1381234567").mobile, v1::YES_NO_NO);
  EXPECT_EQ(PhoneFactsOf("0451-1234567").digits, 11);
  EXPECT_EQ(PhoneFactsOf("0451-1234567").mobile, v1::YES_NO_NO);
}

TEST(SetPhoneGroups, NumbersThoseAlikeWhoShareANumber) {
  v1::HouseholdFacts facts;
  for (int i = 0; i < 4; ++i) facts.add_members();
  SetPhoneGroups({"1", "2", "", "1"}, facts);
  EXPECT_EQ(facts.members(0).phone_group(), 1);
  EXPECT_EQ(facts.members(1).phone_group(), 2);
  EXPECT_FALSE(facts.members(2).has_phone_group());
  EXPECT_EQ(facts.members(3).phone_group(), 1);
}

}  // namespace
}  // namespace jz::identification
