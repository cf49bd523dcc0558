// From the checked tree to instructions.
#pragma once

#include "absl/status/statusor.h"
#include "services/identification/rules/expr.h"
#include "services/identification/rules/program.h"

namespace jz::identification::rules {

// With `explains`, the program also notes the fields that its result rests on.
// INVALID_ARGUMENT, reason EXPRESSION_TOO_DEEP, when it would need more registers than there are.
absl::StatusOr<Program> CompileProgram(const Expr& condition, bool explains);

}  // namespace jz::identification::rules
