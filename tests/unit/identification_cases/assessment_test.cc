#include "services/identification/domain/assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kLine = 314'600;

AssessmentPolicy Policy() {
  return {.line = {.fen = kLine, .region = RegionCode(), .valid_from = std::nullopt},
          .exit_years = {.retained = 2017,
                         .unable_to_work = 2018,
                         .able_to_work_first = 2019,
                         .able_to_work_second = 2020},
          .period_start = Date(2017, 1, 1)};
}

// Passes everything: two members, income one fen above the line in both years.
HouseholdFacts Sound(HouseholdState state) {
  HouseholdFacts facts;
  facts.state = state;
  facts.member_count = 2;
  facts.able_to_work_count = 1;
  facts.income_year = 2016;
  facts.net_income_per_head_fen = kLine + 1;
  facts.previous_net_income_per_head_fen = kLine + 1;
  facts.housing = "01";
  facts.safe_water = true;
  facts.education_ok = true;
  facts.medical_ok = true;
  return facts;
}

HouseholdFacts Emptied(HouseholdState state, std::vector<HouseholdFacts::Departure> departures) {
  HouseholdFacts facts = Sound(state);
  facts.member_count = 0;
  facts.able_to_work_count = 0;
  facts.departures = std::move(departures);
  return facts;
}

// "REMOVE_ERROR EXCLUSION_KIND", "not admitted EXCLUSION_KIND", or "nothing".
std::string Said(const Proposal& proposal) {
  static const char* const kKinds[] = {
      "", "ADMIT", "REMOVE_ERROR", "EXIT", "REVERT_EXIT", "RELAPSE", "NATURAL_DECREASE", "RETAIN"};
  switch (proposal.outcome) {
    case ProposalOutcome::kNothing:
      return "nothing";
    case ProposalOutcome::kNotAdmitted:
      return "not admitted " + proposal.reason;
    default:
      return std::string(kKinds[static_cast<int>(proposal.kind)]) + " " + proposal.reason;
  }
}

std::string Assess(const HouseholdFacts& facts) { return Said(AssessHousehold(facts, Policy())); }

using enum HouseholdState;

TEST(AssessHousehold, ClosesWhenAllMembersDied) {
  auto facts = Emptied(kRegistered, {{Date(2017, 3, 1), "01"}, {Date(2017, 4, 1), "01"}});
  EXPECT_EQ(Assess(facts), "NATURAL_DECREASE ALL_MEMBERS_DIED");
  facts.state = kExited;
  EXPECT_EQ(Assess(facts), "NATURAL_DECREASE ALL_MEMBERS_DIED");
  EXPECT_EQ(AssessHousehold(facts, Policy()).member_count, 2);
}

TEST(AssessHousehold, ClosesForOtherReasonsWhenSomebodyLeftAlive) {
  EXPECT_EQ(Assess(Emptied(kRegistered, {{Date(2017, 3, 1), "01"}, {Date(2017, 4, 1), "02"}})),
            "NATURAL_DECREASE ALL_MEMBERS_LEFT");
}

TEST(AssessHousehold, CountsOnlyMembersOfTheBeginningOfThePeriodAsDead) {
  // The daughter who married years ago does not make a household that died out one that moved away.
  auto facts = Emptied(kRegistered, {{Date(2010, 5, 1), "02"}, {Date(2017, 4, 1), "01"}});
  EXPECT_EQ(Assess(facts), "NATURAL_DECREASE ALL_MEMBERS_DIED");
  EXPECT_EQ(AssessHousehold(facts, Policy()).member_count, 1);
}

TEST(AssessHousehold, ClosesAHouseholdThatWasEmptyBeforeThePeriod) {
  auto facts = Emptied(
      kRegistered, {{Date(2014, 5, 1), "02"}, {Date(2016, 2, 1), "01"}, {Date(2016, 11, 1), "01"}});
  EXPECT_EQ(Assess(facts), "NATURAL_DECREASE ALL_MEMBERS_DIED");
  EXPECT_EQ(AssessHousehold(facts, Policy()).member_count, 2);
}

TEST(AssessHousehold, ClosesBeforeItRemoves) {
  auto facts = Emptied(kRegistered, {{Date(2017, 3, 1), "01"}});
  facts.exclusion_kinds = {"03"};
  EXPECT_EQ(Assess(facts), "NATURAL_DECREASE ALL_MEMBERS_DIED");
}

TEST(AssessHousehold, RemovesWithExclusionKinds) {
  for (HouseholdState state : {kRegistered, kExited}) {
    HouseholdFacts facts = Sound(state);
    facts.exclusion_kinds = {"03", "07"};
    facts.net_income_per_head_fen = 0;
    facts.housing = "03";
    EXPECT_EQ(Assess(facts), "REMOVE_ERROR EXCLUSION_KIND");
  }
}

