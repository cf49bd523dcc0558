#include "services/gateway/request_head.h"

#include <boost/beast/core/string.hpp>

#include "common/rpc/async_channel.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

namespace http = boost::beast::http;

constexpr size_t kMaxTargetBytes = 8 << 10;

absl::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

absl::Status HeaderError(absl::string_view name, absl::string_view problem) {
  return InvalidArgument("HEADER_INVALID", {{"header", std::string(name)}}, problem);
}

// A header that may be there once, and whose value goes into gRPC metadata or is compared.
absl::Status ReadOnce(const http::fields& fields, absl::string_view name,
                      absl::string_view* value) {
  auto [first, last] = fields.equal_range(boost::beast::string_view(name.data(), name.size()));
  if (first == last) return absl::OkStatus();
  *value = View(first->value());
  if (++first != last) return HeaderError(name, "the header is given more than once");
  if (!rpc::IsMetadataValue(*value)) return HeaderError(name, "the header is not printable ASCII");
  return absl::OkStatus();
}

absl::Status ReadTarget(absl::string_view target, HttpRequest* request) {
  if (target.size() > kMaxTargetBytes) {
    return InvalidArgument("URI_TOO_LONG", {}, "the path and query are longer than 8 KiB");
  }
  if (target.empty() || target.front() != '/') {
    return InvalidArgument("TARGET_INVALID", {}, "the request target is not a path");
  }
  const size_t question = target.find('?');
  request->path = target.substr(0, question);
  if (question != absl::string_view::npos) request->query = target.substr(question + 1);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadHead(const http::request_header<>& header, HttpRequest* request) {
  request->http_1_0 = header.version() == 10;
  if (header.version() != 10 && header.version() != 11) {
    return InvalidArgument("HTTP_VERSION", {}, "only HTTP/1.1 and HTTP/1.0 are served");
  }
  const size_t hosts = header.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !request->http_1_0)) {
    return HeaderError("Host", "exactly one Host header is needed");
  }
  if (header.method() == http::verb::connect || header.method() == http::verb::trace) {
    return MakeError(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED", {},
                     "this method is not served");
  }
  request->head = header.method() == http::verb::head;
  request->method = request->head ? "GET" : View(header.method_string());
  JZ_RETURN_IF_ERROR(ReadTarget(View(header.target()), request));

  absl::string_view traceparent;
  const std::pair<absl::string_view, absl::string_view*> headers[] = {
      {"Authorization", &request->authorization},
      {"Content-Type", &request->content_type},
      {"Content-Encoding", &request->content_encoding},
      {"If-Match", &request->if_match},
      {"If-None-Match", &request->if_none_match},
      {"X-Request-Timeout", &request->request_timeout},
      {"Grpc-Timeout", &request->grpc_timeout},
      {"traceparent", &traceparent},
  };
  for (const auto& [name, value] : headers) {
    JZ_RETURN_IF_ERROR(ReadOnce(header, name, value));
  }
  return absl::OkStatus();
}

bool WantsContinue(const http::request_header<>& header) {
  return header.version() == 11 &&
         boost::beast::iequals(header[http::field::expect], "100-continue");
}

}  // namespace jz::gateway
