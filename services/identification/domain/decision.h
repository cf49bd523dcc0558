// What a decision does to a household's state, and how its reason is shown in public.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// The state after an adjustment:
//   ADMIT              candidate            -> registered
//   REMOVE_ERROR       registered, exited   -> removed
//   EXIT               registered           -> exited
//   REVERT_EXIT        exited               -> registered
//   RELAPSE            exited               -> registered
//   NATURAL_DECREASE   registered, exited   -> closed
//   RETAIN             registered           -> registered
// Everything else: FAILED_PRECONDITION, reason STATE_TRANSITION.
absl::StatusOr<HouseholdState> StateAfter(AdjustmentKind kind, HouseholdState before);

// A reason as a notice may show it: one that would tell something of health is made coarser.
std::string PublicReason(absl::string_view reason);

}  // namespace jz::identification
