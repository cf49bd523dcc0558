// What a reform of villages may do, and where old codes lead.
#include "services/identification/domain/region_reform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RegionCode Village(int number) { return RegionCode::FromNumber(230221101000 + number); }

const Date kDay(2018, 7, 1);

// Villages 200 to 203; 203 ended in 2015, and 204 belongs to a township that nobody entered.
RegionBook Stored() {
  RegionBook book;
  book.Add({.code = Village(0), .name = "township", .valid_from = Date(2000, 1, 1)});
  for (int number : {200, 201, 202}) {
    book.Add({.code = Village(number), .name = "village", .valid_from = Date(2000, 1, 1)});
  }
  book.Add({.code = Village(203),
            .name = "closed",
            .valid_from = Date(2000, 1, 1),
            .valid_to = Date(2015, 12, 31)});
  return book;
}

RegionReform Reform(std::vector<RegionMove> moves, std::vector<int> new_villages = {}) {
  RegionReform reform{.new_regions = {}, .moves = std::move(moves), .effective_date = kDay};
  for (int number : new_villages) {
    reform.new_regions.push_back({.code = Village(number), .name = "new", .valid_from = kDay});
  }
  return reform;
}

std::string Refusal(const RegionReform& reform) {
  Violations violations;
  PlanReform(Stored(), reform, violations);
  return std::string(violations.ToStatus().ToString());
}

TEST(PlanReform, MergesTwoVillagesIntoANewOne) {
  Violations violations;
  ReformPlan plan = PlanReform(
      Stored(), Reform({{Village(200), Village(210), {}}, {Village(201), Village(210), {}}}, {210}),
      violations);
  EXPECT_TRUE(violations.ToStatus().ok()) << violations.ToStatus();
  ASSERT_THAT(plan.closed, SizeIs(2));
  EXPECT_EQ(plan.closed[0].code, Village(200));
  EXPECT_EQ(plan.closed[0].valid_to, Date(2018, 6, 30));
  ASSERT_THAT(plan.created, SizeIs(1));
  EXPECT_EQ(plan.created[0].code, Village(210));
}

TEST(PlanReform, LeavesAVillageOpenThatGivesUpSomeGroupsOnly) {
  Violations violations;
  ReformPlan plan = PlanReform(
      Stored(), Reform({{Village(200), Village(210), {"一组", "二组"}}}, {210}), violations);
  EXPECT_TRUE(violations.ToStatus().ok()) << violations.ToStatus();
  EXPECT_THAT(plan.closed, IsEmpty());
}

TEST(PlanReform, RefusesWhatCannotBe) {
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(200), {}}})),
              HasSubstr("REGION_MOVED_INTO_ITSELF"));
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(203), {}}})), HasSubstr("REGION_NOT_VALID"));
  EXPECT_THAT(Refusal(Reform({{Village(203), Village(200), {}}})), HasSubstr("REGION_NOT_VALID"));
  EXPECT_THAT(Refusal(Reform({{Village(0), Village(200), {}}})), HasSubstr("REGION_NOT_VILLAGE"));
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(201), {}}, {Village(201), Village(202), {}}})),
              HasSubstr("REGION_MOVE_CHAIN"));
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(201), {}}, {Village(200), Village(202), {}}})),
              HasSubstr("REGION_MOVED_TWICE"));
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(201), {"一组"}},
                              {Village(200), Village(202), {"一组"}}})),
              HasSubstr("REGION_MOVED_TWICE"));
  EXPECT_THAT(Refusal(Reform({{Village(200), Village(201), {}}}, {202})),
              HasSubstr("REGION_VALIDITY_OVERLAP"));
  RegionReform orphan = Reform({{Village(200), Village(201), {}}});
  orphan.new_regions.push_back(
      {.code = RegionCode::FromNumber(230221999200), .name = "n", .valid_from = kDay});
  EXPECT_THAT(Refusal(orphan), HasSubstr("REGION_PARENT_UNKNOWN"));
}

TEST(InOrder, TakesNamedGroupsBeforeTheRest) {
  auto moves = InOrder({{Village(200), Village(210), {}}, {Village(200), Village(211), {"一组"}}});
  EXPECT_EQ(moves[0].to, Village(211));
  EXPECT_EQ(moves[1].to, Village(210));
}

TEST(CurrentCodes, FollowsACodeOverSeveralReforms) {
  RegionBook book;
  book.Add({.code = Village(200),
            .name = "a",
            .valid_from = Date(2000, 1, 1),
            .valid_to = Date(2015, 12, 31)});
  book.Add({.code = Village(210),
            .name = "b",
            .valid_from = Date(2016, 1, 1),
            .valid_to = Date(2018, 6, 30)});
  for (int number : {220, 221}) {
    book.Add({.code = Village(number), .name = "c", .valid_from = Date(2018, 7, 1)});
  }
  const std::vector<Succession> steps = {{Village(200), Village(210), Date(2016, 1, 1)},
                                         {Village(210), Village(220), Date(2018, 7, 1)},
                                         {Village(210), Village(221), Date(2018, 7, 1)}};
  EXPECT_THAT(CurrentCodes(Village(200), Date(2015, 6, 1), book, steps), ElementsAre(Village(200)));
  EXPECT_THAT(CurrentCodes(Village(200), Date(2017, 6, 1), book, steps), ElementsAre(Village(210)));
  EXPECT_THAT(CurrentCodes(Village(200), Date(2019, 6, 1), book, steps),
              ElementsAre(Village(220), Village(221)));
  EXPECT_THAT(CurrentCodes(Village(299), Date(2019, 6, 1), book, steps), IsEmpty());
}

}  // namespace
}  // namespace jz::identification
