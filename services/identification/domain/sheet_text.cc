#include "services/identification/domain/sheet_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace jz::identification {
namespace {

constexpr int64_t kMost = 1'000'000'000'000'000;
constexpr absl::string_view kFullWidthSpace = "\xE3\x80\x80";
constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";

// Up to three groups of digits with anything else between them: 2023年4月5日.
struct DigitGroups {
  std::array<absl::string_view, 3> groups;
  size_t count = 0;
  bool fits = true;  // no more than three groups, and only separators of dates between
};

bool IsDateSeparator(absl::string_view text) {
  return text == "-" || text == "/" || text == "." || text == "年" || text == "月" || text == "日";
}

DigitGroups Groups(absl::string_view text) {
  DigitGroups out;
  while (!text.empty()) {
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
    size_t other = digits;
    while (other < text.size() && !absl::ascii_isdigit(text[other])) ++other;
    if (digits == 0 || out.count == out.groups.size()) return {.groups = {}, .fits = false};
    out.groups[out.count++] = text.substr(0, digits);
    absl::string_view separator = text.substr(digits, other - digits);
    if (!separator.empty() && !IsDateSeparator(separator)) return {.groups = {}, .fits = false};
    text.remove_prefix(other);
  }
  return out;
}

int Number(absl::string_view digits) {
  int number = 0;
  return digits.size() <= 8 && absl::SimpleAtoi(digits, &number) ? number : -1;
}

std::optional<int> MonthNumber(int year, int month) {
  if (year < 1900 || year > 2199 || month < 1 || month > 12) return std::nullopt;
  return year * 100 + month;
}

// Digits of a whole number with or without thousands commas: "1,234,567".
std::optional<std::string> WholeDigits(absl::string_view text) {
  std::string digits;
  size_t since_comma = 0;
  bool commas = false;
  for (char c : text) {
    if (c == ',') {
      if (digits.empty() || (commas && since_comma != 3) || since_comma > 3) return std::nullopt;
      commas = true;
      since_comma = 0;
    } else if (absl::ascii_isdigit(c)) {
      digits += c;
      ++since_comma;
    } else {
      return std::nullopt;
    }
  }
  if (commas && since_comma != 3) return std::nullopt;
  return digits;
}

}  // namespace

absl::string_view TrimCell(absl::string_view cell) {
  absl::string_view before;
  do {
    before = cell;
    cell = absl::StripAsciiWhitespace(cell);
    for (absl::string_view space : {kFullWidthSpace, kNoBreakSpace}) {
      absl::ConsumePrefix(&cell, space);
      absl::ConsumeSuffix(&cell, space);
    }
  } while (cell != before);
  absl::ConsumePrefix(&cell, "'");
  return cell;
}

absl::string_view WithoutDotZero(absl::string_view text) {
  const size_t dot = text.find('.');
  if (dot == absl::string_view::npos || dot == 0) return text;
  const bool zeros = text.find_first_not_of('0', dot + 1) == absl::string_view::npos;
  return zeros ? text.substr(0, dot) : text;
}

std::optional<int64_t> ParseScaled(absl::string_view text, int scale) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  const size_t dot = text.find('.');
  const bool has_dot = dot != absl::string_view::npos;
  std::optional<std::string> digits = WholeDigits(text.substr(0, has_dot ? dot : text.size()));
  if (!digits) return std::nullopt;
  absl::string_view decimals = has_dot ? text.substr(dot + 1) : absl::string_view();
  if (digits->empty() && decimals.empty()) return std::nullopt;
  for (char c : decimals) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
  }
  const size_t kept = static_cast<size_t>(scale);
  const bool up = decimals.size() > kept && decimals[kept] >= '5';
  absl::StrAppend(&*digits, decimals.substr(0, kept));
  digits->append(kept - std::min(kept, decimals.size()), '0');
  int64_t value = 0;
  if (digits->empty()) digits->assign(1, '0');  // GCC 12 warns of "0" (bug 105651)
  if (!absl::SimpleAtoi(*digits, &value) || value > kMost) return std::nullopt;
  if (up) ++value;
  return negative ? -value : value;
}

std::optional<int> ParseMonth(absl::string_view text) {
  text = WithoutDotZero(text);
  const DigitGroups found = Groups(text);
  if (!found.fits || found.count == 0) return std::nullopt;
  if (found.count >= 2) {
    if (found.groups[0].size() != 4 || found.groups[1].size() > 2) return std::nullopt;
    return MonthNumber(Number(found.groups[0]), Number(found.groups[1]));
  }
  const absl::string_view digits = found.groups[0];
  if (digits.size() != 6 && digits.size() != 8) return std::nullopt;
  return MonthNumber(Number(digits.substr(0, 4)), Number(digits.substr(4, 2)));
}

std::optional<Date> ParseSheetDay(absl::string_view text) {
  text = WithoutDotZero(text);
  const DigitGroups found = Groups(text);
  if (!found.fits) return std::nullopt;
  std::string plain;
  if (found.count == 1) {
    plain = std::string(found.groups[0]);
  } else if (found.count == 3) {
    plain = absl::StrCat(found.groups[0], "/", found.groups[1], "/", found.groups[2]);
  }
  absl::StatusOr<Date> date = ParseDate(plain);
  if (!date.ok()) return std::nullopt;
  return *date;
}

std::optional<bool> ParseYesNo(absl::string_view text) {
  for (absl::string_view yes : {"是", "有", "1", "Y", "y"}) {
    if (text == yes) return true;
  }
  for (absl::string_view no : {"否", "无", "0", "N", "n"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::vector<absl::string_view> SplitValues(absl::string_view cell) {
  constexpr absl::string_view kSeparators[] = {",", ";", "，", "；", "、"};
  std::vector<absl::string_view> values;
  size_t begin = 0;
  auto add = [&](size_t end) {
    absl::string_view value = TrimCell(cell.substr(begin, end - begin));
    if (!value.empty()) values.push_back(value);
  };
  for (size_t at = 0; at < cell.size();) {
    size_t length = 0;
    for (absl::string_view separator : kSeparators) {
      if (absl::StartsWith(cell.substr(at), separator)) length = separator.size();
    }
    if (length > 0) {
      add(at);
      begin = at + length;
    }
    at += std::max<size_t>(length, 1);
  }
  add(cell.size());
  return values;
}

}  // namespace jz::identification
