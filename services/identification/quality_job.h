// Runs of the quality rules over a region as a job.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"

namespace jz::identification {

inline constexpr char kQualityJob[] = "run_quality_rules";

// The runner of kind kQualityJob; params are QualityJobParams, the result is a RunRulesResult. Goes
// through the households of the region, then its villages, then the findings whose household has
// left; each batch with its findings and checkpoint in one transaction. A run after a crash goes on
// behind the last batch and ends as if nothing had happened. Facts that do not parse and rules that
// do not compile any more are errors of the job; the rest runs.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunQualityRules(const Deps& deps,
                                                                           jobs::JobRun& run);

}  // namespace jz::identification
