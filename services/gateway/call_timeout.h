// How long a call may take.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/gateway/call.h"

namespace jz::gateway {

// The caller's wish (header X-Request-Timeout: "2.5", "2.5s", "500ms"; or Grpc-Timeout: "500m") or
// the default of the route's kind. The most is what the method's proto allows, else the default.
// TIMEOUT_INVALID or TIMEOUT_TOO_LONG.
absl::StatusOr<absl::Duration> CallTimeout(const Route& route, const HttpRequest& request,
                                           const CallLimits& limits);

// As gRPC writes it: up to 8 digits and a unit of H, M, S, m, u, n.
std::optional<absl::Duration> ParseGrpcTimeout(absl::string_view text);

}  // namespace jz::gateway
