#include "common/rpc/route.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status.h"
#include "google/protobuf/descriptor.h"
#include "jingzhun/common/v1/options.pb.h"

namespace jz::rpc {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

absl::string_view KindName(Method::Kind kind) {
  switch (kind) {
    case Method::Kind::kUnary:
      return "unary";
    case Method::Kind::kServerStream:
      return "server streaming";
    case Method::Kind::kClientStream:
      return "client streaming";
  }
  return "unknown";
}

bool SameKind(const MethodDescriptor& declared, Method::Kind kind) {
  return declared.client_streaming() == (kind == Method::Kind::kClientStream) &&
         declared.server_streaming() == (kind == Method::Kind::kServerStream);
}

const jingzhun::common::v1::Access& AccessOf(const MethodDescriptor& declared) {
  return declared.options().GetExtension(jingzhun::common::v1::access);
}

void CheckMethod(const MethodDescriptor& declared, const Method& method,
                 std::vector<std::string>& problems) {
  if (!SameKind(declared, method.kind)) {
    problems.push_back(absl::StrCat(declared.full_name(), " is routed as ", KindName(method.kind),
                                    ", which the proto does not say"));
  }
  const auto check_type = [&](absl::string_view what, const google::protobuf::Descriptor* routed,
                              const google::protobuf::Descriptor* wanted) {
    if (routed == wanted) return;
    problems.push_back(absl::StrCat(declared.full_name(), " has the ", what, " type ",
                                    routed->full_name(), ", not ", wanted->full_name()));
  };
  check_type("request", method.request->GetDescriptor(), declared.input_type());
  check_type("response", method.response->GetDescriptor(), declared.output_type());
}

// Every method of the service exactly once, with a permission.
void CheckRouter(const Router& router, const ServiceDescriptor& service,
                 std::vector<std::string>& problems) {
  absl::flat_hash_map<std::string, int> routed;
  for (const Method& method : router.methods()) {
    if (routed[method.name]++ == 1) {
      problems.push_back(absl::StrCat(router.service(), ".", method.name, " is routed twice"));
    }
    const MethodDescriptor* declared = service.FindMethodByName(method.name);
    if (declared == nullptr) {
      problems.push_back(absl::StrCat(router.service(), ".", method.name, " is not in the proto"));
    } else {
      CheckMethod(*declared, method, problems);
    }
  }
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& declared = *service.method(i);
    if (!routed.contains(declared.name())) {
      problems.push_back(absl::StrCat(declared.full_name(), " is not routed"));
    }
    if (AccessOf(declared).permission().empty()) {
      problems.push_back(absl::StrCat(declared.full_name(), " declares no permission"));
    }
  }
}

absl::Duration MaxDeadline(const ServerOptions& options, const MethodDescriptor& declared,
                           Method::Kind kind) {
  if (const int32_t ms = AccessOf(declared).max_deadline_ms(); ms > 0)
    return absl::Milliseconds(ms);
  return kind == Method::Kind::kUnary ? options.max_deadline : options.max_stream_deadline;
}

Routes RoutesOf(const ServerOptions& options, const Router& router,
                const ServiceDescriptor& service, telemetry::Metrics& metrics) {
  Routes routes{.service = router.service(), .methods = {}};
  for (const Method& method : router.methods()) {
    const MethodDescriptor& declared = *service.FindMethodByName(method.name);
    auto route = std::make_unique<Route>();
    route->method = method;
    route->path = absl::StrCat("/", router.service(), "/", method.name);
    route->permission = AccessOf(declared).permission();
    route->max_deadline = MaxDeadline(options, declared, method.kind);
    route->metric =
        &metrics.ForRpc(options.service, absl::StrCat(service.name(), "/", method.name));
    routes.methods.push_back(std::move(route));
  }
  return routes;
}

}  // namespace

absl::StatusOr<std::vector<Routes>> MakeRoutes(const ServerOptions& options,
                                               const std::vector<Router>& routers,
                                               telemetry::Metrics& metrics) {
  std::vector<std::string> problems;
  std::vector<const ServiceDescriptor*> services;
  for (const Router& router : routers) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(router.service());
    services.push_back(service);
    if (service == nullptr) {
      problems.push_back(absl::StrCat(router.service(), " is not a service of any linked proto"));
    } else {
      CheckRouter(router, *service, problems);
    }
  }
  if (!problems.empty()) {
    return FailedPrecondition("ROUTES_INVALID", {}, absl::StrJoin(problems, "; "));
  }
  std::vector<Routes> all;
  for (size_t i = 0; i < routers.size(); ++i) {
    all.push_back(RoutesOf(options, routers[i], *services[i], metrics));
  }
  return all;
}

}  // namespace jz::rpc
