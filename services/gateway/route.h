// The REST routes that the annotations of the protos ask for.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "services/gateway/path_template.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

// One HTTP method on one path template, and the RPC behind it.
struct Route {
  enum class Kind { kUnary, kServerStream, kUpload };
  enum class Body {
    kNone,
    kWhole,  // `body: "*"`: JSON of the request
    kField,  // `body: "household"`: JSON of that field
    kRaw,    // `body: "data"`, a bytes field: the body as it is
  };
  using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string http_method;  // "GET"
  PathTemplate path;
  std::string rpc_path;  // "/jingzhun.funds.v1.FundsService/GetAccount"
  std::string service;   // "funds"
  Kind kind = Kind::kUnary;
  Body body = Body::kNone;
  const google::protobuf::FieldDescriptor* body_field = nullptr;
  // `response_body`; a bytes field is sent as it is, others as JSON.
  const google::protobuf::FieldDescriptor* response_field = nullptr;
  std::vector<FieldPath> variables;  // the fields of path.variables
  const google::protobuf::FieldDescriptor* request_etag = nullptr;
  const google::protobuf::FieldDescriptor* response_etag = nullptr;
  // From the method's `access` option; zero when it sets none.
  absl::Duration max_deadline;
  std::string permission;

  bool raw_response() const {
    return response_field != nullptr &&
           response_field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES;
  }
};

// All routes of the methods of `services` ("funds", …). FAILED_PRECONDITION, reason HTTP_RULE,
// naming the method, for an annotation that cannot be served: a developer's mistake, found at start
// and by tests.
absl::StatusOr<std::vector<Route>> MakeRoutes(const Schema& schema,
                                              const std::set<std::string>& services);

}  // namespace jz::gateway
