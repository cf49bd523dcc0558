// The quality rules that come with the suite (rules/national_2023.json).
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/identification/deps.h"

namespace jz::identification {

// Enters those of the nation that are not there as version 1, and those whose text is newer than
// the one that an earlier version of the suite entered as the next version, from today on. A rule
// whose last version of the nation somebody else entered is left alone, and so is every rule of a
// region, which holds there instead. A text that was delivered before is not entered again: a
// replica of the earlier version changes nothing back. Rules that are delivered no more stay. Safe
// to repeat, also by several replicas at once.
absl::Status EnterDeliveredRules(const Deps& deps, absl::Time deadline);
// The same of another file.
absl::Status EnterRulesOf(const Deps& deps, absl::string_view json, absl::Time deadline);

}  // namespace jz::identification
