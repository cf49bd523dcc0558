// RPCs of CodeListService; see code_list.proto for what they do and refuse.
#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// `deps` must outlive the router.
rpc::Router CodeListRouter(const Deps& deps);

}  // namespace jz::identification
