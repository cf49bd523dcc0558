// Entity tags: the `etag` field of a response, as an HTTP header.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/gateway/route.h"

namespace jz::gateway {

// In quotes, or empty when the response has none that HTTP can carry.
std::string EtagOf(const Route& route, absl::string_view wire);

// Whether an If-None-Match header ("*" or a list) names `etag`.
bool Matches(absl::string_view if_none_match, absl::string_view etag);

}  // namespace jz::gateway
