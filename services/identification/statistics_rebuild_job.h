// Counting a region anew from its records, and comparing that with what statistics keep.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kRebuildJob[] = "rebuild_statistics";

// The runner of kind kRebuildJob; params are RebuildJobParams, the result is a
// RebuildStatisticsResult. Village by village it adds up every version of every household that ever
// was recorded there, in one snapshot with the deltas of the village, and compares both at each
// instant; with `repair` the difference becomes deltas of their own. Then each kept day of each
// region is compared with the sum of the deltas until then, and with `repair` written anew. Others
// may write meanwhile. A run after a crash goes on behind the last village.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunStatisticsRebuild(const Deps& deps,
                                                                                jobs::JobRun& run);

// At the start of the service: from now on birthdays are counted; a register that is older than
// statistics is counted by a job, an empty one is ready.
absl::Status BeginStatistics(const Deps& deps, absl::Time deadline);

}  // namespace jz::identification
