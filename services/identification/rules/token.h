// Words of the rule language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::identification::rules {

struct Token {
  enum class Kind { kName, kInt, kString, kSign, kEnd };
  Kind kind = Kind::kEnd;
  size_t offset = 0;
  std::string text;  // name; string without quotes; sign as written
  int64_t number = 0;
};

// The tokens of an expression, the last of kind kEnd. Errors as Parse() names them.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view expression);

}  // namespace jz::identification::rules