TEST(AssessHousehold, RevertsAnExitWhenHousingFailsThoughIncomePasses) {
  HouseholdFacts facts = Sound(kExited);
  facts.housing = "02";
  EXPECT_EQ(Assess(facts), "REVERT_EXIT HOUSING_UNSAFE");
}

TEST(AssessHousehold, RevertsAnExitForEachGuarantee) {
  HouseholdFacts facts = Sound(kExited);
  facts.safe_water = false;
  EXPECT_EQ(Assess(facts), "REVERT_EXIT WATER_UNSAFE");
  facts = Sound(kExited);
  facts.education_ok = false;
  EXPECT_EQ(Assess(facts), "REVERT_EXIT EDUCATION_UNMET");
  facts = Sound(kExited);
  facts.medical_ok = false;
  EXPECT_EQ(Assess(facts), "REVERT_EXIT MEDICAL_UNMET");
}

TEST(AssessHousehold, RevertsRatherThanRelapsesWhenBothFail) {
  HouseholdFacts facts = Sound(kExited);
  facts.housing = "03";
  facts.net_income_per_head_fen = 0;
  EXPECT_EQ(Assess(facts), "REVERT_EXIT HOUSING_UNSAFE");
}

TEST(AssessHousehold, RelapsesBelowTheLineOnly) {
  HouseholdFacts facts = Sound(kExited);
  facts.net_income_per_head_fen = kLine - 1;
  EXPECT_EQ(Assess(facts), "RELAPSE INCOME_BELOW_LINE");
  facts.net_income_per_head_fen = kLine;
  EXPECT_EQ(Assess(facts), "nothing");
}

TEST(AssessHousehold, LeavesASoundExitAlone) {
  EXPECT_EQ(Assess(Sound(kExited)), "nothing");
  HouseholdFacts unknown = Sound(kExited);
  unknown.income_year = 0;
  unknown.net_income_per_head_fen = 0;
  EXPECT_EQ(Assess(unknown), "nothing") << "nobody relapses because of missing data";
}

TEST(AssessHousehold, RemovesRegisteredWithSteadyIncomeFromTheLineOn) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.net_income_per_head_fen = kLine;
  facts.previous_net_income_per_head_fen = kLine;
  EXPECT_EQ(Assess(facts), "REMOVE_ERROR INCOME_STEADILY_ABOVE_LINE");
}

TEST(AssessHousehold, RetainsWhenIncomeIsNotSteady) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.previous_net_income_per_head_fen = kLine - 1;
  EXPECT_EQ(Assess(facts), "RETAIN INCOME_NOT_STEADY");
  facts = Sound(kRegistered);
  facts.net_income_per_head_fen = kLine - 1;
  EXPECT_EQ(Assess(facts), "RETAIN INCOME_BELOW_LINE");
}

TEST(AssessHousehold, RetainsWhenAGuaranteeFailsThoughIncomeIsSteady) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.housing = "02";
  EXPECT_EQ(Assess(facts), "RETAIN HOUSING_UNSAFE");
}

TEST(AssessHousehold, RetainsWhoWasPoorWhenAdmitted) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.poor_when_admitted = true;
  EXPECT_EQ(Assess(facts), "RETAIN RIGHTLY_ADMITTED");
  facts.poor_when_admitted = false;
  EXPECT_EQ(Assess(facts), "REMOVE_ERROR INCOME_STEADILY_ABOVE_LINE");
}

TEST(AssessHousehold, RetainsWhenIncomeIsUnknown) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.income_year = 0;
  EXPECT_EQ(Assess(facts), "RETAIN INCOME_UNKNOWN");
}

TEST(AssessHousehold, AdmitsCandidatesBelowTheLineOrWithoutAGuarantee) {
  HouseholdFacts facts = Sound(kCandidate);
  facts.net_income_per_head_fen = kLine - 1;
  EXPECT_EQ(Assess(facts), "ADMIT INCOME_BELOW_LINE");
  facts.net_income_per_head_fen = kLine;
  EXPECT_EQ(Assess(facts), "not admitted INCOME_NOT_BELOW_LINE");
  facts.housing = "03";
  EXPECT_EQ(Assess(facts), "ADMIT HOUSING_UNSAFE");
}

TEST(AssessHousehold, DoesNotAdmitWithExclusionKinds) {
  HouseholdFacts facts = Sound(kCandidate);
  facts.net_income_per_head_fen = 0;
  facts.housing = "03";
  facts.exclusion_kinds = {"01"};
  EXPECT_EQ(Assess(facts), "not admitted EXCLUSION_KIND");
}

TEST(AssessHousehold, DoesNotAdmitWithoutMembersOrIncome) {
  EXPECT_EQ(Assess(Emptied(kCandidate, {})), "not admitted NO_MEMBER");
  HouseholdFacts facts = Sound(kCandidate);
  facts.income_year = 0;
  facts.net_income_per_head_fen = 0;
  EXPECT_EQ(Assess(facts), "not admitted INCOME_UNKNOWN");
}

