// Calls to other services: deadlines always, retries of UNAVAILABLE by service config (only for
// calls marked idempotent), round_robin over all addresses of a name.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace jz::rpc {

struct ChannelOptions {
  std::string target;  // "127.0.0.1:9001" or "dns:///funds.jingzhun:9000"
  // Value of the authorization header, asked for each call ("Bearer …"); may be null.
  std::function<std::string()> authorization;
  // PEM of the certificate authority: TLS when not empty.
  std::string tls_ca;
  int max_message_bytes = 16 << 20;
};

struct CallOptions {
  absl::Time deadline;
  std::string traceparent;
  std::string authorization;  // overrides the channel's
};

// The responses of a server stream. Not thread-safe, but Cancel may be called from another thread.
class RawResponses {
 public:
  virtual ~RawResponses() = default;
  // False at the end; then Finish() tells how it ended.
  virtual bool Read(google::protobuf::Message& message) = 0;
  virtual absl::Status Finish() = 0;
  virtual void Cancel() = 0;
};

// Requests into a client stream. Not thread-safe.
class RawRequests {
 public:
  virtual ~RawRequests() = default;
  virtual bool Write(const google::protobuf::Message& message) = 0;  // false: the server ended it
  virtual absl::Status Finish(google::protobuf::Message& response) = 0;
};

// Thread-safe. `method` is "/package.Service/Method".
class Channel {
 public:
  static std::unique_ptr<Channel> Create(const ChannelOptions& options);
  virtual ~Channel() = default;

  virtual absl::Status Unary(absl::string_view method, const google::protobuf::Message& request,
                             google::protobuf::Message& response, const CallOptions& options) = 0;
  virtual std::unique_ptr<RawResponses> ServerStream(absl::string_view method,
                                                     const google::protobuf::Message& request,
                                                     const CallOptions& options) = 0;
  virtual std::unique_ptr<RawRequests> ClientStream(absl::string_view method,
                                                    const CallOptions& options) = 0;

  template <class Response>
  absl::StatusOr<Response> Call(absl::string_view method, const google::protobuf::Message& request,
                                const CallOptions& options) {
    Response response;
    absl::Status status = Unary(method, request, response, options);
    if (!status.ok()) return status;
    return response;
  }
};

}  // namespace jz::rpc
