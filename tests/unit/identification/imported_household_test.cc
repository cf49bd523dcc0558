#include "services/identification/domain/imported_household.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

constexpr Date kToday(2017, 6, 14);

ImportHousehold Pair(HouseholdState state) {
  ImportHousehold from;
  from.fields.region = *RegionCode::Parse("230221101200");
  from.fields.member_count = 2;
  from.fields.state = state;
  from.fields.identified_on = Date(2014, 6, 30);
  from.fields.income = {
      .wage_fen = 100'001, .business_fen = 0, .property_fen = 0, .transfer_fen = 0, .cost_fen = 0};
  from.members.resize(2);
  from.members[0].relation = "02";
  from.members[0].labour = "04";
  from.members[0].birth_date = Date(2015, 1, 2);
  from.members[1].relation = "01";
  from.members[1].labour = "02";
  return from;
}

TEST(ImportedHousehold, CountsHeadLabourAndIncome) {
  ImportedHousehold imported =
      ToImportedHousehold(Pair(HouseholdState::kRegistered), {7, 8, 9}, kToday);
  EXPECT_EQ(imported.household.id, HouseholdId(7));
  EXPECT_EQ(imported.household.head, PersonId(9));
  EXPECT_EQ(imported.household.able_to_work_count, 1);
  EXPECT_EQ(imported.household.net_income_per_head_fen, 50'000);
  EXPECT_EQ(imported.income.net_fen, 100'001);
  EXPECT_EQ(imported.members[0].household, HouseholdId(7));
  // A child born after the identification joined with its birth.
  EXPECT_EQ(imported.members[0].joined_on, Date(2015, 1, 2));
  EXPECT_EQ(imported.members[1].joined_on, Date(2014, 6, 30));
}

TEST(ImportedHousehold, ARegisteredOneWasAdmitted) {
  ImportedHousehold imported =
      ToImportedHousehold(Pair(HouseholdState::kRegistered), {7, 8, 9}, kToday);
  ASSERT_EQ(imported.adjustments.size(), 1u);
  EXPECT_EQ(imported.adjustments[0].kind, AdjustmentKind::kAdmit);
  EXPECT_EQ(imported.adjustments[0].effective_date, Date(2014, 6, 30));
  EXPECT_EQ(imported.adjustments[0].member_count, 2);
  EXPECT_EQ(imported.household.version, 1);
  EXPECT_EQ(imported.household.state_since, Date(2014, 6, 30));
}

TEST(ImportedHousehold, AnExitedOneWasAdmittedAndExited) {
  ImportHousehold from = Pair(HouseholdState::kExited);
  from.fields.exited_on = Date(2016, 11, 30);
  ImportedHousehold imported = ToImportedHousehold(from, {7, 8, 9}, kToday);
  ASSERT_EQ(imported.adjustments.size(), 2u);
  EXPECT_EQ(imported.adjustments[1].kind, AdjustmentKind::kExit);
  EXPECT_EQ(imported.adjustments[1].effective_date, Date(2016, 11, 30));
  EXPECT_EQ(imported.adjustments[1].state_before, HouseholdState::kRegistered);
  EXPECT_EQ(imported.household.version, 2);
  EXPECT_EQ(imported.household.state_since, Date(2016, 11, 30));
}

TEST(ImportedHousehold, ACandidateHasNoPast) {
  ImportHousehold from = Pair(HouseholdState::kCandidate);
  from.fields.identified_on = std::nullopt;
  ImportedHousehold imported = ToImportedHousehold(from, {7, 8, 9}, kToday);
  EXPECT_TRUE(imported.adjustments.empty());
  EXPECT_EQ(imported.household.version, 1);
  EXPECT_EQ(imported.household.state_since, kToday);
}

}  // namespace
}  // namespace jz::identification
