#include "services/identification/domain/flow.h"

#include <gtest/gtest.h>

#include <random>

namespace jz::identification {
namespace {

using enum HouseholdState;

HouseholdCourse Course(HouseholdState opening, HouseholdState closing,
                       AdjustmentKind last = AdjustmentKind::kUnspecified, bool died = false) {
  return {.opening = opening, .closing = closing, .last = last, .died = died};
}

void ExpectBalanced(const Flows& flows) {
  for (const FlowCheck& check : CheckFlows(flows)) {
    EXPECT_EQ(check.computed, check.closing) << check.name;
  }
}

TEST(ComputeFlows, ReproducesThePublishedTownshipOf2017) {
  struct Part {
    HouseholdCourse course;
    int64_t households;
    int64_t persons;
    bool at_opening;
    bool at_closing;
  };
  const Part parts[] = {
      {Course(kRegistered, kRemoved, AdjustmentKind::kRemoveError), 237, 642, true, true},
      {Course(kRegistered, kClosed, AdjustmentKind::kNaturalDecrease, true), 9, 42, true, false},
      {Course(kRegistered, kRegistered), 206, 528, true, true},
      {Course(kExited, kRegistered, AdjustmentKind::kRevertExit), 169, 362, true, true},
      {Course(kCandidate, kRegistered, AdjustmentKind::kAdmit), 98, 195, true, true},
  };
  std::vector<HouseholdGroup> households;
  std::vector<PersonGroup> persons;
  for (const Part& part : parts) {
    households.push_back({.course = part.course, .count = part.households});
    persons.push_back({.course = part.course,
                       .at_opening = part.at_opening,
                       .at_closing = part.at_closing,
                       .count = part.persons});
  }
  Flows flows = ComputeFlows(households, persons);
  EXPECT_EQ(flows.opening.total.households, 621);
  EXPECT_EQ(flows.opening.total.persons, 1574);
  EXPECT_EQ(flows.opening.registered.households, 452);
  EXPECT_EQ(flows.opening.exited.households, 169);
  EXPECT_EQ(flows.removed_wrongly_admitted.all.households, 237);
  EXPECT_EQ(flows.removed_wrongly_admitted.all.persons, 642);
  EXPECT_EQ(flows.closed_by_death.all.households, 9);
  EXPECT_EQ(flows.closed_by_death.all.persons, 42);
  EXPECT_EQ(flows.retained.all.households, 206);
  EXPECT_EQ(flows.retained.all.persons, 528);
  EXPECT_EQ(flows.reverted_exit.all.households, 169);
  EXPECT_EQ(flows.reverted_exit.all.persons, 362);
  EXPECT_EQ(flows.newly_admitted.all.households, 98);
  EXPECT_EQ(flows.newly_admitted.all.persons, 195);
  EXPECT_EQ(flows.closing.total.households, 473);
  EXPECT_EQ(flows.closing.total.persons, 1085);
  EXPECT_EQ(flows.person_natural_decrease.all.persons, 0);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, CountsDeathsInHouseholdsThatStayAsPersonsOnly) {
  PersonGroup died{.course = Course(kRegistered, kRegistered),
                   .at_opening = true,
                   .at_closing = false,
                   .count = 3};
  PersonGroup born{.course = Course(kRegistered, kRegistered),
                   .at_opening = false,
                   .at_closing = true,
                   .count = 2};
  HouseholdGroup stays{.course = Course(kRegistered, kRegistered), .count = 5};
  Flows flows = ComputeFlows({stays}, {died, born});
  EXPECT_EQ(flows.person_natural_decrease.all.persons, 3);
  EXPECT_EQ(flows.person_natural_increase.all.persons, 2);
  EXPECT_EQ(flows.closed_by_death.all.persons, 0);
  EXPECT_EQ(flows.retained.all.households, 5);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, SplitsClosuresByWhetherAllDied) {
  HouseholdGroup died{.course = Course(kExited, kClosed, AdjustmentKind::kNaturalDecrease, true),
                      .count = 2};
  HouseholdGroup left{
      .course = Course(kRegistered, kClosed, AdjustmentKind::kNaturalDecrease, false), .count = 3};
  Flows flows = ComputeFlows({died, left}, {});
  EXPECT_EQ(flows.closed_by_death.all.households, 2);
  EXPECT_EQ(flows.closed_by_death.registered.households, 0);
  EXPECT_EQ(flows.closed_otherwise.all.households, 3);
  EXPECT_EQ(flows.closed_otherwise.registered.households, 3);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, TellsRelapseFromRevertedExit) {
  HouseholdGroup relapsed{.course = Course(kExited, kRegistered, AdjustmentKind::kRelapse),
                          .count = 1};
  HouseholdGroup reverted{.course = Course(kExited, kRegistered, AdjustmentKind::kRevertExit),
                          .count = 2};
  Flows flows = ComputeFlows({relapsed, reverted}, {});
  EXPECT_EQ(flows.relapsed.all.households, 1);
  EXPECT_EQ(flows.reverted_exit.all.households, 2);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, PutsAdmittedThenExitedIntoBothFlows) {
  Flows flows = ComputeFlows(
      {{.course = Course(kCandidate, kExited, AdjustmentKind::kExit), .count = 4}}, {});
  EXPECT_EQ(flows.newly_admitted.all.households, 4);
  EXPECT_EQ(flows.newly_admitted.registered.households, 0);
  EXPECT_EQ(flows.exited.all.households, 4);
  EXPECT_EQ(flows.closing.exited.households, 4);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, DoesNotRetainWhatExitedAndCameBack) {
  Flows flows = ComputeFlows(
      {{.course = Course(kRegistered, kRegistered, AdjustmentKind::kRelapse), .count = 1}}, {});
  EXPECT_EQ(flows.retained.all.households, 0);
  ExpectBalanced(flows);
}

TEST(ComputeFlows, KeepsWhatCameAndWentApart) {
  Flows flows = ComputeFlows(
      {{.course = Course(kCandidate, kRemoved, AdjustmentKind::kRemoveError), .count = 6}}, {});
  EXPECT_EQ(flows.within_period.all.households, 6);
  EXPECT_EQ(flows.removed_wrongly_admitted.all.households, 0);
  EXPECT_EQ(flows.newly_admitted.all.households, 0);
  ExpectBalanced(flows);
}

TEST(CheckFlows, BalancesForAnyPossibleGroups) {
  // Every course that the transitions allow, with the last adjustment that leads to it.
  const HouseholdCourse kPossible[] = {
      Course(kCandidate, kCandidate),
      Course(kCandidate, kRegistered, AdjustmentKind::kAdmit),
      Course(kCandidate, kRegistered, AdjustmentKind::kRelapse),
      Course(kCandidate, kExited, AdjustmentKind::kExit),
      Course(kCandidate, kRemoved, AdjustmentKind::kRemoveError),
      Course(kCandidate, kClosed, AdjustmentKind::kNaturalDecrease, true),
      Course(kRegistered, kRegistered),
      Course(kRegistered, kRegistered, AdjustmentKind::kRevertExit),
      Course(kRegistered, kExited, AdjustmentKind::kExit),
      Course(kRegistered, kRemoved, AdjustmentKind::kRemoveError),
      Course(kRegistered, kClosed, AdjustmentKind::kNaturalDecrease),
      Course(kExited, kExited),
      Course(kExited, kExited, AdjustmentKind::kExit),
      Course(kExited, kRegistered, AdjustmentKind::kRelapse),
      Course(kExited, kRemoved, AdjustmentKind::kRemoveError),
      Course(kExited, kClosed, AdjustmentKind::kNaturalDecrease, true),
      Course(kRemoved, kRemoved),
      Course(kClosed, kClosed),
  };
  std::mt19937 random(2017);
  for (int round = 0; round < 500; ++round) {
    std::vector<HouseholdGroup> households;
    std::vector<PersonGroup> persons;
    for (const HouseholdCourse& course : kPossible) {
      households.push_back({.course = course, .count = static_cast<int64_t>(random() % 50)});
      for (int bits = 0; bits < 4; ++bits) {
        persons.push_back({.course = course,
                           .at_opening = (bits & 1) != 0,
                           .at_closing = (bits & 2) != 0,
                           .count = static_cast<int64_t>(random() % 50)});
      }
    }
    ExpectBalanced(ComputeFlows(households, persons));
  }
}

TEST(ComputeFlows, CountsSplitsAsNaturalIncrease) {
  // One of ten households is split in two and its new part exits afterwards; two others are merged.
  HouseholdCourse made = Course(kCandidate, kExited, AdjustmentKind::kExit);
  made.first = AdjustmentKind::kNaturalIncrease;
  made.first_state = kRegistered;
  HouseholdCourse merged = Course(kRegistered, kClosed, AdjustmentKind::kNaturalDecrease);
  merged.first = AdjustmentKind::kNaturalDecrease;
  merged.merged = true;
  const HouseholdCourse stays = Course(kRegistered, kRegistered);
  const Flows flows = ComputeFlows(
      {{.course = stays, .count = 9}, {.course = made, .count = 1}, {.course = merged, .count = 1}},
      {{.course = stays, .at_opening = true, .at_closing = true, .count = 30},
       {.course = stays, .at_opening = true, .to_household = true, .count = 2},
       {.course = made, .at_closing = true, .from_household = true, .count = 2},
       {.course = merged, .at_opening = true, .to_household = true, .count = 3},
       {.course = merged, .at_opening = true, .count = 1},
       {.course = stays, .at_closing = true, .from_household = true, .count = 3}});
  ExpectBalanced(flows);
  EXPECT_EQ(flows.joined_by_split.all.households, 1);
  EXPECT_EQ(flows.joined_by_split.registered.households, 1) << "as it came";
  EXPECT_EQ(flows.exited.all.households, 1);
  EXPECT_EQ(flows.left_by_merge.all.households, 1);
  EXPECT_EQ(flows.newly_admitted.all.households, 0);
  EXPECT_EQ(flows.closed_otherwise.all.households, 0);
  EXPECT_EQ(flows.joined_by_split.all.persons, 5);
  EXPECT_EQ(flows.left_by_merge.all.persons, 5);
  EXPECT_EQ(flows.person_natural_decrease.all.persons, 1);
  EXPECT_EQ(flows.closing.total.households, 10);
  EXPECT_EQ(flows.closing.total.persons, 35);
}

TEST(ComputeFlows, LeavesOutCandidatesThatWereMerged) {
  HouseholdCourse merged = Course(kCandidate, kClosed, AdjustmentKind::kNaturalDecrease);
  merged.first = AdjustmentKind::kNaturalDecrease;
  merged.merged = true;
  const Flows flows = ComputeFlows({{.course = merged, .count = 1}}, {});
  EXPECT_EQ(flows.within_period.all.households, 0);
}

}  // namespace
}  // namespace jz::identification
