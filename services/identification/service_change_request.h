// RPCs of ChangeRequestService; see change_request.proto for what they do and refuse.
#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"
#include "services/identification/quality_rules.h"

namespace jz::identification {

// What is passed must outlive the router.
rpc::Router ChangeRequestRouter(const Deps& deps, QualityRuleCache& rules);

}  // namespace jz::identification
