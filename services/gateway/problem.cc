#include "services/gateway/problem.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "common/status/wire.h"
#include "google/rpc/error_details.pb.h"

namespace jz::gateway {
namespace {

using nlohmann::ordered_json;

constexpr int kDefaultRetryAfterS = 1;
constexpr char kWrongEtag[] = "ETAG_MISMATCH";  // of all services

struct CodeRow {
  absl::StatusCode code;
  int http_status;
  const char* title;
};

constexpr CodeRow kCodes[] = {
    {absl::StatusCode::kOk, 200, "OK"},
    {absl::StatusCode::kCancelled, 499, "Cancelled"},
    {absl::StatusCode::kUnknown, 500, "Unknown error"},
    {absl::StatusCode::kInvalidArgument, 400, "Invalid argument"},
    {absl::StatusCode::kDeadlineExceeded, 504, "Deadline exceeded"},
    {absl::StatusCode::kNotFound, 404, "Not found"},
    {absl::StatusCode::kAlreadyExists, 409, "Already exists"},
    {absl::StatusCode::kPermissionDenied, 403, "Permission denied"},
    {absl::StatusCode::kResourceExhausted, 429, "Too many requests"},
    {absl::StatusCode::kFailedPrecondition, 400, "Failed precondition"},
    {absl::StatusCode::kAborted, 409, "Aborted"},
    {absl::StatusCode::kOutOfRange, 400, "Out of range"},
    {absl::StatusCode::kUnimplemented, 501, "Not implemented"},
    {absl::StatusCode::kInternal, 500, "Internal error"},
    {absl::StatusCode::kUnavailable, 503, "Unavailable"},
    {absl::StatusCode::kDataLoss, 500, "Data loss"},
    {absl::StatusCode::kUnauthenticated, 401, "Unauthenticated"},
};

struct HttpTitle {
  int status;
  const char* title;
};

// What HTTP distinguishes and gRPC does not, by the gateway's reason.
struct ReasonRow {
  const char* reason;
  HttpTitle http;
};

constexpr ReasonRow kReasons[] = {
    {"METHOD_NOT_ALLOWED", {405, "Method not allowed"}},
    {"REQUEST_TIMEOUT", {408, "Request timeout"}},
    {kWrongEtag, {412, "Precondition failed"}},
    {"MESSAGE_TOO_LARGE", {413, "Content too large"}},
    {"BODY_TOO_LARGE", {413, "Content too large"}},
    {"URI_TOO_LONG", {414, "URI too long"}},
    {"CONTENT_TYPE", {415, "Unsupported media type"}},
    {"CONTENT_ENCODING", {415, "Unsupported media type"}},
    {"HEADER_TOO_LARGE", {431, "Header too large"}},
    {"HTTP_VERSION", {505, "HTTP version not supported"}},
};

const CodeRow& RowOf(absl::StatusCode code) {
  const CodeRow* found =
      absl::c_find_if(kCodes, [code](const CodeRow& row) { return row.code == code; });
  return found == std::end(kCodes) ? kCodes[2] : *found;
}

// The rule leads the text of a violation (see Violations::ToStatus): "REQUIRED: must be given".
ordered_json ViolationJson(const google::rpc::BadRequest::FieldViolation& violation) {
  absl::string_view text = violation.description();
  absl::string_view rule;
  const size_t colon = text.find(": ");
  const bool has_rule = colon != absl::string_view::npos && colon > 0 &&
                        absl::c_all_of(text.substr(0, colon), [](char c) {
                          return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
                        });
  if (has_rule) {
    rule = text.substr(0, colon);
    text.remove_prefix(colon + 2);
  }
  return {{"field", violation.field()},
          {"rule", std::string(rule)},
          {"description", std::string(text)}};
}

// What the details of a status say.
struct Details {
  google::rpc::ErrorInfo info;
  ordered_json violations = ordered_json::array();
  std::optional<int> retry_after_s;
};

Details ReadDetails(const google::rpc::Status& status) {
  Details details;
  for (const auto& any : status.details()) {
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    if (any.Is<google::rpc::ErrorInfo>()) {
      any.UnpackTo(&details.info);
    } else if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        details.violations.push_back(ViolationJson(violation));
      }
    } else if (any.UnpackTo(&retry)) {
      const auto& delay = retry.retry_delay();
      details.retry_after_s = static_cast<int>(delay.seconds()) + (delay.nanos() > 0 ? 1 : 0);
    }
  }
  return details;
}

// For an error without details: gRPC's own text may name addresses.
absl::Status TransportError(const google::rpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.code());
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return MakeError(code, "SERVICE_UNREACHABLE", {}, "the service cannot be reached");
    case absl::StatusCode::kDeadlineExceeded:
      return MakeError(code, "DEADLINE_EXCEEDED", {}, "the service did not answer in time");
    case absl::StatusCode::kUnimplemented:
      return MakeError(code, "METHOD_UNIMPLEMENTED", {}, "the service does not have this method");
    case absl::StatusCode::kResourceExhausted:
      return MakeError(code, "MESSAGE_TOO_LARGE", {},
                       "a message or header is larger than the service or the gateway takes");
    default:
      return MakeError(code, "CALL_FAILED", {}, "the call failed");
  }
}

Problem Build(const google::rpc::Status& status, absl::string_view trace_id, HttpTitle http) {
  Details details = ReadDetails(status);
  Problem problem;
  problem.code = RowOf(static_cast<absl::StatusCode>(status.code())).code;
  problem.http_status = http.status;
  problem.reason = details.info.reason();
  problem.retry_after_s = details.retry_after_s;
  const bool overload = http.status == 429 || http.status == 503;
  if (overload && !problem.retry_after_s.has_value() && details.info.domain() == kGatewayDomain) {
    problem.retry_after_s = kDefaultRetryAfterS;
  }
  const std::map<std::string, std::string> metadata(details.info.metadata().begin(),
                                                    details.info.metadata().end());
  const ordered_json json = {
      {"type", absl::StrCat("urn:jingzhun:problem:", details.info.domain(), ":", problem.reason)},
      {"title", http.title},
      {"status", http.status},
      {"detail", status.message()},
      {"instance", std::string(trace_id)},
      {"code", absl::StatusCodeToString(problem.code)},
      {"reason", problem.reason},
      {"domain", details.info.domain()},
      {"metadata", metadata},
      {"violations", std::move(details.violations)},
  };
  problem.json = json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return problem;
}

HttpTitle HttpTitleOf(const google::rpc::Status& status, absl::string_view own_reason) {
  const ReasonRow* special = absl::c_find_if(
      kReasons, [own_reason](const ReasonRow& row) { return row.reason == own_reason; });
  if (special != std::end(kReasons)) return special->http;
  const CodeRow& row = RowOf(static_cast<absl::StatusCode>(status.code()));
  return {row.http_status, row.title};
}

}  // namespace

Problem MakeProblem(const google::rpc::Status& status, absl::string_view trace_id, bool if_match) {
  if (status.details().empty()) return MakeProblem(TransportError(status), trace_id);
  const bool wrong_etag = if_match &&
                          status.code() == static_cast<int>(absl::StatusCode::kAborted) &&
                          ReadDetails(status).info.reason() == kWrongEtag;
  return Build(status, trace_id, HttpTitleOf(status, wrong_etag ? kWrongEtag : ""));
}

Problem MakeProblem(const absl::Status& status, absl::string_view trace_id) {
  const google::rpc::Status wire = ToWire(status, kGatewayDomain);
  return Build(wire, trace_id, HttpTitleOf(wire, ReasonOf(status)));
}

}  // namespace jz::gateway
