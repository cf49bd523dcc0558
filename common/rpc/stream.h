// Streaming calls. Their handlers block in threads of their own; gRPC's threads never do.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "common/rpc/call.h"

namespace jz::rpc {

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartServerStream(Shared& shared, const Route& route,
                                                              grpc::CallbackServerContext& grpc,
                                                              const grpc::ByteBuffer& request);

grpc::ServerReadReactor<grpc::ByteBuffer>* StartClientStream(Shared& shared, const Route& route,
                                                             grpc::CallbackServerContext& grpc,
                                                             grpc::ByteBuffer& response);

// What ends a stream early, and the one lock and condition of a stream.
class StreamEnd final : public Gate::Stream {
 public:
  explicit StreamEnd(absl::Time deadline) : deadline_(deadline) {}

  std::mutex& mutex() { return mutex_; }

  // The rest needs the mutex.
  // Waits until `ready` or an early end.
  template <class Ready>
  void Wait(std::unique_lock<std::mutex>& lock, Ready ready) {
    changed_.wait_until(lock, absl::ToChronoTime(deadline_),
                        [&] { return ready() || cancelled_ || draining_; });
  }
  // Why the handler must end now, or OK. What it said is remembered in told().
  absl::Status Early();
  absl::Status told() const { return told_; }
  void Cancel();
  void Notify() { changed_.notify_all(); }

  void OnDrain() override;  // takes the mutex

 private:
  const absl::Time deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
  bool draining_ = false;
  absl::Status told_;
};

}  // namespace jz::rpc
