#include "services/identification/domain/household.h"

#include <gtest/gtest.h>

namespace jz::identification {
namespace {

TEST(IsDeparture, TellsWhoLeavesFromWhoJoins) {
  EXPECT_TRUE(IsDeparture("01"));
  EXPECT_TRUE(IsDeparture("08"));
  EXPECT_FALSE(IsDeparture("06"));
  EXPECT_FALSE(IsDeparture(""));
}

}  // namespace
}  // namespace jz::identification
