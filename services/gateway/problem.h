// Errors as callers of REST see them: problem details (RFC 9457) made from google.rpc.Status.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"

namespace jz::gateway {

// The domain of the gateway's own errors; those of services carry the service's.
inline constexpr char kGatewayDomain[] = "gateway.jingzhun";

struct Problem {
  int http_status = 500;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string reason;  // UPPER_SNAKE
  std::string json;    // application/problem+json
  std::optional<int> retry_after_s;
};

// Of a service's answer. An error that no service made (it cannot be reached, the deadline is over)
// has no details; it becomes the gateway's own, without the addresses that gRPC puts in the text.
// `if_match`: the request had that header, so that a wrong etag is 412 instead of 409.
Problem MakeProblem(const google::rpc::Status& status, absl::string_view trace_id,
                    bool if_match = false);

// Of the gateway's own error. The HTTP status follows the code by the usual table
// (google/rpc/code.proto), except for reasons that HTTP has a status of its own for, such as
// BODY_TOO_LARGE.
Problem MakeProblem(const absl::Status& status, absl::string_view trace_id);

}  // namespace jz::gateway
