// The search for duplicates across counties as a job.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kDuplicateJob[] = "find_duplicates";

// The runner of kind kDuplicateJob; it has no params, the result is a FindDuplicatesResult.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FindDuplicatesJob(const Deps& deps,
                                                                             jobs::JobRun& run);

}  // namespace jz::identification
