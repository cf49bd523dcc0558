#include "services/identification/rules/calendar.h"

#include "absl/time/civil_time.h"

namespace jz::identification::rules {
namespace {

bool IsDay(int64_t number) { return number >= 1000'00'00 && number <= 9999'12'31; }
bool IsMonth(int64_t number) {
  return number >= 1000'01 && number <= 9999'12 && number % 100 >= 1 && number % 100 <= 12;
}

}  // namespace

std::optional<int64_t> FullYears(int64_t birth, int64_t day) {
  if (!IsDay(birth) || !IsDay(day)) return std::nullopt;
  return day / 10000 - birth / 10000 - (day % 10000 < birth % 10000 ? 1 : 0);
}

std::optional<int64_t> WholeMonths(int64_t from, int64_t to) {
  const std::optional<int64_t> first = MonthOf(from);
  const std::optional<int64_t> last = MonthOf(to);
  if (!first || !last) return std::nullopt;
  int64_t months = (*last / 100 - *first / 100) * 12 + *last % 100 - *first % 100;
  if (IsDay(from) && IsDay(to)) {  // towards zero, like every division here
    if (months > 0 && to % 100 < from % 100) --months;
    if (months < 0 && to % 100 > from % 100) ++months;
  }
  return months;
}

std::optional<int64_t> YearOf(int64_t day_or_month) {
  const std::optional<int64_t> month = MonthOf(day_or_month);
  return month ? std::optional<int64_t>(*month / 100) : std::nullopt;
}

std::optional<int64_t> MonthOf(int64_t day_or_month) {
  if (IsMonth(day_or_month)) return day_or_month;
  if (!IsDay(day_or_month) || !IsMonth(day_or_month / 100)) return std::nullopt;
  return day_or_month / 100;
}

std::optional<int64_t> DayFrom(int64_t year, int64_t month, int64_t day) {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const absl::CivilDay civil(year, static_cast<int>(month), static_cast<int>(day));
  if (civil.day() != day) return std::nullopt;  // 30 February
  return year * 10000 + month * 100 + day;
}

}  // namespace jz::identification::rules