TEST(AssessHousehold, SaysNothingOfHouseholdsOffTheRegister) {
  EXPECT_EQ(Assess(Sound(kRemoved)), "nothing");
  EXPECT_EQ(Assess(Sound(kClosed)), "nothing");
}

TEST(AssessHousehold, NamesARuleWithATextForEveryProposal) {
  for (HouseholdState state : {kCandidate, kRegistered, kExited}) {
    for (int bits = 0; bits < 64; ++bits) {
      HouseholdFacts facts = Sound(state);
      if (bits & 1) facts.member_count = 0;
      if (bits & 2) facts.exclusion_kinds = {"01"};
      if (bits & 4) facts.housing = "02";
      if (bits & 8) facts.net_income_per_head_fen = 1;
      if (bits & 16) facts.income_year = 0;
      if (bits & 32) facts.poor_when_admitted = true;
      Proposal proposal = AssessHousehold(facts, Policy());
      EXPECT_FALSE(TextOfRule(proposal.rule).zh.empty()) << proposal.rule;
      EXPECT_FALSE(TextOfRule(proposal.rule).en.empty()) << proposal.rule;
      if (proposal.outcome != ProposalOutcome::kNothing) {
        EXPECT_FALSE(proposal.reason.empty());
      }
    }
  }
}

TEST(FailedGuarantees, ListsAllOfThem) {
  HouseholdFacts facts = Sound(kRegistered);
  EXPECT_THAT(FailedGuarantees(facts), IsEmpty());
  facts.housing = "";
  facts.safe_water = facts.education_ok = facts.medical_ok = false;
  EXPECT_THAT(FailedGuarantees(facts),
              ElementsAre("HOUSING_UNSAFE", "WATER_UNSAFE", "EDUCATION_UNMET", "MEDICAL_UNMET"));
}

TEST(PlannedExitYear, FollowsAbilityToWork) {
  const ExitYears years = Policy().exit_years;
  for (AdjustmentKind kind :
       {AdjustmentKind::kAdmit, AdjustmentKind::kRevertExit, AdjustmentKind::kRelapse}) {
    EXPECT_EQ(PlannedExitYear(kind, 0, years), 2018);
    EXPECT_EQ(PlannedExitYear(kind, 1, years), 2020);
    EXPECT_EQ(PlannedExitYear(kind, 2, years), 2019);
    EXPECT_EQ(PlannedExitYear(kind, 5, years), 2019);
  }
  EXPECT_EQ(PlannedExitYear(AdjustmentKind::kRetain, 0, years), 2017);
  EXPECT_EQ(PlannedExitYear(AdjustmentKind::kRemoveError, 2, years), 0);
  EXPECT_EQ(PlannedExitYear(AdjustmentKind::kExit, 2, years), 0);
  EXPECT_EQ(PlannedExitYear(AdjustmentKind::kNaturalDecrease, 0, years), 0);
}

std::string Checked(AdjustmentKind kind, const HouseholdFacts& facts) {
  absl::Status status = CheckProposal(kind, facts, Policy().line);
  return ReasonOf(status) + MetadataOf(status, "condition");
}

TEST(CheckProposal, LetsASoundHouseholdExit) {
  HouseholdFacts facts = Sound(kRegistered);
  EXPECT_EQ(Checked(AdjustmentKind::kExit, facts), "");
  facts.net_income_per_head_fen = kLine;
  EXPECT_EQ(Checked(AdjustmentKind::kExit, facts), "");
}

TEST(CheckProposal, RefusesAnExitWhileAnythingFails) {
  HouseholdFacts facts = Sound(kRegistered);
  facts.net_income_per_head_fen = kLine - 1;
  EXPECT_EQ(Checked(AdjustmentKind::kExit, facts), "EXIT_CONDITIONS_UNMETINCOME_BELOW_LINE");
  facts = Sound(kRegistered);
  facts.income_year = 0;
  EXPECT_EQ(Checked(AdjustmentKind::kExit, facts), "EXIT_CONDITIONS_UNMETINCOME_UNKNOWN");
  facts = Sound(kRegistered);
  facts.housing = "02";
  EXPECT_EQ(Checked(AdjustmentKind::kExit, facts), "EXIT_CONDITIONS_UNMETHOUSING_UNSAFE");
}

TEST(CheckProposal, RefusesWhatTheStateDoesNotAllow) {
  EXPECT_EQ(Checked(AdjustmentKind::kExit, Sound(kExited)), "STATE_TRANSITION");
  EXPECT_EQ(Checked(AdjustmentKind::kAdmit, Sound(kRegistered)), "STATE_TRANSITION");
}

TEST(CheckProposal, ClosesOnlyEmptyHouseholds) {
  EXPECT_EQ(Checked(AdjustmentKind::kNaturalDecrease, Sound(kRegistered)), "MEMBERS_PRESENT");
  EXPECT_EQ(Checked(AdjustmentKind::kNaturalDecrease, Emptied(kRegistered, {})), "");
}

}  // namespace
}  // namespace jz::identification
