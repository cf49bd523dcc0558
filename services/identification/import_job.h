// The import of a register file as a job: validate the whole file first, then write it in batches.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kImportJob[] = "import_households";

// The runner of kind kImportJob; params are ImportJobParams, the result is an
// ImportHouseholdsResult. While validating, done_count counts rows and total_count is 0. Errors go
// into the job's report. Mode COMMIT with any error: FAILED_PRECONDITION IMPORT_HAS_ERRORS, and
// nothing was written. A run after a crash validates again, or goes on writing behind the last
// batch that was committed.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunImport(const Deps& deps,
                                                                     jobs::JobRun& run);

}  // namespace jz::identification
