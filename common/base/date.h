// Civil dates: YYYY-MM-DD in the API, DATE in SQL. Asia/Shanghai decides which day an instant is
// on.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace jz {

using Date = absl::CivilDay;

// "2017-06-14" (also "20170614" and "2017/6/14", which departmental files use), 1900 to 2199.
// INVALID_ARGUMENT, reason DATE_FORMAT.
absl::StatusOr<Date> ParseDate(absl::string_view text);
std::string FormatDate(Date date);  // "2017-06-14"
Date DateInShanghai(absl::Time time);
// Midnight in Asia/Shanghai at which the day begins.
absl::Time StartOfDay(Date date);

inline constexpr char kEndOfTime[] = "9999-12-31";  // valid_to of what has no end

}  // namespace jz
