// First pass of an import: the whole file is read and checked, by itself and against the register.
#pragma once

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "jingzhun/common/v1/job.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

struct ImportVerdict {
  // `validated` when the file may be written: it has no error, or only such as leave households
  // out.
  v1::ImportJobState state;
  // Households with an error, and those that are in the register.
  absl::flat_hash_set<HouseholdKey> refused;
};

// Errors that a run before a crash has reported (`state.reported_errors`) are not reported again;
// those of a `state` that is validated are not reported at all, and nothing is saved: only
// `refused` is new then.
absl::StatusOr<ImportVerdict> ValidateImport(const Deps& deps, jobs::JobRun& run,
                                             const v1::ImportJobParams& params,
                                             const v1::ImportJobState& state);

// Whether the share of duplicates is beyond what the import allows.
bool HasTooManyDuplicates(const v1::ImportJobParams& params, const v1::ImportJobState& state);

common::v1::JobError ToMessage(const ImportError& error);

}  // namespace jz::identification
