#include "common/base/date.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz {
namespace {

// China has kept UTC+8 the whole year since 1992; the summer times before then (1986 to 1991) are
// left out, because registers of that time hold civil dates only.
absl::TimeZone Shanghai() { return absl::FixedTimeZone(8 * 60 * 60); }

absl::Status BadFormat() {
  return InvalidArgument("DATE_FORMAT", {},
                         "a date is YYYY-MM-DD, a day of the calendar from 1900 to 2199");
}

// The number, or -1 unless `text` is of `least` to `most` digits.
int Digits(absl::string_view text, size_t least, size_t most) {
  if (text.size() < least || text.size() > most) return -1;
  int value = 0;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

absl::StatusOr<Date> FromParts(int year, int month, int day) {
  if (year < 1900 || year > 2199 || month < 1 || day < 1) return BadFormat();
  const Date date(year, month, day);
  // CivilDay normalises 30 February into March.
  if (date.month() != month || date.day() != day) return BadFormat();
  return date;
}

}  // namespace

absl::StatusOr<Date> ParseDate(absl::string_view text) {
  if (text.size() > 10) return BadFormat();
  if (text.size() == 8 && Digits(text, 8, 8) >= 0) {
    return FromParts(Digits(text.substr(0, 4), 4, 4), Digits(text.substr(4, 2), 2, 2),
                     Digits(text.substr(6, 2), 2, 2));
  }
  const bool slashes = text.find('/') != absl::string_view::npos;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, slashes ? '/' : '-');
  if (parts.size() != 3) return BadFormat();
  const size_t least = slashes ? 1 : 2;
  return FromParts(Digits(parts[0], 4, 4), Digits(parts[1], least, 2), Digits(parts[2], least, 2));
}

std::string FormatDate(Date date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

Date DateInShanghai(absl::Time time) { return absl::ToCivilDay(time, Shanghai()); }

absl::Time StartOfDay(Date date) { return absl::FromCivil(date, Shanghai()); }

}  // namespace jz
