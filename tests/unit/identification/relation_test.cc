#include "services/identification/domain/relation.h"

#include <gtest/gtest.h>

namespace jz::identification {
namespace {

std::string To(const Relative& member, const Relative& new_head, Sex old_head = Sex::kMale) {
  return RelationToNewHead(member, new_head, old_head).value_or("?");
}

TEST(RelationToNewHead, StaysWithTheSameHead) {
  EXPECT_EQ(To({"05", Sex::kFemale}, {"01", Sex::kMale}), "05");
}

TEST(RelationToNewHead, FollowsWhenTheSpouseHeads) {
  const Relative wife{"02", Sex::kFemale};
  EXPECT_EQ(To({"01", Sex::kMale}, wife), "02");
  EXPECT_EQ(To({"03", Sex::kMale}, wife), "03");
  EXPECT_EQ(To({"08", Sex::kFemale}, wife), "08");
  EXPECT_EQ(To({"27", Sex::kFemale}, wife), "27");
  EXPECT_EQ(To({"11", Sex::kMale}, wife), "15") << "her husband's father";
  EXPECT_EQ(To({"14", Sex::kFemale}, wife), "12") << "her own mother";
  const Relative husband{"02", Sex::kMale};
  EXPECT_EQ(To({"12", Sex::kFemale}, husband, Sex::kFemale), "14") << "his wife's mother";
  EXPECT_EQ(To({"15", Sex::kMale}, husband, Sex::kFemale), "11") << "his own father";
  EXPECT_EQ(To({"21", Sex::kMale}, wife), "?") << "a brother-in-law";
}

TEST(RelationToNewHead, FollowsWhenAChildHeads) {
  const Relative son{"03", Sex::kMale};
  EXPECT_EQ(To({"01", Sex::kMale}, son), "11");
  EXPECT_EQ(To({"02", Sex::kFemale}, son), "12");
  EXPECT_EQ(To({"04", Sex::kFemale}, son), "21");
  EXPECT_EQ(To({"11", Sex::kMale}, son), "17");
  EXPECT_EQ(To({"12", Sex::kFemale}, son, Sex::kFemale), "20");
  EXPECT_EQ(To({"05", Sex::kFemale}, son), "?") << "his wife, or his brother's";
  EXPECT_EQ(To({"07", Sex::kMale}, son), "?") << "his son, or his nephew";
}

TEST(RelationToNewHead, FollowsWhenAParentHeads) {
  const Relative mother{"12", Sex::kFemale};
  EXPECT_EQ(To({"01", Sex::kMale}, mother), "03");
  EXPECT_EQ(To({"02", Sex::kFemale}, mother), "05");
  EXPECT_EQ(To({"11", Sex::kMale}, mother), "02");
  EXPECT_EQ(To({"21", Sex::kFemale}, mother), "04");
  EXPECT_EQ(To({"04", Sex::kFemale}, mother, Sex::kFemale), "10");
}

TEST(RelationToNewHead, IsAskedForWhereNothingIsKnown) {
  EXPECT_EQ(To({"", Sex::kMale}, {"01", Sex::kMale}), "?");
  EXPECT_EQ(To({"03", Sex::kMale}, {"", Sex::kMale}), "?");
  EXPECT_EQ(To({"03", Sex::kMale}, {"99", Sex::kMale}), "?");
  EXPECT_EQ(To({"01", Sex::kUnstated}, {"03", Sex::kMale}), "?");
}

}  // namespace
}  // namespace jz::identification
