#include "services/gateway/response_head.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"

namespace jz::gateway {
namespace {

struct Header {
  absl::string_view name;
  absl::string_view value;
};

constexpr Header kDefaults[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
};

boost::beast::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

void Set(absl::string_view name, absl::string_view value, boost::beast::http::fields* fields) {
  if (absl::c_any_of(value, absl::ascii_iscntrl)) return;
  fields->set(View(name), View(value));
}

}  // namespace

void SetHeaders(const HttpResponse& response, absl::string_view trace_id,
                boost::beast::http::fields* fields) {
  for (const Header& header : kDefaults) fields->insert(View(header.name), View(header.value));
  if (!response.content_type.empty()) Set("Content-Type", response.content_type, fields);
  Set("X-Trace-Id", trace_id, fields);
  for (const auto& [name, value] : response.headers) Set(name, value, fields);
}

}  // namespace jz::gateway
