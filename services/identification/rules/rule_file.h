// Rules as JSON: the form of national_2023.json, described in README.md.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/identification/rules/rule_text.h"

namespace jz::identification::rules {

// An array of rules. INVALID_ARGUMENT, reason RULE_FILE_FORMAT, naming the rule and the key, also
// for keys that are not known.
absl::StatusOr<std::vector<RuleText>> ParseRules(absl::string_view json);

}  // namespace jz::identification::rules
