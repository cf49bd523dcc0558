// Percent-encoding of paths and query strings (RFC 3986, and '+' of HTML forms in queries).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace jz::gateway {

enum class Decode {
  kAll,
  kKeepSlash,  // "%2F" stays: for a value of several path segments
  kForm,       // '+' is a space
};

// Nothing when an escape is malformed or the result is not UTF-8.
std::optional<std::string> PercentDecode(absl::string_view text, Decode how);

bool IsUtf8(absl::string_view text);

// `a=1&b` -> {"a","1"}, {"b",""}; still encoded.
std::vector<std::pair<absl::string_view, absl::string_view>> SplitQuery(absl::string_view query);

}  // namespace jz::gateway
