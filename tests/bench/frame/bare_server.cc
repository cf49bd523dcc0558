#include "tests/bench/frame/bare_server.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>

#include "echo.pb.h"

namespace jz::bench {
namespace {

using jingzhun::testing::v1::EchoRequest;
using jingzhun::testing::v1::EchoResponse;

class NoOpService final : public grpc::Service {
 public:
  NoOpService() {
    AddMethod(new grpc::internal::RpcServiceMethod("/jingzhun.testing.v1.EchoService/Echo",
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodCallback(
        0, new grpc::internal::CallbackUnaryHandler<EchoRequest, EchoResponse>(
               [](grpc::CallbackServerContext* context, const EchoRequest*, EchoResponse*) {
                 auto* reactor = context->DefaultReactor();
                 reactor->Finish(grpc::Status::OK);
                 return reactor;
               }));
  }
};

}  // namespace

BareServer::BareServer() : service_(std::make_unique<NoOpService>()) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
}

BareServer::~BareServer() { server_->Shutdown(); }

}  // namespace jz::bench
