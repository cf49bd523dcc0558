#include "services/gateway/url.h"

#include <gtest/gtest.h>

namespace jz::gateway {
namespace {

TEST(PercentDecode, DecodesBytesAndKeepsWhatIsPlain) {
  EXPECT_EQ(PercentDecode("a%20b%e7%b2%BE", Decode::kAll), "a b精");
  EXPECT_EQ(PercentDecode("a+b", Decode::kAll), "a+b");
  EXPECT_EQ(PercentDecode("a+b%2B", Decode::kForm), "a b+");
  EXPECT_EQ(PercentDecode("", Decode::kAll), "");
}

TEST(PercentDecode, KeepsEncodedSlashesInValuesOfSeveralSegments) {
  EXPECT_EQ(PercentDecode("a%2Fb%2f", Decode::kKeepSlash), "a%2Fb%2f");
  EXPECT_EQ(PercentDecode("a%2Fb", Decode::kAll), "a/b");
}

TEST(PercentDecode, RefusesBrokenEscapesAndTextThatIsNotUtf8) {
  for (const char* text : {"%", "%2", "%zz", "a%g0", "%ff", "%c0%af", "%ed%a0%80"}) {
    EXPECT_FALSE(PercentDecode(text, Decode::kAll).has_value()) << text;
  }
}

TEST(SplitQuery, TakesNamesWithoutValuesAndEmptyPieces) {
  const auto parameters = SplitQuery("a=1&b&&c=x=y&=z");
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_EQ(parameters[0].second, "1");
  EXPECT_EQ(parameters[1].first, "b");
  EXPECT_EQ(parameters[1].second, "");
  EXPECT_EQ(parameters[2].second, "x=y");
  EXPECT_EQ(parameters[3].first, "");
}

}  // namespace
}  // namespace jz::gateway
