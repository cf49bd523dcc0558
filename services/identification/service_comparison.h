#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of ComparisonService; see comparison.proto. `deps` must outlive the router.
rpc::Router ComparisonRouter(const Deps& deps);

// Its parts, by concern: service_comparison.cc has kinds, lists, authorisations and runs.
void AddComparisonUpload(rpc::Router& router, const Deps& deps);
void AddComparisonFindings(rpc::Router& router, const Deps& deps);

}  // namespace jz::identification
