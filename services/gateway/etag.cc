#include "services/gateway/etag.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/gateway/wire_value.h"

namespace jz::gateway {

std::string EtagOf(const Route& route, absl::string_view wire) {
  if (route.response_etag == nullptr) return "";
  const absl::string_view etag = FindBytes(wire, route.response_etag->number());
  const bool plain = !etag.empty() &&
                     absl::c_all_of(etag, [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
  return plain ? absl::StrCat("\"", etag, "\"") : "";
}

bool Matches(absl::string_view if_none_match, absl::string_view etag) {
  if (if_none_match.empty() || etag.empty()) return false;
  for (absl::string_view candidate : absl::StrSplit(if_none_match, ',')) {
    candidate = absl::StripAsciiWhitespace(candidate);
    absl::ConsumePrefix(&candidate, "W/");
    if (candidate == "*" || candidate == etag) return true;
  }
  return false;
}

}  // namespace jz::gateway
