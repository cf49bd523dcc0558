// Money in fen (1 yuan = 100 fen), never a floating-point number.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz {

class Money {
 public:
  // 10^17 fen: a thousand trillion yuan. Sums stay far from overflow, absurd input is refused.
  static constexpr int64_t kMaxFen = 100'000'000'000'000'000;

  constexpr Money() = default;
  static constexpr Money FromFen(int64_t fen) { return Money(fen); }
  static constexpr Money FromYuan(int64_t yuan) { return Money(yuan * 100); }
  // "1234", "1234.5", "-0.05", with optional thousands commas; at most two decimals.
  // INVALID_ARGUMENT with reason MONEY_FORMAT or MONEY_RANGE.
  static absl::StatusOr<Money> ParseYuan(absl::string_view text);

  constexpr int64_t fen() const { return fen_; }
  std::string ToYuanString() const;  // "1234.50"

  // OUT_OF_RANGE (reason MONEY_RANGE) rather than wrapping.
  static absl::StatusOr<Money> Add(Money a, Money b);
  static absl::StatusOr<Money> Multiply(Money a, int64_t factor);

  friend constexpr auto operator<=>(Money, Money) = default;

 private:
  constexpr explicit Money(int64_t fen) : fen_(fen) {}
  int64_t fen_ = 0;
};

}  // namespace jz
