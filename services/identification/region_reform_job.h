// Moving the households of reformed villages, as a job.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kReformJob[] = "reform_regions";

// The runner of kReformJob; params are ReformJobParams, the result is a ReformRegionsResult. Moves
// up to 500 households in a transaction, together with the checkpoint; goes on behind the last one
// after a crash.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunReform(const Deps& deps,
                                                                     jobs::JobRun& run);

}  // namespace jz::identification
