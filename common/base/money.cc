#include "common/base/money.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"

namespace jz {
namespace {

absl::Status BadFormat() {
  return InvalidArgument("MONEY_FORMAT", {}, "an amount is yuan with at most two decimals");
}

absl::Status BadRange(absl::StatusCode code) {
  return MakeError(code, "MONEY_RANGE", {}, "an amount is within 1,000,000,000,000,000 yuan");
}

bool IsDigits(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return !text.empty();
}

// "1,234,567" without its commas; empty when they do not stand between groups of three.
std::string WithoutCommas(absl::string_view whole) {
  size_t first = whole.find(',');
  if (first == absl::string_view::npos) return std::string(whole);
  if (first == 0 || first > 3) return "";
  std::string digits(whole.substr(0, first));
  for (size_t at = first; at < whole.size(); at += 4) {
    absl::string_view group = whole.substr(at + 1, 3);
    if (whole[at] != ',' || group.size() != 3) return "";
    digits.append(group.data(), group.size());
  }
  return digits;
}

}  // namespace

absl::StatusOr<Money> Money::ParseYuan(absl::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const bool has_point = point != absl::string_view::npos;
  const std::string whole = WithoutCommas(text.substr(0, point));
  std::string cents(has_point ? text.substr(point + 1) : absl::string_view("00"));
  if (!IsDigits(whole) || !IsDigits(cents) || cents.size() > 2) return BadFormat();
  if (cents.size() == 1) cents += '0';

  const std::string digits = whole + cents;
  int64_t fen = 0;
  for (char c : digits) {
    fen = fen * 10 + (c - '0');
    if (fen > kMaxFen) return BadRange(absl::StatusCode::kInvalidArgument);
  }
  return Money(negative ? -fen : fen);
}

std::string Money::ToYuanString() const {
  // Unsigned, because the smallest int64 has no positive counterpart.
  const uint64_t size = fen_ < 0 ? 0 - static_cast<uint64_t>(fen_) : static_cast<uint64_t>(fen_);
  return absl::StrFormat("%s%d.%02d", fen_ < 0 ? "-" : "", size / 100, size % 100);
}

absl::StatusOr<Money> Money::Add(Money a, Money b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a.fen_, b.fen_, &sum) || sum > kMaxFen || sum < -kMaxFen) {
    return BadRange(absl::StatusCode::kOutOfRange);
  }
  return Money(sum);
}

absl::StatusOr<Money> Money::Multiply(Money a, int64_t factor) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a.fen_, factor, &product) || product > kMaxFen || product < -kMaxFen) {
    return BadRange(absl::StatusCode::kOutOfRange);
  }
  return Money(product);
}

}  // namespace jz
