// Tables step_batch, case_step and case_refusal: the recorded steps of cases. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

// One recording of a step for many cases.
struct StepBatch {
  int64_t id = 0;
  CampaignId campaign;
  CaseStep step = CaseStep::kNone;
  RegionCode region;
  Date held_on;
  int attendance = 0;  // 0: no meeting
  std::string reference;
  std::string recorded_by;
  absl::Time recorded_at;
  // Last case that was looked at.
  RegionCode cursor_region;
  CaseId cursor_id;
  int64_t passed_count = 0;
  int64_t rejected_count = 0;
  bool finished = false;
};
absl::Status InsertStepBatch(sql::Transaction& tx, const StepBatch& batch);
// INTERNAL when it does not exist.
absl::StatusOr<StepBatch> LoadStepBatch(sql::Transaction& tx, int64_t id);
absl::StatusOr<StepBatch> LockStepBatch(sql::Transaction& tx, int64_t id);
// Cursor, counts and finished.
absl::Status UpdateStepBatch(sql::Transaction& tx, const StepBatch& batch);

struct CaseStepRow {
  CaseId case_id;
  CaseStep step = CaseStep::kNone;
  int64_t batch = 0;
  bool passed = false;
  std::string reason;
  std::optional<Votes> votes;
};
absl::Status InsertCaseSteps(sql::Transaction& tx, absl::Span<const CaseStepRow> rows);
// In order, of a case that the caller has loaded within its scope.
absl::StatusOr<std::vector<RecordedStep>> LoadRecordedSteps(sql::Transaction& tx, CaseId id);

struct CaseRefusal {
  CaseId case_id;
  std::string reason;
};
absl::Status InsertRefusals(sql::Transaction& tx, int64_t batch,
                            absl::Span<const CaseRefusal> refusals);
struct Refusals {
  int64_t count = 0;
  std::vector<CaseRefusal> first;  // up to `limit`
};
absl::StatusOr<Refusals> LoadRefusals(sql::Transaction& tx, int64_t batch, int limit);

}  // namespace jz::identification
