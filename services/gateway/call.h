// From an HTTP request to a call that can be made: deadline, metadata, parameters, checks of the
// head.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/async_channel.h"
#include "services/gateway/http_message.h"
#include "services/gateway/route.h"
#include "services/gateway/transcoder.h"

namespace jz::gateway {

struct CallLimits {
  uint64_t max_body_bytes = 4 << 20;
  uint64_t max_upload_bytes = uint64_t{2} << 30;
  uint64_t max_buffered_bytes = 256 << 20;  // bodies held at a time, of all requests together
  absl::Duration request_timeout = absl::Seconds(30);
  absl::Duration stream_timeout = absl::Hours(1);
  absl::Duration upload_timeout = absl::Hours(1);
};

// What bodies in memory may take in all. Thread-safe.
class BodyBudget {
 public:
  explicit BodyBudget(uint64_t bytes) : left_(static_cast<int64_t>(bytes)) {}
  bool Take(uint64_t bytes) {
    const auto wanted = static_cast<int64_t>(bytes);
    if (left_.fetch_sub(wanted) >= wanted) return true;
    left_.fetch_add(wanted);
    return false;
  }
  void Return(uint64_t bytes) { left_.fetch_add(static_cast<int64_t>(bytes)); }

 private:
  std::atomic<int64_t> left_;
};

// What all calls share. Outlives them.
struct CallEnvironment {
  const Schema& schema;
  const Transcoder& transcoder;
  const CallLimits& limits;
  BodyBudget& budget;
};

// A call that only lacks its body.
struct PreparedCall {
  const Route* route = nullptr;
  rpc::AsyncChannel* channel = nullptr;
  rpc::CallOptions options;
  std::string parameters;  // path, query and If-Match, in protobuf's binary form
  bool has_body = false;
  std::optional<uint64_t> content_length;
  bool has_if_match = false;
  std::string if_none_match;
  std::string trace_id;
};

// All INVALID_ARGUMENT: INVALID_REQUEST with the violations of the parameters, TIMEOUT_INVALID,
// TIMEOUT_TOO_LONG, BODY_NOT_EXPECTED, BODY_TOO_LARGE, CONTENT_TYPE, CONTENT_ENCODING,
// IF_MATCH_INVALID, IF_MATCH_UNSUPPORTED, HTTP_VERSION (a stream for HTTP/1.0).
absl::StatusOr<PreparedCall> PrepareCall(const CallEnvironment& environment, const Route& route,
                                         const std::vector<absl::string_view>& path_values,
                                         const HttpRequest& request);

// The request message: the body converted as the route says, then the parameters, which win.
absl::StatusOr<std::string> RequestMessage(const CallEnvironment& environment,
                                           const PreparedCall& call, absl::string_view body);

// The most that a body of this route may have.
uint64_t BodyLimit(const Route& route, const CallLimits& limits);

}  // namespace jz::gateway
