#include "services/evaluation/domain/figure.h"

#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"

namespace jz::evaluation {
namespace {

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(Decimal({1, 2}, 0), "1");
  EXPECT_EQ(Decimal({-1, 2}, 0), "-1");
  EXPECT_EQ(Decimal({1, 3}, 2), "0.33");
  EXPECT_EQ(Decimal({2, 3}, 2), "0.67");
  EXPECT_EQ(Decimal({5, 1000}, 2), "0.01");
  EXPECT_EQ(Decimal({4, 1000}, 2), "0.00");
  EXPECT_EQ(Decimal({-4, 1000}, 2), "0.00") << "no negative zero";
  EXPECT_EQ(Decimal({INT64_MAX, 1}, 0), "9223372036854775807");
  EXPECT_EQ(Decimal({7, 1}, 6), "7.000000");
}

TEST(ParseDecimal, ReadsBackWhatDecimalWrites) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    const int decimals = static_cast<int>(random() % 7);
    const Fraction value{static_cast<int64_t>(random() % 2'000'000'000) - 1'000'000'000,
                         decimals == 0 ? 1 : static_cast<int64_t>(1 + random() % 1000)};
    const std::string text = Decimal(value, decimals);
    auto parsed = ParseDecimal(text);
    if (!parsed.ok()) continue;  // more than 15 digits
    EXPECT_EQ(parsed->decimals, decimals);
    EXPECT_EQ(Decimal(parsed->value, decimals), text);
  }
}

TEST(ParseDecimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1.2.3", "--1", "1-", "1,000", "1e3", " 1",
                           "1234567890123456", "0.1234567", "１"}) {
    EXPECT_EQ(ReasonOf(ParseDecimal(text).status()), "DECIMAL_FORMAT") << text;
  }
}

TEST(Resolve, AddsFigures) {
  const Figures figures = {{"a", {1, 3}}, {"b", {1, 6}}, {"big", {INT64_MAX, 1}}};
  EXPECT_EQ(Decimal(*Resolve(figures, "a + b"), 1), "0.5");
  EXPECT_EQ(ReasonOf(Resolve(figures, "a+c").status()), "FIGURE_UNKNOWN");
  EXPECT_EQ(ReasonOf(Resolve(figures, "").status()), "FIGURE_UNKNOWN");
  EXPECT_EQ(ReasonOf(Resolve(figures, "big+big").status()), "FIGURE_RANGE");
}

}  // namespace
}  // namespace jz::evaluation
