#pragma once

#include <memory>

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of QualityService; see quality.proto. `deps` must outlive the router.
rpc::Router QualityRouter(const Deps& deps);

// Its parts, by concern: service_quality.cc has rules and runs.
void AddQualityFindings(rpc::Router& router, const Deps& deps);
void AddQualityExemptions(rpc::Router& router, const Deps& deps);

}  // namespace jz::identification
