#include "common/rpc/adaptor.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "common/rpc/stream.h"
#include "common/rpc/wire_message.h"
#include "common/status/status.h"
#include "google/protobuf/arena.h"

namespace jz::rpc {
namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

// A unary call. Deletes itself with its end.
class UnaryCall final : public Executor::Task, public RawAnswer {
 public:
  static grpc::ServerUnaryReactor* Start(Shared& shared, const Route& route,
                                         grpc::CallbackServerContext& grpc,
                                         const ByteBuffer& request, ByteBuffer& response) {
    // gRPC's own reactor: any other costs a hop to another thread at the end of the call.
    grpc::ServerUnaryReactor* const reactor = grpc.DefaultReactor();
    auto* const call = new UnaryCall(shared, route, grpc, request, response, *reactor);
    absl::Status status = call->call_.Admit();
    if (status.ok()) {
      if (shared.unary.Submit(*call)) return reactor;
      status = ServerBusy("calls");
    }
    call->End(status);
    return reactor;
  }

  void Run() override {
    absl::Status status = call_.MayStart();
    if (status.ok()) status = Call::Guard([this] { return ParseRequest(); });
    if (!status.ok()) return End(status);
    if (const Method& method = call_.route().method; method.deferred) {
      // Afterwards this call may be gone. What the handler throws, it threw its Answer away with.
      Call::Guard([&] {
        method.deferred(call_.context(), *parsed_, *this);
        return absl::OkStatus();
      }).IgnoreError();
    } else {
      End(Call::Guard([this] { return Handle(); }));
    }
  }

  void Finish(const google::protobuf::Message& response) override {
    End(Serialize(response, response_));
  }
  void Fail(const absl::Status& status) override { End(status); }

 private:
  UnaryCall(Shared& shared, const Route& route, grpc::CallbackServerContext& grpc,
            const ByteBuffer& request, ByteBuffer& response, grpc::ServerUnaryReactor& reactor)
      : call_(shared, route, grpc), request_(request), response_(response), reactor_(reactor) {}

  absl::Status ParseRequest() {
    google::protobuf::ArenaOptions sizes;
    sizes.start_block_size = std::clamp<size_t>(request_.Length() * 4, 512, 256 << 10);
    arena_.emplace(sizes);
    parsed_ = call_.route().method.request->New(&*arena_);
    return Parse(request_, *parsed_);
  }

  absl::Status Handle() {
    const Method& method = call_.route().method;
    // Not in the arena: the handler's result is moved into it, which between arenas is a copy.
    std::unique_ptr<google::protobuf::Message> response(method.response->New());
    JZ_RETURN_IF_ERROR(method.unary(call_.context(), *parsed_, *response));
    return Serialize(*response, response_);
  }

  void End(const absl::Status& status) {
    reactor_.Finish(call_.Close(status));
    delete this;
  }

  Call call_;
  const ByteBuffer& request_;
  ByteBuffer& response_;
  grpc::ServerUnaryReactor& reactor_;
  std::optional<google::protobuf::Arena> arena_;
  google::protobuf::Message* parsed_ = nullptr;  // in the arena
};

RpcMethod::RpcType TypeOf(Method::Kind kind) {
  switch (kind) {
    case Method::Kind::kUnary:
      return RpcMethod::NORMAL_RPC;
    case Method::Kind::kServerStream:
      return RpcMethod::SERVER_STREAMING;
    case Method::Kind::kClientStream:
      return RpcMethod::CLIENT_STREAMING;
  }
  return RpcMethod::NORMAL_RPC;
}

grpc::internal::MethodHandler* HandlerFor(Shared& shared, const Route& route) {
  switch (route.method.kind) {
    case Method::Kind::kUnary:
      return new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
          [&](grpc::CallbackServerContext* grpc, const ByteBuffer* request, ByteBuffer* response) {
            return UnaryCall::Start(shared, route, *grpc, *request, *response);
          });
    case Method::Kind::kServerStream:
      return new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
          [&](grpc::CallbackServerContext* grpc, const ByteBuffer* request) {
            return StartServerStream(shared, route, *grpc, *request);
          });
    case Method::Kind::kClientStream:
      return new grpc::internal::CallbackClientStreamingHandler<ByteBuffer, ByteBuffer>(
          [&](grpc::CallbackServerContext* grpc, ByteBuffer* response) {
            return StartClientStream(shared, route, *grpc, *response);
          });
  }
  return nullptr;
}

}  // namespace

RoutedService::RoutedService(Shared& shared, Routes routes) : routes_(std::move(routes)) {
  for (size_t i = 0; i < routes_.methods.size(); ++i) {
    AddRoute(static_cast<int>(i), shared, *routes_.methods[i]);
  }
}

void RoutedService::AddRoute(int index, Shared& shared, const Route& route) {
  // gRPC keeps the pointer to the name and owns the two objects.
  AddMethod(new RpcServiceMethod(route.path.c_str(), TypeOf(route.method.kind), nullptr));
  MarkMethodCallback(index, HandlerFor(shared, route));
}

}  // namespace jz::rpc
