#include "services/identification/domain/flow.h"

namespace jz::identification {
namespace {

// Whether households or persons are counted.
using Unit = int64_t Count::*;

bool LeftRegister(const HouseholdCourse& course) {
  return OnRegister(course.opening) && !OnRegister(course.closing);
}

void AddStock(Stock& stock, HouseholdState state, Unit unit, int64_t count) {
  if (!OnRegister(state)) return;
  stock.total.*unit += count;
  // Named, because GCC 12 takes a conditional expression before .* for a copy.
  Count& part = state == HouseholdState::kRegistered ? stock.registered : stock.exited;
  part.*unit += count;
}

void AddFlow(Flow& flow, HouseholdState registered_by, Unit unit, int64_t count) {
  flow.all.*unit += count;
  if (registered_by == HouseholdState::kRegistered) flow.registered.*unit += count;
}

void AddLeaving(Flows& flows, const HouseholdCourse& course, Unit unit, int64_t count) {
  Flow& flow = course.last == AdjustmentKind::kRemoveError ? flows.removed_wrongly_admitted
               : course.merged                             ? flows.left_by_merge
               : course.died                               ? flows.closed_by_death
                                                           : flows.closed_otherwise;
  AddFlow(flow, course.opening, unit, count);
}

bool MadeBySplit(const HouseholdCourse& course) {
  return !OnRegister(course.opening) && course.first == AdjustmentKind::kNaturalIncrease;
}

// A household that was admitted and then exited within the period is in both flows.
void AddJoining(Flows& flows, const HouseholdCourse& course, Unit unit, int64_t count) {
  AddFlow(flows.newly_admitted, course.closing, unit, count);
  if (course.closing == HouseholdState::kExited) AddFlow(flows.exited, course.opening, unit, count);
}

void AddStaying(Flows& flows, const HouseholdCourse& course, Unit unit, int64_t count) {
  bool was_registered = course.opening == HouseholdState::kRegistered;
  bool is_registered = course.closing == HouseholdState::kRegistered;
  if (was_registered && !is_registered) {
    AddFlow(flows.exited, course.opening, unit, count);
  } else if (!was_registered && is_registered) {
    Flow& flow = course.last == AdjustmentKind::kRelapse ? flows.relapsed : flows.reverted_exit;
    AddFlow(flow, course.closing, unit, count);
  } else if (is_registered && course.last == AdjustmentKind::kUnspecified) {
    AddFlow(flows.retained, course.closing, unit, count);
  }
}

// What was made by a split came as it was then, and goes on from there.
void AddMadeBySplit(Flows& flows, const HouseholdCourse& course, Unit unit, int64_t count) {
  AddFlow(flows.joined_by_split, course.first_state, unit, count);
  HouseholdCourse since = course;
  since.opening = course.first_state;
  AddStaying(flows, since, unit, count);
}

bool CameAndWent(const HouseholdCourse& course) {
  // A candidate that became part of another was never on the register.
  const bool candidate_only = course.merged && course.first == AdjustmentKind::kNaturalDecrease;
  return !OnRegister(course.opening) && !OnRegister(course.closing) && !candidate_only &&
         (course.last == AdjustmentKind::kRemoveError ||
          course.last == AdjustmentKind::kNaturalDecrease);
}

void AddHousehold(Flows& flows, const HouseholdGroup& group) {
  const HouseholdCourse& course = group.course;
  constexpr Unit kUnit = &Count::households;
  AddStock(flows.opening, course.opening, kUnit, group.count);
  AddStock(flows.closing, course.closing, kUnit, group.count);
  bool was_on = OnRegister(course.opening);
  bool is_on = OnRegister(course.closing);
  if (was_on && is_on) AddStaying(flows, course, kUnit, group.count);
  if (was_on && !is_on) AddLeaving(flows, course, kUnit, group.count);
  if (!was_on && is_on) {
    if (MadeBySplit(course)) {
      AddMadeBySplit(flows, course, kUnit, group.count);
    } else {
      AddJoining(flows, course, kUnit, group.count);
    }
  }
  if (CameAndWent(course)) AddFlow(flows.within_period, course.closing, kUnit, group.count);
}

void AddPersonsLeaving(Flows& flows, const PersonGroup& group) {
  const HouseholdCourse& course = group.course;
  constexpr Unit kUnit = &Count::persons;
  if (group.to_household) {
    AddFlow(flows.left_by_merge, course.opening, kUnit, group.count);
  } else if (LeftRegister(course) && !course.merged) {
    AddLeaving(flows, course, kUnit, group.count);
  } else {
    AddFlow(flows.person_natural_decrease, course.opening, kUnit, group.count);
  }
}

void AddPersonsJoining(Flows& flows, const PersonGroup& group) {
  const HouseholdCourse& course = group.course;
  constexpr Unit kUnit = &Count::persons;
  if (group.from_household && MadeBySplit(course)) {
    AddMadeBySplit(flows, course, kUnit, group.count);
  } else if (group.from_household) {
    AddFlow(flows.joined_by_split, course.closing, kUnit, group.count);
  } else if (OnRegister(course.opening) || MadeBySplit(course)) {
    AddFlow(flows.person_natural_increase, course.closing, kUnit, group.count);
  } else {
    AddJoining(flows, course, kUnit, group.count);
  }
}

void AddPersons(Flows& flows, const PersonGroup& group) {
  const HouseholdCourse& course = group.course;
  constexpr Unit kUnit = &Count::persons;
  bool was_on = group.at_opening && OnRegister(course.opening);
  bool is_on = group.at_closing && OnRegister(course.closing);
  if (was_on) AddStock(flows.opening, course.opening, kUnit, group.count);
  if (is_on) AddStock(flows.closing, course.closing, kUnit, group.count);
  if (was_on && is_on) AddStaying(flows, course, kUnit, group.count);
  if (was_on && !is_on) AddPersonsLeaving(flows, group);
  if (!was_on && is_on) AddPersonsJoining(flows, group);
  if (CameAndWent(course)) AddFlow(flows.within_period, course.closing, kUnit, group.count);
}

int64_t ClosingTotal(const Flows& flows, Unit unit) {
  return flows.opening.total.*unit - flows.removed_wrongly_admitted.all.*unit -
         flows.closed_by_death.all.*unit - flows.closed_otherwise.all.*unit +
         flows.newly_admitted.all.*unit - flows.person_natural_decrease.all.*unit +
         flows.person_natural_increase.all.*unit + flows.joined_by_split.all.*unit -
         flows.left_by_merge.all.*unit;
}

int64_t ClosingRegistered(const Flows& flows, Unit unit) {
  return flows.opening.registered.*unit - flows.removed_wrongly_admitted.registered.*unit -
         flows.closed_by_death.registered.*unit - flows.closed_otherwise.registered.*unit -
         flows.exited.all.*unit + flows.reverted_exit.all.*unit + flows.relapsed.all.*unit +
         flows.newly_admitted.all.*unit - flows.person_natural_decrease.registered.*unit +
         flows.person_natural_increase.registered.*unit + flows.joined_by_split.registered.*unit -
         flows.left_by_merge.registered.*unit;
}

}  // namespace

Flows ComputeFlows(absl::Span<const HouseholdGroup> households,
                   absl::Span<const PersonGroup> persons) {
  Flows flows;
  for (const HouseholdGroup& group : households) AddHousehold(flows, group);
  for (const PersonGroup& group : persons) AddPersons(flows, group);
  return flows;
}

std::vector<FlowCheck> CheckFlows(const Flows& flows) {
  return {
      {"HOUSEHOLDS_TOTAL", ClosingTotal(flows, &Count::households), flows.closing.total.households},
      {"PERSONS_TOTAL", ClosingTotal(flows, &Count::persons), flows.closing.total.persons},
      {"HOUSEHOLDS_REGISTERED", ClosingRegistered(flows, &Count::households),
       flows.closing.registered.households},
      {"PERSONS_REGISTERED", ClosingRegistered(flows, &Count::persons),
       flows.closing.registered.persons},
  };
}

}  // namespace jz::identification
