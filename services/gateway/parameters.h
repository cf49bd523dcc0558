// Path and query parameters of a request, bound to the fields of the RPC's request.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/status/status.h"
#include "services/gateway/route.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

struct RawParameters {
  std::vector<absl::string_view> path_values;  // of route.path.variables, percent-encoded
  absl::string_view query;                     // what follows '?', percent-encoded
};

// Appends the parameters to `wire` in protobuf's binary form. Everything that is wrong is added to
// `violations`: an unknown name, a value of the wrong type or out of range, a single field given
// twice, a field that the path or the body already holds, two members of a oneof, broken escapes,
// text that is not UTF-8.
void BindParameters(const Schema& schema, const Route& route, const RawParameters& raw,
                    std::string* wire, Violations* violations);

}  // namespace jz::gateway
