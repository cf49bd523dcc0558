#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of RegisterService; see register.proto. `deps` must outlive the router.
rpc::Router RegisterRouter(const Deps& deps);

}  // namespace jz::identification
