// Recording a step for many cases: meetings, verification, decision, publicity and its conclusion.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "common/sql/idempotency.h"
#include "services/identification/deps.h"
#include "services/identification/domain/procedure.h"
#include "services/identification/store/step_store.h"

namespace jz::identification {

// How the outcome of one case differs from that of the others.
struct CaseException {
  std::string rejection_reason;  // empty: not rejected
  std::optional<Votes> votes;
};

struct StepCommand {
  CaseStep step = CaseStep::kNone;
  CampaignId campaign;       // empty: cases outside campaigns
  RegionCode region;         // inside the caller's scope
  std::vector<CaseId> only;  // empty: all that wait; at most 1,000
  Date held_on;
  int attendance = 0;  // of meetings
  Votes votes;
  std::string reference;
  std::map<CaseId, CaseException> exceptions;  // at most 1,000; of `only` when that is given
  std::optional<Date> effective_date;          // of conclusions
  // The request as it is compared when request_id repeats.
  std::string request_id;
  std::string canonical_request;
};

struct StepResult {
  int64_t passed_count = 0;
  int64_t rejected_count = 0;
  Refusals refused;
  std::vector<NoticeId> notices;
};

// Records a step in as many transactions as it takes. One request_id has one effect; when it was
// cut by a deadline or a crash, the same call goes on. See case.proto for the errors.
absl::StatusOr<StepResult> RecordStep(const Deps& deps, const rpc::CallContext& ctx,
                                      const StepCommand& command);

}  // namespace jz::identification
