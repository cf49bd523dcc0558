// The grpc::Service of a router: what generated code would register, with the adaptor behind each
// method.
#pragma once

#include <grpcpp/impl/service_type.h>

#include "common/rpc/call.h"
#include "common/rpc/route.h"

namespace jz::rpc {

class RoutedService final : public grpc::Service {
 public:
  RoutedService(Shared& shared, Routes routes);

  const std::string& name() const { return routes_.service; }

 private:
  void AddRoute(int index, Shared& shared, const Route& route);

  const Routes routes_;
};

}  // namespace jz::rpc
