// Arithmetic on days (YYYYMMDD) and months (YYYYMM) as numbers. What is neither gives nothing.
#pragma once

#include <cstdint>
#include <optional>

namespace jz::identification::rules {

// Full years from `birth` to `day`: the birthday counts. Who is born on 29 February has the
// birthday on 1 March in other years. Negative before the birth.
std::optional<int64_t> FullYears(int64_t birth, int64_t day);
// Whole months between two days or months; between two months the difference of the calendar.
std::optional<int64_t> WholeMonths(int64_t from, int64_t to);
std::optional<int64_t> YearOf(int64_t day_or_month);
// YYYYMM of a day or a month.
std::optional<int64_t> MonthOf(int64_t day_or_month);
std::optional<int64_t> DayFrom(int64_t year, int64_t month, int64_t day);

}  // namespace jz::identification::rules
