// The rule language as a tree: what was written, not yet what it means. Grammar in README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::identification::rules {

// What an expression may have at most. More would not be read by anybody, and runs too long.
inline constexpr int kMaxCharacters = 4000;
inline constexpr int kMaxDepth = 32;
inline constexpr int kMaxNodes = 500;
inline constexpr int kMaxMacroNesting = 2;
inline constexpr int kMaxListLiterals = 100;

struct Node {
  enum class Kind {
    kInt,          // number
    kString,       // text
    kBool,         // number
    kList,         // children
    kName,         // text
    kMember,       // children[0].text
    kCall,         // text(children…)
    kMethod,       // children[0].text(children[1]…)
    kNot,          // !children[0]
    kNegate,       // -children[0]
    kAnd,          // two or more children
    kOr,           // two or more children
    kBinary,       // children[0] text children[1]: == != < <= > >= in + - * / %
    kConditional,  // children[0] ? children[1] : children[2]
  };
  Kind kind = Kind::kInt;
  size_t offset = 0;  // byte of the expression where it begins; of operators, where they stand
  int depth = 1;      // 1 without children
  std::string text;
  int64_t number = 0;
  std::vector<std::unique_ptr<Node>> children;
};

// The tree of an expression. INVALID_ARGUMENT with one of the reasons EXPRESSION_EMPTY, _TOO_LONG,
// _TOO_DEEP, _TOO_LARGE, _LIST_TOO_LONG, _CHARACTER, _STRING, _NUMBER, _SYNTAX; made by
// ExpressionError. Takes time and memory in proportion to the text.
absl::StatusOr<std::unique_ptr<Node>> Parse(absl::string_view expression);

// INVALID_ARGUMENT with `reason`, metadata `position` (characters from 1) and a message that begins
// with "at <position>: ".
absl::Status ExpressionError(absl::string_view expression, size_t offset, absl::string_view reason,
                             absl::string_view message);

}  // namespace jz::identification::rules
