#include "services/gateway/openapi.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/gateway/comments.h"
#include "services/gateway/json_value.h"
#include "services/gateway/openapi_path.h"
#include "services/gateway/openapi_schema.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ServiceDescriptor;
using nlohmann::ordered_json;

// Nested messages become parameters `parent.child` down to here.
constexpr int kMaxParameterDepth = 3;

constexpr char kIntroduction[] =
    "The REST form of all services, made from their protos. Every call needs a token in the header "
    "`Authorization: Bearer …`. 64-bit numbers are strings in JSON, enums are names. Errors are "
    "problem "
    "details (application/problem+json) with a stable `reason`. `X-Trace-Id` of an answer names "
    "the request "
    "in the logs. An optional header `X-Request-Timeout` (seconds) limits how long a call may "
    "take.";

constexpr char kStreamNote[] =
    "A stream: one message a line (newline-delimited JSON). When it fails midway, the last line is "
    "`{\"error\": Problem}` and the answer is cut off.";

// "identification.RegisterService".
std::string TagOf(const ServiceDescriptor& service) {
  return absl::StrCat(ServiceName(service), ".", service.name());
}

// The first sentence, or all.
std::string Summary(const std::string& comment) {
  for (size_t i = 0; i + 1 < comment.size(); ++i) {
    if (comment[i] == '.' && absl::ascii_isspace(comment[i + 1])) return comment.substr(0, i + 1);
  }
  return comment;
}

bool IsBoundByPath(const Route& route, const Route::FieldPath& fields) {
  return absl::c_linear_search(route.variables, fields);
}

void AddPathParameters(const Route& route, const OpenApiPath& path, ordered_json* parameters) {
  for (const OpenApiPath::Parameter& parameter : path.parameters) {
    std::string description;
    if (parameter.variable >= 0) {
      const FieldDescriptor& field = *route.variables[parameter.variable].back();
      description = CommentOf(field);
      if (parameter.form != absl::StrCat("{", parameter.name, "}")) {
        absl::StrAppend(&description, description.empty() ? "" : "\n\n", "`", field.json_name(),
                        "` is `", parameter.form, "`.");
      }
    }
    if (parameter.rest) absl::StrAppend(&description, " May contain slashes.");
    parameters->push_back({{"name", parameter.name},
                           {"in", "path"},
                           {"required", true},
                           {"description", description},
                           {"schema", {{"type", "string"}}}});
  }
}

// One parameter for each value that the query can set.
class QueryParameters {
 public:
  QueryParameters(const Route& route, ordered_json* out) : route_(route), out_(out) {}

  void Add(const Descriptor& message, const std::string& prefix) {
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor* field = message.field(i);
      path_.push_back(field);
      const bool in_body = path_.size() == 1 && field == route_.body_field;
      if (!in_body && !IsBoundByPath(route_, path_)) AddField(*field, prefix + field->json_name());
      path_.pop_back();
    }
  }

 private:
  void AddField(const FieldDescriptor& field, const std::string& name) {
    const Descriptor* message = field.message_type();
    if (field.is_map() || (message != nullptr && IsFreeForm(*message))) return;
    if (message != nullptr && !HasTextForm(*message)) {
      if (field.is_repeated() || path_.size() >= kMaxParameterDepth) return;
      return Add(*message, name + ".");
    }
    ordered_json schema = FieldSchema(field);
    const std::string description = schema.value("description", "");
    schema.erase("description");
    out_->push_back({{"name", name},
                     {"in", "query"},
                     {"description", description},
                     {"schema", std::move(schema)}});
  }

  const Route& route_;
  ordered_json* out_;
  Route::FieldPath path_;
};

ordered_json Content(const std::string& type, ordered_json schema) {
  return {{type, {{"schema", std::move(schema)}}}};
}

ordered_json Binary() { return {{"type", "string"}, {"format", "binary"}}; }

