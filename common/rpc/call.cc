#include "common/rpc/call.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/wire_status.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"
#include "google/rpc/error_details.pb.h"

namespace jz::rpc {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);

// gRPC rounds a timeout up to three digits or so on its way (by less than 1 %), and clocks are read
// twice.
absl::Duration WithSlack(absl::Duration most) { return most + most / 100 + absl::Seconds(1); }

absl::Time DeadlineOf(const grpc::CallbackServerContext& grpc) {
  // Not deadline(), whose nanoseconds since 1970 run over for "grpc-timeout: 99999999H".
  const gpr_timespec deadline = gpr_convert_clock_type(grpc.raw_deadline(), GPR_CLOCK_REALTIME);
  if (gpr_time_cmp(deadline, gpr_inf_future(GPR_CLOCK_REALTIME)) == 0) {
    return absl::InfiniteFuture();
  }
  return absl::FromUnixSeconds(deadline.tv_sec) + absl::Nanoseconds(deadline.tv_nsec);
}

}  // namespace

absl::Status CheckDeadline(absl::Time now, absl::Time deadline, absl::Duration most) {
  if (deadline == absl::InfiniteFuture()) {
    return InvalidArgument("DEADLINE_REQUIRED", {}, "every call must carry a deadline");
  }
  if (deadline <= now) {
    return DeadlineExceeded("DEADLINE_EXCEEDED",
                            "the deadline was over before the call was handled");
  }
  if (deadline - now > WithSlack(most)) {
    const std::string most_ms = absl::StrCat(absl::ToInt64Milliseconds(most));
    return InvalidArgument("DEADLINE_TOO_LONG", {{"max_deadline_ms", most_ms}},
                           absl::StrCat("the deadline may be at most ", most_ms, " ms away"));
  }
  return absl::OkStatus();
}

absl::Status ServerBusy(absl::string_view what) {
  const int64_t retry_ms = absl::ToInt64Milliseconds(kRetryAfter);
  absl::Status status =
      ResourceExhausted("SERVER_BUSY", {{"retry_after_ms", absl::StrCat(retry_ms)}},
                        absl::StrCat("too many ", what, " at once; come back later"));
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(retry_ms / 1000);
  status.SetPayload("type.googleapis.com/google.rpc.RetryInfo",
                    absl::Cord(retry.SerializeAsString()));
  return status;
}

absl::Status ServerDraining() {
  return Unavailable("SERVER_DRAINING", "this server is shutting down; ask another");
}

Call::Call(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc)
    : shared_(shared),
      route_(route),
      grpc_(grpc),
      arrived_(absl::Now()),
      open_(shared.gate.Enter()) {}

Call::~Call() { shared_.gate.Leave(); }

absl::string_view Call::Header(const char* name) const {
  const auto& headers = grpc_.client_metadata();
  const auto found = headers.find(name);
  if (found == headers.end()) return {};
  return {found->second.data(), found->second.size()};
}

absl::Status Call::Admit() {
  telemetry::Trace trace = telemetry::ContinueTrace(Header("traceparent"));
  context_.trace_id = std::move(trace.trace_id);
  context_.traceparent = std::move(trace.traceparent);
  context_.method = route_.path;
  context_.now = shared_.clock.Now();
  context_.deadline = DeadlineOf(grpc_);
  if (!open_) return ServerDraining();
  JZ_RETURN_IF_ERROR(CheckDeadline(arrived_, context_.deadline, route_.max_deadline));
  JZ_ASSIGN_OR_RETURN(context_.principal,
                      shared_.authenticator.Verify(Header("authorization"), context_.now));
  return CheckPermission();
}

absl::Status Call::CheckPermission() const {
  if (context_.principal->Holds(route_.permission)) return absl::OkStatus();
  return PermissionDenied("PERMISSION_MISSING", {{"permission", route_.permission}},
                          absl::StrCat("this needs the permission ", route_.permission));
}

absl::Status Call::MayStart() const {
  if (context_.deadline <= absl::Now()) {
    return DeadlineExceeded("DEADLINE_EXCEEDED",
                            "the deadline was over before the call was handled");
  }
  if (grpc_.IsCancelled()) {
    return MakeError(absl::StatusCode::kCancelled, "CALLER_GONE", {}, "the caller broke off");
  }
  return absl::OkStatus();
}

absl::Status Call::Guard(absl::FunctionRef<absl::Status()> handler) {
  try {
    return handler();
  } catch (const std::exception& error) {
    return Internal("HANDLER_EXCEPTION", error.what());
  } catch (...) {
    return Internal("HANDLER_EXCEPTION", "an exception of unknown type");
  }
}

grpc::Status Call::Close(const absl::Status& status) {
  const absl::Duration took = absl::Now() - arrived_;
  route_.metric->Finished(status.code(), took);
  const std::string reason = status.ok() ? "" : ReasonOf(status);
  const std::string peer = grpc_.peer();
  telemetry::Log(
      telemetry::Severity::kInfo, "rpc",
      {{"method", route_.path},
       {"code", absl::StatusCodeToString(status.code())},
       {"reason", reason},
       {"duration_us", absl::ToInt64Microseconds(took)},
       {"trace_id", context_.trace_id},
       {"subject", context_.principal ? absl::string_view(context_.principal->subject) : ""},
       {"peer", peer}});
  if (IsInternal(status.code())) {
    telemetry::Log(telemetry::Severity::kError, "handler failed",
                   {{"method", route_.path},
                    {"reason", reason},
                    {"trace_id", context_.trace_id},
                    {"error", status.message()}});
  }
  return ToGrpc(status, shared_.domain, context_.trace_id);
}

}  // namespace jz::rpc
