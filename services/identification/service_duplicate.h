#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of DuplicateService; see duplicate.proto. `deps` must outlive the router.
rpc::Router DuplicateRouter(const Deps& deps);

}  // namespace jz::identification
