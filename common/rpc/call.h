// One RPC from its arrival to its end: everything around the handler. See server.h for the order.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/authenticator.h"
#include "common/base/clock.h"
#include "common/rpc/context.h"
#include "common/rpc/executor.h"
#include "common/rpc/gate.h"
#include "common/rpc/route.h"

namespace jz::rpc {

// What all calls of a server share.
struct Shared {
  const std::string domain;  // "funds.jingzhun"
  auth::Authenticator& authenticator;
  const Clock& clock;
  Gate gate;
  Executor unary;
  Executor streams;
};

class Call {
 public:
  Call(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Trace id, draining, deadline, token, permission.
  absl::Status Admit();
  // Once a thread has the call: not when its deadline is over or the caller is gone.
  absl::Status MayStart() const;
  // Runs `handler`; an exception (out of memory, say) becomes INTERNAL.
  static absl::Status Guard(absl::FunctionRef<absl::Status()> handler);
  // Metric and log line; what to finish the call with. Once.
  grpc::Status Close(const absl::Status& status);

  Shared& shared() { return shared_; }
  const Route& route() const { return route_; }
  const CallContext& context() const { return context_; }

 private:
  absl::string_view Header(const char* name) const;
  absl::Status CheckPermission() const;

  Shared& shared_;
  const Route& route_;
  grpc::CallbackServerContext& grpc_;
  const absl::Time arrived_;  // by the machine's clock: deadlines and durations are real time
  const bool open_;
  CallContext context_;
};

// Absent: DEADLINE_REQUIRED; past: DEADLINE_EXCEEDED; over `most`: DEADLINE_TOO_LONG.
absl::Status CheckDeadline(absl::Time now, absl::Time deadline, absl::Duration most);

absl::Status ServerBusy(absl::string_view what);
absl::Status ServerDraining();

}  // namespace jz::rpc
