// The import of a national sheet as a job: the whole file is checked first, then it is written in
// batches.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kSheetJob[] = "import_sheet";

// The runner of kind kSheetJob; params are SheetJobParams, the result is an ImportSheetResult.
// Errors go into the job's report. FAILED_PRECONDITION IMPORT_HAS_ERRORS (mode COMMIT, per file) or
// IMPORT_TOO_MANY_DUPLICATES: nothing was written. A run after a crash checks again, or goes on
// writing behind the last batch that was committed.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunSheetImport(const Deps& deps,
                                                                          jobs::JobRun& run);

}  // namespace jz::identification
