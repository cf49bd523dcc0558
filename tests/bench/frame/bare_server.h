// The baseline: a no-op method as gRPC's code generator would serve it with the callback API.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

namespace jz::bench {

class BareServer {
 public:
  BareServer();
  ~BareServer();
  int port() const { return port_; }

 private:
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace jz::bench
