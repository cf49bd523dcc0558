// Path templates of google.api.http: "/v1/funds/{name=accounts/*}:close".
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::gateway {

struct PathTemplate {
  enum class Match { kLiteral, kOne, kRest };  // "accounts", "*", "**"
  struct Segment {
    Match match = Match::kLiteral;
    std::string literal;
  };
  // Segments [first, last) are the value of a field; last is -1 when it reaches to the end by "**".
  struct Variable {
    std::string field_path;
    int first = 0;
    int last = 0;
    // Made of exactly one "*": its value is decoded whole, "%2F" too.
    bool single = false;
  };

  std::string text;
  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;  // "close", or empty

  // INVALID_ARGUMENT, reason PATH_TEMPLATE. "**" is allowed only at the end.
  static absl::StatusOr<PathTemplate> Parse(absl::string_view text);
};

}  // namespace jz::gateway
