#include "services/identification/domain/decision.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

struct Transition {
  AdjustmentKind kind;
  HouseholdState before;
  HouseholdState after;
};

constexpr Transition kTransitions[] = {
    {AdjustmentKind::kAdmit, HouseholdState::kCandidate, HouseholdState::kRegistered},
    {AdjustmentKind::kRemoveError, HouseholdState::kRegistered, HouseholdState::kRemoved},
    {AdjustmentKind::kRemoveError, HouseholdState::kExited, HouseholdState::kRemoved},
    {AdjustmentKind::kExit, HouseholdState::kRegistered, HouseholdState::kExited},
    {AdjustmentKind::kRevertExit, HouseholdState::kExited, HouseholdState::kRegistered},
    {AdjustmentKind::kRelapse, HouseholdState::kExited, HouseholdState::kRegistered},
    {AdjustmentKind::kNaturalDecrease, HouseholdState::kRegistered, HouseholdState::kClosed},
    {AdjustmentKind::kNaturalDecrease, HouseholdState::kExited, HouseholdState::kClosed},
    {AdjustmentKind::kRetain, HouseholdState::kRegistered, HouseholdState::kRegistered},
};

}  // namespace

absl::StatusOr<HouseholdState> StateAfter(AdjustmentKind kind, HouseholdState before) {
  for (const Transition& transition : kTransitions) {
    if (transition.kind == kind && transition.before == before) return transition.after;
  }
  return FailedPrecondition("STATE_TRANSITION",
                            {{"kind", absl::StrCat(static_cast<int>(kind))},
                             {"state", absl::StrCat(static_cast<int>(before))}},
                            "the household's state does not allow this adjustment");
}

std::string PublicReason(absl::string_view reason) {
  return reason == "MEDICAL_UNMET" ? "GUARANTEE_UNMET" : std::string(reason);
}

}  // namespace jz::identification
