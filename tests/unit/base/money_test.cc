#include "common/base/money.h"

#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"

namespace jz {
namespace {

TEST(ParseYuan, ReadsYuanAndCents) {
  const std::pair<const char*, int64_t> cases[] = {{"0", 0},
                                                   {"1234", 123400},
                                                   {"1234.5", 123450},
                                                   {"1234.56", 123456},
                                                   {"-0.05", -5},
                                                   {"1,234", 123400},
                                                   {"12,345.60", 1234560},
                                                   {"1,234,567", 123456700},
                                                   {"0.00", 0},
                                                   {"-1,000,000.01", -100000001},
                                                   {"007", 700},
                                                   {"1000000000000000", Money::kMaxFen},
                                                   {"-1000000000000000.00", -Money::kMaxFen}};
  for (const auto& [text, fen] : cases) {
    auto money = Money::ParseYuan(text);
    ASSERT_TRUE(money.ok()) << text << money.status();
    EXPECT_EQ(money->fen(), fen) << text;
  }
}

TEST(ParseYuan, RefusesWhatIsNoAmount) {
  for (const char* text :
       {"",         "-",      ".",         "1.",  ".5",   "1.234", "1,23", ",123", "1,2345",
        "1234,567", "1,,234", "1,234,",    "--1", "+1",   " 1",    "1 ",   "1e3",  "0x10",
        "NaN",      "1.2.3",  "1,234.5,6", "¥1",  "12元", "1.-5",  "一千"}) {
    const absl::Status status = Money::ParseYuan(text).status();
    EXPECT_EQ(ReasonOf(status), "MONEY_FORMAT") << text;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ParseYuan, RefusesAbsurdAmounts) {
  for (const char* text :
       {"1000000000000000.01", "-1000000000000001", "99999999999999999999999999"}) {
    EXPECT_EQ(ReasonOf(Money::ParseYuan(text).status()), "MONEY_RANGE") << text;
  }
}

TEST(ToYuanString, ReadsBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; ++i) {
    const auto size = static_cast<int64_t>(random() >> (1 + i % 60)) % Money::kMaxFen;
    const Money money = Money::FromFen(i % 2 == 0 ? size : -size);
    auto back = Money::ParseYuan(money.ToYuanString());
    ASSERT_TRUE(back.ok()) << money.ToYuanString();
    ASSERT_EQ(*back, money);
  }
}

TEST(ToYuanString, KeepsTwoDecimalsAndTheSign) {
  EXPECT_EQ(Money::FromFen(0).ToYuanString(), "0.00");
  EXPECT_EQ(Money::FromFen(-5).ToYuanString(), "-0.05");
  EXPECT_EQ(Money::FromYuan(7500).ToYuanString(), "7500.00");
  EXPECT_EQ(Money::FromFen(INT64_MIN).ToYuanString(), "-92233720368547758.08");
}

TEST(MoneyArithmetic, RefusesToLeaveTheRange) {
  const Money most = Money::FromFen(Money::kMaxFen);
  EXPECT_EQ(*Money::Add(most, Money::FromFen(-1)), Money::FromFen(Money::kMaxFen - 1));
  EXPECT_EQ(*Money::Multiply(Money::FromYuan(7500), 179), Money::FromYuan(1'342'500));
  for (const absl::Status& status :
       {Money::Add(most, Money::FromFen(1)).status(),
        Money::Add(Money::FromFen(-Money::kMaxFen), Money::FromFen(-1)).status(),
        Money::Add(Money::FromFen(INT64_MAX), Money::FromFen(INT64_MAX)).status(),
        Money::Multiply(most, 2).status(), Money::Multiply(Money::FromFen(-1), INT64_MIN).status(),
        Money::Multiply(most, INT64_MAX).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(ReasonOf(status), "MONEY_RANGE");
  }
}

}  // namespace
}  // namespace jz
