#include "services/identification/domain/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace jz::identification {
namespace {

using ::testing::HasSubstr;

Region Make(const char* code, const char* name = "x", Date from = Date(2000, 1, 1),
            Date to = kNoEnd) {
  return {.code = *RegionCode::Parse(code), .name = name, .valid_from = from, .valid_to = to};
}

std::string Problems(const RegionBook& stored, std::vector<Region> rows) {
  Violations violations;
  PlanRegionImport(stored, rows, violations);
  return violations.empty() ? "" : violations.ToStatus().ToString();
}

TEST(PlanRegionImport, TakesABatchWhoseParentsAreInIt) {
  Violations violations;
  std::vector<Region> rows = {Make("230221101000"), Make("230221000000"), Make("230200000000"),
                              Make("230000000000")};
  RegionPlan plan = PlanRegionImport(RegionBook(), rows, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(plan.created.size(), 4u);
}

TEST(PlanRegionImport, TakesTownshipsOfACityWithoutCounties) {
  RegionBook stored({Make("440000000000"), Make("441900000000")});
  EXPECT_EQ(Problems(stored, {Make("441900003000"), Make("441900003001")}), "");
  EXPECT_NE(Problems(stored, {Make("442000001000")}), "") << "its city is not there";
}

TEST(PlanRegionImport, WantsTheParentOnTheFirstDay) {
  RegionBook stored({Make("230000000000", "p", Date(2010, 1, 1))});
  EXPECT_THAT(Problems(stored, {Make("230200000000", "c", Date(2009, 12, 31))}),
              HasSubstr("violations"))
      << "the province begins a day later";
  EXPECT_EQ(Problems(stored, {Make("230200000000", "c", Date(2010, 1, 1))}), "");
  EXPECT_NE(Problems(stored, {Make("230221000000", "c", Date(2010, 1, 1))}), "");
}

TEST(PlanRegionImport, LeavesKnownRowsAndClosesOpenOnes) {
  RegionBook stored({Make("230000000000"), Make("230200000000"), Make("230300000000")});
  Violations violations;
  std::vector<Region> rows = {Make("230200000000"),
                              Make("230300000000", "x", Date(2000, 1, 1), Date(2016, 12, 31))};
  RegionPlan plan = PlanRegionImport(stored, rows, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(plan.unchanged, 1);
  ASSERT_EQ(plan.closed.size(), 1u);
  EXPECT_EQ(plan.closed[0].valid_to, Date(2016, 12, 31));
  EXPECT_TRUE(plan.created.empty());
}

TEST(PlanRegionImport, ARenameClosesTheOldSpanAndOpensANewOne) {
  RegionBook stored({Make("230000000000"), Make("230200000000", "old")});
  Violations violations;
  std::vector<Region> rows = {Make("230200000000", "old", Date(2000, 1, 1), Date(2016, 12, 31)),
                              Make("230200000000", "new", Date(2017, 1, 1))};
  RegionPlan plan = PlanRegionImport(stored, rows, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(plan.closed.size(), 1u);
  EXPECT_EQ(plan.created.size(), 1u);
}

TEST(PlanRegionImport, RefusesOverlapsRenamesAndChangedEnds) {
  RegionBook stored({Make("230000000000"), Make("230200000000", "old"),
                     Make("230300000000", "x", Date(2000, 1, 1), Date(2010, 1, 1))});
  EXPECT_NE(Problems(stored, {Make("230200000000", "new")}), "");
  EXPECT_NE(Problems(stored, {Make("230200000000", "new", Date(2017, 1, 1))}), "");
  EXPECT_NE(Problems(stored, {Make("230300000000")}), "");
  EXPECT_NE(Problems(stored, {Make("230400000000", "x", Date(2017, 1, 1), Date(2016, 1, 1))}), "");
  EXPECT_NE(Problems(stored, {Make("230400000000"), Make("230400000000", "y", Date(2005, 1, 1))}),
            "");
}

TEST(RegionBook, KnowsWhenACodeIsValid) {
  RegionBook book({Make("230000000000", "a", Date(2000, 1, 1), Date(2010, 1, 1)),
                   Make("230000000000", "b", Date(2012, 1, 1))});
  RegionCode code = *RegionCode::Parse("230000000000");
  EXPECT_TRUE(book.ValidOn(code, Date(2010, 1, 1)));
  EXPECT_FALSE(book.ValidOn(code, Date(2010, 1, 2)));
  EXPECT_TRUE(book.ValidOn(code, Date(2012, 1, 1)));
  EXPECT_TRUE(book.ValidOn(RegionCode(), Date(1990, 1, 1))) << "the nation is always there";
  EXPECT_FALSE(book.Exists(*RegionCode::Parse("240000000000")));
}

}  // namespace
}  // namespace jz::identification
