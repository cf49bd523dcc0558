// RPCs of VillageService; see village.proto for what they do and refuse.
#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// `deps` must outlive the router.
rpc::Router VillageRouter(const Deps& deps);

}  // namespace jz::identification
