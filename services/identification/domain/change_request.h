// Changes of households that wait for others to check and approve them. Plain values and pure
// functions.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/date.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct ChangeRequestTag {
  static constexpr char kCollection[] = "changeRequests";
};
using ChangeRequestId = Id<ChangeRequestTag>;

// The numbers are those of change_request.proto and of the column.
enum class ChangeRequestState : int {
  kUnspecified = 0,
  kProposed = 1,
  kVerified = 2,
  kApproved = 3,
  kRejected = 4,
  kWithdrawn = 5,
};

inline constexpr char kChangeRequestContext[] = "change_request.edit";

struct ChangeRequest {
  ChangeRequestId id;
  HouseholdId household;
  RegionCode region;  // village
  ChangeRequestState state = ChangeRequestState::kUnspecified;
  int64_t base_version = 0;  // of the household that it rests on
  std::string edit_sealed;   // serialized SealedPieces
  std::string reason;
  Date due_on;
  std::string proposed_by;
  absl::Time proposed_at;
  std::string verified_by;
  absl::Time verified_at;
  std::string decided_by;
  absl::Time decided_at;
  std::string note;
  int version = 1;
};

constexpr bool Waits(ChangeRequestState state) {
  return state == ChangeRequestState::kProposed || state == ChangeRequestState::kVerified;
}

// Somebody takes a step.
struct ChangeRequestStep {
  ChangeRequestState to = ChangeRequestState::kUnspecified;
  std::string by;
  absl::Time at;
  std::string note;
};

// FAILED_PRECONDITION CHANGE_REQUEST_STATE; SAME_PERSON when a checker or approver took an earlier
// step; PERMISSION_DENIED NOT_PROPOSER when another than the proposer withdraws.
absl::Status TakeStep(const ChangeRequestStep& step, ChangeRequest& request);

}  // namespace jz::identification