ordered_json RequestBody(const Route& route) {
  ordered_json content;
  switch (route.body) {
    case Route::Body::kWhole:
      content = Content("application/json", MessageReference(*route.method->input_type()));
      break;
    case Route::Body::kField:
      content = Content("application/json", FieldSchema(*route.body_field));
      break;
    default:
      content = Content("application/octet-stream", Binary());
      content["text/csv"] = {{"schema", Binary()}};
  }
  ordered_json body = {{"required", route.body != Route::Body::kWhole}, {"content", content}};
  if (route.body_field != nullptr) {
    const std::string comment = CommentOf(*route.body_field);
    if (!comment.empty()) body["description"] = comment;
  }
  return body;
}

ordered_json Responses(const Route& route) {
  const bool stream = route.kind == Route::Kind::kServerStream;
  ordered_json ok;
  if (route.raw_response()) {
    ok = {{"description", "The file."}, {"content", Content("application/octet-stream", Binary())}};
  } else {
    ordered_json schema = route.response_field == nullptr
                              ? MessageReference(*route.method->output_type())
                              : FieldSchema(*route.response_field);
    ok = {{"description", stream ? kStreamNote : "Done."},
          {"content",
           Content(stream ? "application/x-ndjson" : "application/json", std::move(schema))}};
  }
  if (route.response_etag != nullptr) {
    ok["headers"]["ETag"] = {{"description", "The response's `etag`, in quotes."},
                             {"schema", {{"type", "string"}}}};
  }
  return {{"200", std::move(ok)}, {"default", {{"$ref", "#/components/responses/Problem"}}}};
}

ordered_json Operation(const Route& route, const OpenApiPath& path, int binding) {
  const std::string comment = CommentOf(*route.method);
  ordered_json parameters = ordered_json::array();
  AddPathParameters(route, path, &parameters);
  if (route.body != Route::Body::kWhole) {
    QueryParameters(route, &parameters).Add(*route.method->input_type(), "");
  }
  if (route.request_etag != nullptr) {
    parameters.push_back({{"name", "If-Match"},
                          {"in", "header"},
                          {"description", "The etag, in quotes, instead of the field `etag`."},
                          {"schema", {{"type", "string"}}}});
  }
  ordered_json operation = {
      {"operationId", absl::StrCat(route.method->service()->name(), "_", route.method->name(),
                                   binding > 1 ? absl::StrCat("_", binding) : "")},
      {"tags", ordered_json::array({TagOf(*route.method->service())})},
      {"summary", Summary(comment)},
      {"description", comment},
      {"x-rpc", absl::StrCat(route.method->service()->full_name(), "/", route.method->name())},
  };
  if (!route.permission.empty()) operation["x-permission"] = route.permission;
  operation["parameters"] = std::move(parameters);
  if (route.body != Route::Body::kNone) operation["requestBody"] = RequestBody(route);
  operation["responses"] = Responses(route);
  return operation;
}

ordered_json Tags(const std::vector<Route>& routes) {
  ordered_json tags = ordered_json::array();
  std::set<const ServiceDescriptor*> seen;
  for (const Route& route : routes) {
    const ServiceDescriptor* service = route.method->service();
    if (!seen.insert(service).second) continue;
    tags.push_back({{"name", TagOf(*service)}, {"description", CommentOf(*service)}});
  }
  return tags;
}

}  // namespace

std::string OpenApi(const Schema& schema, const std::vector<Route>& routes) {
  ordered_json paths = ordered_json::object();
  std::map<const void*, int> bindings;
  for (const Route& route : routes) {
    const OpenApiPath path = ToOpenApiPath(route.path);
    paths[path.path][absl::AsciiStrToLower(route.http_method)] =
        Operation(route, path, ++bindings[route.method]);
  }
  ordered_json document = {
      {"openapi", "3.0.3"},
      {"info", {{"title", "Jingzhun (精准)"}, {"version", "v1"}, {"description", kIntroduction}}},
      {"servers", ordered_json::array({{{"url", "/"}}})},
      {"security", ordered_json::array({{{"bearer", ordered_json::array()}}})},
      {"tags", Tags(routes)},
      {"paths", std::move(paths)},
  };
  ordered_json& components = document["components"];
  components["securitySchemes"]["bearer"] = {
      {"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}};
  components["responses"]["Problem"] = {
      {"description", "An error."},
      {"content", Content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}};
  components["schemas"] = ComponentSchemas(schema);
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace jz::gateway
