// Gives every part of an expression its meaning and type, or says what is wrong with it.
#pragma once

#include "absl/status/statusor.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/rules/expr.h"
#include "services/identification/rules/rule_text.h"
#include "services/identification/rules/syntax.h"

namespace jz::identification::rules {

// The condition that `tree` (of `rule.expression`) means. INVALID_ARGUMENT made by ExpressionError:
// NAME_UNKNOWN, NAME_TAKEN, FIELD_UNKNOWN, FUNCTION_UNKNOWN, ARGUMENTS, CODE_UNKNOWN,
// PARAMETER_UNKNOWN, PARAMETER_UNUSED, TYPE_MISMATCH, EXPRESSION_NOT_CONDITION,
// EXPRESSION_MACROS_NESTED.
absl::StatusOr<ExprPtr> Check(const Node& tree, const RuleText& rule, const CodeBook& codes);

}  // namespace jz::identification::rules
