// Cells of national sheets to values: as the national system exports them, and as spreadsheets
// spoil them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/date.h"

namespace jz::identification {

// Without blanks (also full-width ones) and the apostrophe by which a spreadsheet marks text.
absl::string_view TrimCell(absl::string_view cell);
// A number that a spreadsheet took for a decimal: "13812345678.0" without its ".0".
absl::string_view WithoutDotZero(absl::string_view text);

// The number times 10^scale, rounded half away from zero: "12.345" is 1235 with scale 2. Thousands
// commas are accepted. nullopt when it is no number, or its value beyond 10^15.
std::optional<int64_t> ParseScaled(absl::string_view text, int scale);
// YYYYMM of "202304", "2023年4月", "2023-04", "2023/4", "202304.0"; a day counts for its month.
// Years 1900 to 2199.
std::optional<int> ParseMonth(absl::string_view text);
// YYYYMMDD of "20230405", "2023-04-05", "2023/4/5", "2023年4月5日".
std::optional<Date> ParseSheetDay(absl::string_view text);
// 是 and 否, and what stands for them: 有, 无, 1, 0, Y, N.
std::optional<bool> ParseYesNo(absl::string_view text);
// The values of a cell that holds several, separated by commas, semicolons (also Chinese ones) or
// 、.
std::vector<absl::string_view> SplitValues(absl::string_view cell);

}  // namespace jz::identification
