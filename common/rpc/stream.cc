#include "common/rpc/stream.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/wire_message.h"
#include "common/status/status.h"
#include "google/protobuf/arena.h"

namespace jz::rpc {

using grpc::ByteBuffer;

absl::Status StreamEnd::Early() {
  if (!told_.ok()) return told_;
  if (absl::Now() >= deadline_) {
    told_ = DeadlineExceeded("DEADLINE_EXCEEDED", "the deadline of the stream is over");
  } else if (cancelled_) {
    told_ = MakeError(absl::StatusCode::kCancelled, "CALLER_GONE", {}, "the caller broke off");
  } else if (draining_) {
    told_ = ServerDraining();
  }
  return told_;
}

void StreamEnd::Cancel() {
  cancelled_ = true;
  changed_.notify_all();
}

void StreamEnd::OnDrain() {
  std::lock_guard lock(mutex_);
  draining_ = true;
  changed_.notify_all();
}

namespace {

// The part that both kinds of stream share. `Reactor` is gRPC's base class; the object belongs to
// gRPC once its Start returned and dies in OnDone, which comes after Finish and after all other
// reactions.
template <class Reactor>
class StreamCall : public Reactor, public Executor::Task {
 public:
  // Hands the call to a stream thread, or finishes it.
  void Begin() {
    absl::Status status = call_.Admit();
    if (status.ok()) {
      end_ = std::make_unique<StreamEnd>(call_.context().deadline);
      call_.shared().gate.Add(*end_);
      if (call_.shared().streams.Submit(*this)) return;
      status = ServerBusy("streams");
    }
    this->Finish(call_.Close(status));
  }

  void OnCancel() override {
    if (end_ == nullptr) return;
    std::lock_guard lock(end_->mutex());
    end_->Cancel();
  }

  void OnDone() override {
    if (end_ != nullptr) call_.shared().gate.Remove(*end_);
    delete this;
  }

 protected:
  StreamCall(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc)
      : call_(shared, route, grpc) {}

  // A handler that was told to end and ended well did not do all: the caller must know.
  absl::Status Outcome(const absl::Status& handled) {
    std::lock_guard lock(end_->mutex());
    return handled.ok() ? end_->told() : handled;
  }

  Call call_;
  std::unique_ptr<StreamEnd> end_;  // null when the call was refused
};

class ServerStreamCall final : public StreamCall<grpc::ServerWriteReactor<ByteBuffer>>,
                               public RawWriter {
 public:
  ServerStreamCall(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc,
                   const ByteBuffer& request)
      : StreamCall(shared, route, grpc), request_(request) {}

  void Run() override {
    absl::Status status = call_.MayStart();
    if (status.ok()) status = Call::Guard([this] { return Handle(); });
    const grpc::Status wire = call_.Close(Outcome(std::move(status)));
    {
      std::lock_guard lock(end_->mutex());
      if (writing_) {
        // The caller does not read; this thread need not wait for it. OnWriteDone finishes the
        // call.
        finish_with_ = wire;
        return;
      }
    }
    Finish(wire);
  }

  // One message is on its way while the handler makes the next.
  absl::Status Write(const google::protobuf::Message& message) override {
    ByteBuffer next;
    JZ_RETURN_IF_ERROR(Serialize(message, next));
    {
      std::unique_lock lock(end_->mutex());
      end_->Wait(lock, [this] { return !writing_; });
      JZ_RETURN_IF_ERROR(end_->Early());
      writing_ = true;
      outgoing_.Swap(&next);
    }
    StartWrite(&outgoing_);
    return absl::OkStatus();
  }

  bool ShouldEnd() const override {
    std::lock_guard lock(end_->mutex());
    return !end_->Early().ok();
  }

  void OnWriteDone(bool ok) override {
    std::optional<grpc::Status> finish_with;
    {
      std::lock_guard lock(end_->mutex());
      writing_ = false;
      if (!ok) end_->Cancel();
      end_->Notify();
      finish_with.swap(finish_with_);
    }
    if (finish_with.has_value()) Finish(*std::move(finish_with));
  }

 private:
  absl::Status Handle() {
    const Method& method = call_.route().method;
    google::protobuf::Arena arena;
    google::protobuf::Message* request = method.request->New(&arena);
    JZ_RETURN_IF_ERROR(Parse(request_, *request));
    return method.server_stream(call_.context(), *request, *this);
  }

  const ByteBuffer& request_;
  // Guarded by the mutex of end_.
  bool writing_ = false;
  ByteBuffer outgoing_;
  std::optional<grpc::Status> finish_with_;
};

class ClientStreamCall final : public StreamCall<grpc::ServerReadReactor<ByteBuffer>>,
                               public RawReader {
 public:
  ClientStreamCall(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc,
                   ByteBuffer& response)
      : StreamCall(shared, route, grpc), grpc_(grpc), response_(response) {}

  void Run() override {
    absl::Status status = call_.MayStart();
    if (status.ok()) status = Call::Guard([this] { return Handle(); });
    Finish(call_.Close(Outcome(std::move(status))));
  }

  absl::StatusOr<bool> Read(google::protobuf::Message& message) override {
    ByteBuffer bytes;
    if (std::exchange(first_, false)) StartRead(&incoming_);
    {
      std::unique_lock lock(end_->mutex());
      end_->Wait(lock, [this] { return arrived_ || at_end_; });
      if (at_end_) return false;
      JZ_RETURN_IF_ERROR(end_->Early());
      arrived_ = false;
      bytes.Swap(&incoming_);
    }
    StartRead(&incoming_);  // the next arrives while the handler works on this one
    JZ_RETURN_IF_ERROR(Parse(bytes, message));
    return true;
  }

  void OnReadDone(bool ok) override {
    std::lock_guard lock(end_->mutex());
    if (ok) {
      arrived_ = true;
    } else if (grpc_.IsCancelled()) {
      end_->Cancel();  // cut, not ended: half an upload must not look like a whole one
    } else {
      at_end_ = true;
    }
    end_->Notify();
  }

 private:
  absl::Status Handle() {
    const Method& method = call_.route().method;
    std::unique_ptr<google::protobuf::Message> response(method.response->New());
    JZ_RETURN_IF_ERROR(method.client_stream(call_.context(), *this, *response));
    return Serialize(*response, response_);
  }

  grpc::CallbackServerContext& grpc_;
  ByteBuffer& response_;
  bool first_ = true;
  // Guarded by the mutex of end_.
  bool arrived_ = false;
  bool at_end_ = false;
  ByteBuffer incoming_;
};

}  // namespace

grpc::ServerWriteReactor<ByteBuffer>* StartServerStream(Shared& shared, const Route& route,
                                                        grpc::CallbackServerContext& grpc,
                                                        const ByteBuffer& request) {
  auto* const call = new ServerStreamCall(shared, route, grpc, request);
  call->Begin();
  return call;
}

grpc::ServerReadReactor<ByteBuffer>* StartClientStream(Shared& shared, const Route& route,
                                                       grpc::CallbackServerContext& grpc,
                                                       ByteBuffer& response) {
  auto* const call = new ClientStreamCall(shared, route, grpc, response);
  call->Begin();
  return call;
}

}  // namespace jz::rpc
