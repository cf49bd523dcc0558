// Asynchronous calls whose messages are bytes, for a caller that does not know their types: the
// gateway. Nothing here blocks, and no thread is held while a call runs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/rpc/channel.h"
#include "google/rpc/status.pb.h"

namespace jz::rpc {

struct AsyncChannelOptions {
  std::string target;                // as in ChannelOptions
  std::string tls_ca;                // PEM of the certificate authority: TLS when not empty
  int max_message_bytes = 16 << 20;  // of a response
  // Methods ("/package.Service/Method") that may be sent again when the service is unavailable.
  std::vector<std::string> idempotent_methods;
};

class AsyncCall {
 public:
  virtual ~AsyncCall() = default;
  // The call ends soon, as CANCELLED when it was not over. Safe to repeat; thread-safe.
  virtual void Cancel() = 0;
};

// What happens to a stream. Called on threads of gRPC: return soon. OnRead and OnWritten may come
// at the same time as each other; OnFinished is the last.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void OnRead(std::string message) = 0;  // answers one Read()
  virtual void OnWritten() = 0;                  // answers one Write()
  virtual void OnFinished(google::rpc::Status status) = 0;
};

// A stream of any kind. Thread-safe. One Read and one Write may be under way at a time; once the
// stream has ended they are ignored, and OnFinished tells how it ended. OnFinished comes only when
// somebody reads (to the end) or cancels, so that a caller who is behind is not told of the end
// before the last message.
class AsyncStream : public AsyncCall {
 public:
  virtual void Read() = 0;
  virtual void Write(absl::string_view message, bool last) = 0;
};

// Thread-safe. Errors made by a service keep their details; others (service unreachable, deadline
// over) have none.
class AsyncChannel {
 public:
  enum class State { kIdle, kConnecting, kReady, kFailing };

  static std::unique_ptr<AsyncChannel> Create(const AsyncChannelOptions& options);
  virtual ~AsyncChannel() = default;

  // `done` is called exactly once, on a thread of gRPC. The metadata values in `options` must be
  // printable ASCII (see IsMetadataValue).
  using UnaryDone = std::function<void(google::rpc::Status status, std::string response)>;
  virtual std::shared_ptr<AsyncCall> Unary(const std::string& method, absl::string_view request,
                                           const CallOptions& options, UnaryDone done) = 0;
  // `events` is kept until OnFinished.
  virtual std::shared_ptr<AsyncStream> Stream(const std::string& method, const CallOptions& options,
                                              std::shared_ptr<StreamEvents> events) = 0;
  // Connects when idle.
  virtual State Connection() = 0;
};

// True when gRPC can carry `value` in a header; it stops the process otherwise.
bool IsMetadataValue(absl::string_view value);

}  // namespace jz::rpc
