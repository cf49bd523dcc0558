// The methods as they are served: checked against the proto service and joined with its options.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/telemetry/telemetry.h"

namespace jz::rpc {

// One method; does not change while the server runs.
struct Route {
  Method method;
  std::string path;  // "/jingzhun.funds.v1.FundsService/GetAccount"
  std::string permission;
  absl::Duration max_deadline;
  telemetry::Metrics::Rpc* metric = nullptr;
};

struct Routes {
  std::string service;                                // the proto's full name
  std::vector<std::unique_ptr<const Route>> methods;  // behind pointers: their addresses stay
};

// FAILED_PRECONDITION, reason ROUTES_INVALID, with every problem of all routers.
absl::StatusOr<std::vector<Routes>> MakeRoutes(const ServerOptions& options,
                                               const std::vector<Router>& routers,
                                               telemetry::Metrics& metrics);

}  // namespace jz::rpc
