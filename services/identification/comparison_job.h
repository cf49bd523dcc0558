// The comparison of lists with the register as a job.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kComparisonJob[] = "run_comparison";

// The runner of kind kComparisonJob; params are ComparisonJobParams, the result is a
// RunComparisonResult. done_count and total_count are entries of the lists. Findings become visible
// in transactions of up to 1,000 persons; a run after a crash goes on behind the last one, and a
// cancelled one keeps what it has found. FAILED_PRECONDITION COMPARISON_LIST_EXPIRED when a list
// was ended since the job was asked for.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunComparisonJob(const Deps& deps,
                                                                            jobs::JobRun& run);

}  // namespace jz::identification
