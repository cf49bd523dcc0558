#pragma once

#include "common/rpc/router.h"
#include "services/identification/deps.h"

namespace jz::identification {

// RPCs of CaseService; see case.proto. `deps` must outlive the router.
rpc::Router CaseRouter(const Deps& deps);

// Its parts, by concern: service_case.cc has campaigns and proposals.
void AddCaseReading(rpc::Router& router, const Deps& deps);
void AddCaseSteps(rpc::Router& router, const Deps& deps);
void AddPublicity(rpc::Router& router, const Deps& deps);

}  // namespace jz::identification
