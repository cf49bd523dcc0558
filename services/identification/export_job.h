// An exported sheet as a job: a file in parts that are sealed at rest.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kExportJob[] = "export_sheet";
// How long a file can be downloaded.
inline constexpr absl::Duration kExportKept = absl::Hours(24 * 7);

// The runner of kind kExportJob; params are ExportJobParams, the result is a StartExportResult.
// Each checkpoint is one with its part of the file, so that a run after a crash goes on behind the
// last part. Deletes parts of other files that have expired.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunExport(const Deps& deps,
                                                                     jobs::JobRun& run);

// The bytes of a file from `offset` on, up to the end of the part that it lies in; empty behind the
// end. FAILED_PRECONDITION EXPORT_EXPIRED.
absl::StatusOr<std::string> ReadExportFile(const Deps& deps, int64_t job, int64_t offset,
                                           int64_t byte_count, absl::Time deadline);

}  // namespace jz::identification
