// Figures as exact fractions, and published numbers compared with them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::evaluation {

// numerator ÷ denominator; the denominator is positive.
struct Fraction {
  int64_t numerator = 0;
  int64_t denominator = 1;
};

// Rounded half up (away from zero) to `decimals` places, 0 to 6: {324, 61.95} at 2 -> "5.23".
std::string Decimal(Fraction value, int decimals);

// "-880", "23.8": at most 15 digits, 6 of them decimals. INVALID_ARGUMENT, reason DECIMAL_FORMAT.
struct ParsedDecimal {
  Fraction value;
  int decimals = 0;
};
absl::StatusOr<ParsedDecimal> ParseDecimal(absl::string_view text);

// All computed figures by name, for example "flows.opening.households".
using Figures = std::map<std::string, Fraction>;

// A figure, or a sum of figures with '+'. INVALID_ARGUMENT, reason FIGURE_UNKNOWN.
absl::StatusOr<Fraction> Resolve(const Figures& figures, absl::string_view name);

absl::StatusOr<Fraction> Sum(Fraction a, Fraction b);

}  // namespace jz::evaluation
