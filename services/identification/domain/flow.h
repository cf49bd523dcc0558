// Flows of a register between two days, in households and persons, from groups of equal histories.
// Pure arithmetic: the groups are counted by the database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// What a household's adjustments say about a period.
struct HouseholdCourse {
  HouseholdState opening = HouseholdState::kCandidate;  // at the start of the first day
  HouseholdState closing = HouseholdState::kCandidate;  // at the end of the last day
  // The last adjustment within the period that is not RETAIN, and whether its reason was that all
  // members died, or that the household became part of another.
  AdjustmentKind last = AdjustmentKind::kUnspecified;
  bool died = false;
  bool merged = false;
  // The first of them, and the state that it made.
  AdjustmentKind first = AdjustmentKind::kUnspecified;
  HouseholdState first_state = HouseholdState::kUnspecified;
};

struct HouseholdGroup {
  HouseholdCourse course;
  int64_t count = 0;
};

// Spans of persons as members of households; a person who went from one to another has several.
struct PersonGroup {
  HouseholdCourse course;  // of the household
  bool at_opening = false;
  bool at_closing = false;
  // Whether the span began, or ended, with a split or a merge of households.
  bool from_household = false;
  bool to_household = false;
  int64_t count = 0;
};

struct Count {
  int64_t households = 0;
  int64_t persons = 0;
};

struct Flow {
  Count all;
  Count registered;  // of which: before it for what leaves, after it for what joins
};

struct Stock {
  Count total;
  Count registered;
  Count exited;
};

struct FlowCheck {
  std::string name;
  int64_t computed = 0;
  int64_t closing = 0;
};

struct Flows {
  Stock opening;
  Flow removed_wrongly_admitted;
  Flow closed_by_death;
  Flow closed_otherwise;
  Flow exited;
  Flow reverted_exit;
  Flow relapsed;
  Flow newly_admitted;
  Flow retained;
  Flow person_natural_decrease;
  Flow person_natural_increase;
  Flow within_period;
  Flow joined_by_split;
  Flow left_by_merge;
  Stock closing;
};

Flows ComputeFlows(absl::Span<const HouseholdGroup> households,
                   absl::Span<const PersonGroup> persons);

// The identities: opening and flows on one side, the closing stock on the other.
std::vector<FlowCheck> CheckFlows(const Flows& flows);

}  // namespace jz::identification
