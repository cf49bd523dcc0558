#include "services/gateway/call.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"
#include "services/gateway/call_timeout.h"
#include "services/gateway/parameters.h"
#include "services/gateway/wire_value.h"

namespace jz::gateway {
namespace {

bool IsJson(absl::string_view content_type) {
  // An absent header has a view without data, which absl splits into no part at all.
  if (content_type.empty()) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(content_type, ';');
  if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(parts[0]), "application/json"))
    return false;
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::string_view part = absl::StripAsciiWhitespace(parts[i]);
    if (!absl::StartsWithIgnoreCase(part, "charset=")) continue;
    part.remove_prefix(sizeof("charset=") - 1);
    absl::ConsumePrefix(&part, "\"");
    absl::ConsumeSuffix(&part, "\"");
    if (!absl::EqualsIgnoreCase(part, "utf-8")) return false;
  }
  return true;
}

absl::Status CheckContentType(const Route& route, const HttpRequest& request) {
  const bool identity = request.content_encoding.empty() ||
                        absl::EqualsIgnoreCase(request.content_encoding, "identity");
  if (!identity) {
    return InvalidArgument("CONTENT_ENCODING", {}, "the body must not be compressed");
  }
  if (route.body != Route::Body::kRaw) {
    if (IsJson(request.content_type)) return absl::OkStatus();
    return InvalidArgument("CONTENT_TYPE", {{"expected", "application/json"}},
                           "the body must be application/json in UTF-8");
  }
  const bool form =
      absl::StartsWithIgnoreCase(request.content_type, "multipart/") ||
      absl::StartsWithIgnoreCase(request.content_type, "application/x-www-form-urlencoded");
  if (!form) return absl::OkStatus();
  return InvalidArgument("CONTENT_TYPE", {{"expected", "application/octet-stream"}},
                         "the file itself must be the body, not a form that holds it");
}

absl::Status CheckBody(const Route& route, const HttpRequest& request, const CallLimits& limits) {
  if (!request.has_body) return absl::OkStatus();
  if (route.body == Route::Body::kNone) {
    return InvalidArgument("BODY_NOT_EXPECTED", {}, "this method takes no body");
  }
  const uint64_t limit = BodyLimit(route, limits);
  if (request.content_length.has_value() && *request.content_length > limit) {
    return InvalidArgument("BODY_TOO_LARGE", {{"limit_bytes", absl::StrCat(limit)}},
                           "the body is too large");
  }
  return CheckContentType(route, request);
}

// If-Match: "3f2a" becomes the request's etag.
absl::Status BindIfMatch(const Route& route, absl::string_view if_match, std::string* wire) {
  if (if_match.empty() || if_match == "*") return absl::OkStatus();
  if (route.request_etag == nullptr) {
    return InvalidArgument("IF_MATCH_UNSUPPORTED", {}, "this method has no etag to compare");
  }
  const bool quoted = absl::ConsumePrefix(&if_match, "\"") && absl::ConsumeSuffix(&if_match, "\"");
  if (!quoted || if_match.empty() || absl::StrContains(if_match, '"')) {
    return InvalidArgument("IF_MATCH_INVALID", {}, "If-Match must be one etag in quotes, or *");
  }
  if (!FindBytes(*wire, route.request_etag->number()).empty()) {
    return InvalidArgument("IF_MATCH_INVALID", {}, "the etag is given as a parameter, too");
  }
  AppendBytes(route.request_etag->number(), if_match, wire);
  return absl::OkStatus();
}

}  // namespace

uint64_t BodyLimit(const Route& route, const CallLimits& limits) {
  return route.kind == Route::Kind::kUpload ? limits.max_upload_bytes : limits.max_body_bytes;
}

absl::StatusOr<PreparedCall> PrepareCall(const CallEnvironment& environment, const Route& route,
                                         const std::vector<absl::string_view>& path_values,
                                         const HttpRequest& request) {
  if (request.http_1_0 && route.kind == Route::Kind::kServerStream) {
    return InvalidArgument("HTTP_VERSION", {}, "a stream of answers needs HTTP/1.1");
  }
  JZ_RETURN_IF_ERROR(CheckBody(route, request, environment.limits));
  JZ_ASSIGN_OR_RETURN(const absl::Duration timeout,
                      CallTimeout(route, request, environment.limits));
  PreparedCall call;
  Violations violations;
  BindParameters(environment.schema, route, {path_values, request.query}, &call.parameters,
                 &violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(BindIfMatch(route, request.if_match, &call.parameters));
  call.route = &route;
  call.options.deadline = absl::Now() + timeout;
  call.options.authorization = std::string(request.authorization);
  call.options.traceparent = request.trace.traceparent;
  call.has_body = request.has_body;
  call.content_length = request.content_length;
  call.has_if_match = !request.if_match.empty();
  call.if_none_match = std::string(request.if_none_match);
  call.trace_id = request.trace.trace_id;
  return call;
}

absl::StatusOr<std::string> RequestMessage(const CallEnvironment& environment,
                                           const PreparedCall& call, absl::string_view body) {
  const Route& route = *call.route;
  std::string wire;
  if (body.empty() || route.body == Route::Body::kNone) return call.parameters;
  if (route.body == Route::Body::kRaw) {
    AppendBytes(route.body_field->number(), body, &wire);
  } else if (route.body == Route::Body::kWhole) {
    JZ_RETURN_IF_ERROR(environment.transcoder.ToWire(*route.method->input_type(), body, &wire));
  } else {
    // Checked alone first: as part of an object, `1,"other":2` would set another field.
    if (!nlohmann::json::accept(body.begin(), body.end())) {
      return InvalidArgument("JSON_SYNTAX", {}, "the body is not one JSON value");
    }
    const std::string object = absl::StrCat("{\"", route.body_field->json_name(), "\":", body, "}");
    JZ_RETURN_IF_ERROR(environment.transcoder.ToWire(*route.method->input_type(), object, &wire));
  }
  wire += call.parameters;
  return wire;
}

}  // namespace jz::gateway
