// A gRPC server for Routers. The adaptor behind it does for every RPC, in this order: trace id,
// draining check, deadline (absent, past or over the maximum is refused), token, permission, queue
// (full: RESOURCE_EXHAUSTED at once), handler on a bounded executor, status conversion, metric, log
// line, finish exactly once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/authenticator.h"
#include "common/base/clock.h"
#include "common/rpc/router.h"
#include "common/telemetry/telemetry.h"

namespace jz::rpc {

struct ServerOptions {
  std::string service = {};            // short name for logs, metrics and ErrorInfo: "funds"
  std::string listen = "127.0.0.1:0";  // port 0 picks one
  // Unary handlers at a time. More than database connections: those that wait for a commit they
  // share with others hold none.
  int threads = 64;
  int queue = 1024;         // unary calls waiting; more are refused
  int stream_threads = 32;  // streams at a time; more are refused
  int max_message_bytes = 4 << 20;
  absl::Duration max_deadline = absl::Seconds(60);
  absl::Duration max_stream_deadline = absl::Hours(24);
};

class Server {
 public:
  // Fails (FAILED_PRECONDITION) when a router does not fill exactly the methods of its proto
  // service, a type differs, a method has no `access` option, or the address is taken. Health
  // (SERVING) and reflection are included; they need no token.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<Router>& routers,
                                                       auth::Authenticator& authenticator,
                                                       telemetry::Metrics& metrics,
                                                       const Clock& clock = Clock::Real());
  virtual ~Server() = default;

  virtual int port() const = 0;
  // Health NOT_SERVING, no new calls, running ones may finish within `grace`, then stops. Safe to
  // repeat.
  virtual void Drain(absl::Duration grace) = 0;
};

// Blocks until SIGTERM or SIGINT. Call BlockSignals() in main before any thread starts.
void BlockSignals();
void WaitForSignal();

}  // namespace jz::rpc
