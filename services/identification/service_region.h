#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of RegionService; see region.proto. `deps` must outlive the router.
rpc::Router RegionRouter(const Deps& deps);

}  // namespace jz::identification
