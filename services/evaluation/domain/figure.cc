#include "services/evaluation/domain/figure.h"

#include <numeric>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::evaluation {
namespace {

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

}  // namespace

std::string Decimal(Fraction value, int decimals) {
  bool negative = value.numerator < 0;
  absl::int128 magnitude =
      negative ? -absl::int128(value.numerator) : absl::int128(value.numerator);
  absl::int128 scaled = magnitude * PowerOfTen(decimals);
  absl::int128 rounded = (scaled * 2 + value.denominator) / (absl::int128(value.denominator) * 2);
  int64_t unit = PowerOfTen(decimals);
  std::string text = absl::StrCat(static_cast<int64_t>(rounded / unit));
  if (decimals > 0) {
    std::string rest = absl::StrCat(static_cast<int64_t>(rounded % unit));
    absl::StrAppend(&text, ".", std::string(decimals - rest.size(), '0'), rest);
  }
  return negative && rounded != 0 ? "-" + text : text;
}

absl::StatusOr<ParsedDecimal> ParseDecimal(absl::string_view text) {
  absl::Status bad = InvalidArgument("DECIMAL_FORMAT", {},
                                     "a decimal number of at most 15 digits, 6 of them decimals");
  ParsedDecimal parsed;
  std::string digits;
  bool point = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && i == 0) continue;
    if (text[i] == '.' && !point && !digits.empty()) {
      point = true;
    } else if (absl::ascii_isdigit(text[i])) {
      digits += text[i];
      parsed.decimals += point;
    } else {
      return bad;
    }
  }
  if (digits.empty() || digits.size() > 15 || parsed.decimals > 6 ||
      (point && parsed.decimals == 0))
    return bad;
  if (!absl::SimpleAtoi(digits, &parsed.value.numerator)) return bad;
  if (text[0] == '-') parsed.value.numerator = -parsed.value.numerator;
  parsed.value.denominator = PowerOfTen(parsed.decimals);
  return parsed;
}

absl::StatusOr<Fraction> Sum(Fraction a, Fraction b) {
  absl::int128 numerator =
      absl::int128(a.numerator) * b.denominator + absl::int128(b.numerator) * a.denominator;
  absl::int128 denominator = absl::int128(a.denominator) * b.denominator;
  if (a.denominator == b.denominator) {
    numerator = absl::int128(a.numerator) + b.numerator;
    denominator = a.denominator;
  }
  if (numerator > INT64_MAX || numerator < INT64_MIN || denominator > INT64_MAX) {
    return InvalidArgument("FIGURE_RANGE", {}, "the sum is out of range");
  }
  return Fraction{static_cast<int64_t>(numerator), static_cast<int64_t>(denominator)};
}

absl::StatusOr<Fraction> Resolve(const Figures& figures, absl::string_view name) {
  Fraction sum;
  for (absl::string_view term : absl::StrSplit(name, '+')) {
    auto found = figures.find(std::string(absl::StripAsciiWhitespace(term)));
    if (found == figures.end()) {
      return InvalidArgument(
          "FIGURE_UNKNOWN", {{"figure", std::string(term.substr(0, 100))}},
          absl::StrCat("there is no computed figure '", term.substr(0, 100), "'"));
    }
    JZ_ASSIGN_OR_RETURN(sum, Sum(sum, found->second));
  }
  return sum;
}

}  // namespace jz::evaluation
