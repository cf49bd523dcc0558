#include "services/identification/domain/decision.h"

#include <gtest/gtest.h>

#include <map>

#include "common/status/status.h"

namespace jz::identification {
namespace {

using enum HouseholdState;

TEST(StateAfter, AllowsExactlyTheseTransitions) {
  const std::map<std::pair<AdjustmentKind, HouseholdState>, HouseholdState> allowed = {
      {{AdjustmentKind::kAdmit, kCandidate}, kRegistered},
      {{AdjustmentKind::kRemoveError, kRegistered}, kRemoved},
      {{AdjustmentKind::kRemoveError, kExited}, kRemoved},
      {{AdjustmentKind::kExit, kRegistered}, kExited},
      {{AdjustmentKind::kRevertExit, kExited}, kRegistered},
      {{AdjustmentKind::kRelapse, kExited}, kRegistered},
      {{AdjustmentKind::kNaturalDecrease, kRegistered}, kClosed},
      {{AdjustmentKind::kNaturalDecrease, kExited}, kClosed},
      {{AdjustmentKind::kRetain, kRegistered}, kRegistered},
  };
  int refused = 0;
  for (int kind = 0; kind <= 8; ++kind) {
    for (int state = 0; state <= 6; ++state) {
      auto key = std::pair(static_cast<AdjustmentKind>(kind), static_cast<HouseholdState>(state));
      auto after = StateAfter(key.first, key.second);
      auto expected = allowed.find(key);
      if (expected == allowed.end()) {
        EXPECT_EQ(after.status().code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(ReasonOf(after.status()), "STATE_TRANSITION") << kind << " " << state;
        ++refused;
      } else {
        ASSERT_TRUE(after.ok()) << kind << " " << state;
        EXPECT_EQ(*after, expected->second) << kind << " " << state;
      }
    }
  }
  EXPECT_EQ(refused, 9 * 7 - 9);
}

TEST(PublicReason, TellsNothingOfHealth) {
  EXPECT_EQ(PublicReason("MEDICAL_UNMET"), "GUARANTEE_UNMET");
  EXPECT_EQ(PublicReason("HOUSING_UNSAFE"), "HOUSING_UNSAFE");
}

}  // namespace
}  // namespace jz::identification
