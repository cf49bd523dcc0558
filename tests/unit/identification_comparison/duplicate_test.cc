#include "services/identification/domain/duplicate.h"

#include <gtest/gtest.h>

namespace jz::identification {
namespace {

DuplicatePlace Place(int64_t household) {
  return {.household = HouseholdId(household), .region = RegionCode::FromNumber(230'221'101'200)};
}

TEST(Phones, AreTheSameHoweverTheyAreWritten) {
  EXPECT_EQ(NormalPhone("13812345678"), "13812345678");
  EXPECT_EQ(NormalPhone("+86 138-1234-5678"), "13812345678");
  EXPECT_EQ(NormalPhone("0086 13812345678"), "13812345678");
  EXPECT_EQ(NormalPhone("0452-2345678"), "04522345678");
  EXPECT_EQ(NormalPhone("86123456"), "86123456") << "a number of its own";
  EXPECT_EQ(NormalPhone("110"), "") << "nobody's own";
}

TEST(Duplicates, ADecisionHoldsWhileNobodyJoins) {
  Duplicate duplicate;
  duplicate.places = {Place(1), Place(2), Place(3)};
  duplicate.state = DuplicateState::kDecided;
  duplicate.decision = DuplicateDecision::kDifferent;
  duplicate.decided_by = "officer";
  EXPECT_FALSE(SeeAgain(duplicate, {Place(1), Place(3)}, 2, 7));
  EXPECT_EQ(duplicate.state, DuplicateState::kDecided);
  EXPECT_EQ(duplicate.version, 2) << "one household less is shown";
  EXPECT_FALSE(SeeAgain(duplicate, {Place(1), Place(3)}, 2, 8));
  EXPECT_EQ(duplicate.version, 2);
  EXPECT_TRUE(SeeAgain(duplicate, {Place(1), Place(3), Place(4)}, 3, 9));
  EXPECT_EQ(duplicate.state, DuplicateState::kOpen);
  EXPECT_EQ(duplicate.decided_by, "");
  EXPECT_EQ(duplicate.last_run, 9);
}

TEST(Duplicates, ThatComeBackAreDecidedAsBefore) {
  Duplicate duplicate;
  duplicate.places = {Place(1), Place(2)};
  duplicate.state = DuplicateState::kGone;
  duplicate.decision = DuplicateDecision::kSame;
  EXPECT_FALSE(SeeAgain(duplicate, {Place(1), Place(2)}, 2, 7));
  EXPECT_EQ(duplicate.state, DuplicateState::kDecided);
  duplicate.state = DuplicateState::kGone;
  duplicate.decision = DuplicateDecision::kUnspecified;
  EXPECT_TRUE(SeeAgain(duplicate, {Place(1), Place(2)}, 2, 8));
  EXPECT_EQ(duplicate.state, DuplicateState::kOpen);
}

}  // namespace
}  // namespace jz::identification
