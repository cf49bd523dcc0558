// A request and its answer, as the gateway's logic sees them: no HTTP library in sight.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"

namespace jz::gateway {

// The head of a request. Views stay valid until the answer is sent.
struct HttpRequest {
  absl::string_view method;  // "GET" for HEAD
  bool head = false;
  bool http_1_0 = false;
  absl::string_view path;   // percent-encoded, without the query
  absl::string_view query;  // what follows '?'
  absl::string_view authorization;
  absl::string_view content_type;
  absl::string_view content_encoding;
  absl::string_view if_match;
  absl::string_view if_none_match;
  absl::string_view request_timeout;  // X-Request-Timeout
  absl::string_view grpc_timeout;     // Grpc-Timeout
  bool has_body = false;
  std::optional<uint64_t> content_length;
  telemetry::Trace trace;
};

struct HttpResponse {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// A route or a page, in metrics and logs.
struct Endpoint {
  std::string label;  // "GET /v1/funds/{name=accounts/*}"
  telemetry::Metrics::Rpc* metric = nullptr;
};

// What a request's log line and metric need.
struct RequestRecord {
  const Endpoint* endpoint = nullptr;
  absl::Time received;
  std::string trace_id;
  int status = 0;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string reason;
  uint64_t request_bytes = 0;  // of the body
  uint64_t response_bytes = 0;
};

}  // namespace jz::gateway
