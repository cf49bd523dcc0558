// RPCs of FundsService; see funds.proto.
#pragma once

#include "common/rpc/router.h"
#include "services/funds/deps.h"

namespace jz::funds {

// All of them. `deps` must outlive the router.
rpc::Router FundsRouter(const Deps& deps);

// The parts of it, one for each service_*.cc.
void AddLedger(rpc::Router& router, const Deps& deps);
void AddBudget(rpc::Router& router, const Deps& deps);
void AddBatches(rpc::Router& router, const Deps& deps);
void AddPayments(rpc::Router& router, const Deps& deps);

}  // namespace jz::funds
