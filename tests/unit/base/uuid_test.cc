#include "common/base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace jz {
namespace {

TEST(RandomUuid, IsVersionFourInLowerCase) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(RandomUuid(),
                testing::MatchesRegex(
                    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
}

TEST(RandomUuid, DoesNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(RandomUuid());
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(RandomBytes, GivesTheSizeAskedFor) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(33).size(), 33u);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

}  // namespace
}  // namespace jz
