// First pass of an import: the whole file is read and checked, by itself and against the register.
#pragma once

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "jingzhun/common/v1/job.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// The state after the pass: `validated` when there was no error. Errors that a run before a crash
// has reported
// (`state.reported_errors`) are not reported again.
absl::StatusOr<v1::ImportJobState> ValidateImport(const Deps& deps, jobs::JobRun& run,
                                                  const v1::ImportJobState& state);

common::v1::JobError ToMessage(const ImportError& error);

}  // namespace jz::identification
