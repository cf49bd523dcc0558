#include "services/identification/domain/change_request.h"

#include "common/status/status.h"

namespace jz::identification {
namespace {

absl::Status SamePerson(const ChangeRequest& request) {
  return FailedPrecondition("SAME_PERSON", {{"change_request", request.id.Name()}},
                            "proposing, checking and deciding are for different persons");
}

absl::Status CheckState(const ChangeRequestStep& step, const ChangeRequest& request) {
  const ChangeRequestState from = step.to == ChangeRequestState::kVerified
                                      ? ChangeRequestState::kProposed
                                      : ChangeRequestState::kVerified;
  const bool ends =
      step.to == ChangeRequestState::kRejected || step.to == ChangeRequestState::kWithdrawn;
  if (ends ? Waits(request.state) : request.state == from) return absl::OkStatus();
  return FailedPrecondition("CHANGE_REQUEST_STATE", {{"change_request", request.id.Name()}},
                            "the state of the request does not allow this step");
}

}  // namespace

absl::Status TakeStep(const ChangeRequestStep& step, ChangeRequest& request) {
  JZ_RETURN_IF_ERROR(CheckState(step, request));
  if (step.to == ChangeRequestState::kWithdrawn) {
    if (step.by != request.proposed_by) {
      return PermissionDenied("NOT_PROPOSER", {{"change_request", request.id.Name()}},
                              "only who proposed it takes it back");
    }
  } else if (step.by == request.proposed_by) {
    return SamePerson(request);
  } else if (step.to == ChangeRequestState::kApproved && step.by == request.verified_by) {
    return SamePerson(request);
  }
  request.state = step.to;
  request.note = step.note;
  ++request.version;
  if (step.to == ChangeRequestState::kVerified) {
    request.verified_by = step.by;
    request.verified_at = step.at;
  } else {
    request.decided_by = step.by;
    request.decided_at = step.at;
  }
  return absl::OkStatus();
}

}  // namespace jz::identification
