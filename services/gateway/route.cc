#include "services/gateway/route.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "google/api/annotations.pb.h"
#include "google/api/http.pb.h"
#include "jingzhun/common/v1/options.pb.h"

namespace jz::gateway {
namespace {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

absl::Status RuleError(const MethodDescriptor& method, absl::string_view problem) {
  return FailedPrecondition("HTTP_RULE", {{"method", method.full_name()}},
                            absl::StrCat(method.full_name(), ": ", problem));
}

// The HTTP method and the template of a rule.
std::pair<std::string, std::string> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    default:
      return {};
  }
}

const FieldDescriptor* EtagOf(const Descriptor* message) {
  const FieldDescriptor* field = message->FindFieldByName("etag");
  const bool text =
      field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
  return text ? field : nullptr;
}

bool IsPathValue(const Route::FieldPath& path) {
  return !path.empty() && !path.back()->is_repeated() &&
         path.back()->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
}

absl::Status SetBody(const Schema& schema, const HttpRule& rule, Route* route) {
  const MethodDescriptor& method = *route->method;
  if (rule.body() == "*") {
    route->body = Route::Body::kWhole;
  } else if (!rule.body().empty()) {
    route->body_field = schema.FindField(method.input_type(), rule.body());
    if (route->body_field == nullptr) return RuleError(method, "its body names no field");
    const bool raw = route->body_field->type() == FieldDescriptor::TYPE_BYTES &&
                     !route->body_field->is_repeated();
    route->body = raw ? Route::Body::kRaw : Route::Body::kField;
  }
  if (!rule.response_body().empty()) {
    route->response_field = schema.FindField(method.output_type(), rule.response_body());
    if (route->response_field == nullptr) {
      return RuleError(method, "its response_body names no field");
    }
  }
  return absl::OkStatus();
}

absl::Status SetKind(Route* route) {
  const MethodDescriptor& method = *route->method;
  if (method.client_streaming() && method.server_streaming()) {
    return RuleError(method, "a stream in both directions cannot be served over HTTP/1.1");
  }
  if (method.client_streaming()) {
    route->kind = Route::Kind::kUpload;
    if (route->body != Route::Body::kRaw) {
      return RuleError(method, "a stream of requests needs `body` to name a bytes field");
    }
  } else if (method.server_streaming()) {
    route->kind = Route::Kind::kServerStream;
  }
  return absl::OkStatus();
}

absl::StatusOr<Route> MakeRoute(const Schema& schema, const MethodDescriptor& method,
                                const HttpRule& rule) {
  Route route;
  route.method = &method;
  route.service = ServiceName(*method.service());
  route.rpc_path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  auto [http_method, path] = PatternOf(rule);
  if (http_method.empty() || http_method == "*") return RuleError(method, "it has no HTTP method");
  route.http_method = http_method;
  absl::StatusOr<PathTemplate> parsed = PathTemplate::Parse(path);
  if (!parsed.ok()) return RuleError(method, parsed.status().message());
  route.path = *std::move(parsed);
  JZ_RETURN_IF_ERROR(SetBody(schema, rule, &route));
  JZ_RETURN_IF_ERROR(SetKind(&route));
  for (const PathTemplate::Variable& variable : route.path.variables) {
    Route::FieldPath fields = schema.FindPath(method.input_type(), variable.field_path);
    if (!IsPathValue(fields)) {
      return RuleError(method, absl::StrCat("'", variable.field_path, "' names no single value"));
    }
    route.variables.push_back(std::move(fields));
  }
  route.request_etag = EtagOf(method.input_type());
  if (route.kind == Route::Kind::kUnary) route.response_etag = EtagOf(method.output_type());
  const auto& access = method.options().GetExtension(jingzhun::common::v1::access);
  route.max_deadline = absl::Milliseconds(access.max_deadline_ms());
  route.permission = access.permission();
  return route;
}

}  // namespace

absl::StatusOr<std::vector<Route>> MakeRoutes(const Schema& schema,
                                              const std::set<std::string>& services) {
  std::vector<Route> routes;
  for (const auto* service : schema.services()) {
    if (services.count(ServiceName(*service)) == 0) continue;
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) continue;
      const HttpRule& rule = method.options().GetExtension(google::api::http);
      JZ_ASSIGN_OR_RETURN(Route route, MakeRoute(schema, method, rule));
      routes.push_back(std::move(route));
      for (const HttpRule& additional : rule.additional_bindings()) {
        JZ_ASSIGN_OR_RETURN(Route other, MakeRoute(schema, method, additional));
        routes.push_back(std::move(other));
      }
    }
  }
  return routes;
}

}  // namespace jz::gateway
