#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/identification/domain/statistic_query.h"

namespace jz::identification {
namespace {

using enum Dimension;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Date kDay(2026, 6, 1);

HouseholdProfile Household(int state, std::vector<int> risks, std::vector<MemberProfile> members) {
  return {.region = RegionCode::FromNumber(230221101200),
          .state = state,
          .cause = 7,
          .risks = std::move(risks),
          .members = std::move(members)};
}
MemberProfile Member(int sex, int born, std::vector<int> health = {1}) {
  return {.sex = sex, .birth = Date(born, 1, 1), .health = std::move(health), .labour = 1};
}

// Two registered households with risks 1, 3 and 1; one that has exited.
std::vector<HouseholdProfile> Register() {
  return {Household(2, {1, 3}, {Member(1, 1950), Member(2, 1952, {2, 4}), Member(1, 1980)}),
          Household(2, {1}, {Member(2, 1990), Member(1, 2020)}),
          Household(3, {}, {Member(1, 1955)})};
}

StatisticFigures Ask(const StatisticQuery& query) {
  StatisticCells cells;
  for (const HouseholdProfile& household : Register()) AddHousehold(household, kDay, 1, cells);
  Violations violations;
  CheckQuery(query, violations);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  return Evaluate(query, cells);
}

std::string Refusal(const StatisticQuery& query) {
  Violations violations;
  CheckQuery(query, violations);
  return violations.ToStatus().ToString();
}

// "2,6: 1 households 3 persons"
std::vector<std::string> Shown(const StatisticFigures& figures) {
  std::vector<std::string> rows;
  for (const StatisticRow& row : figures.rows) {
    std::string text;
    for (int value : row.values) text += std::to_string(value) + " ";
    text += row.count.households ? std::to_string(*row.count.households) : "-";
    text += "/";
    text += row.count.persons ? std::to_string(*row.count.persons) : "-";
    rows.push_back(text);
  }
  return rows;
}

TEST(StatisticQueries, CountHouseholdsAndPersons) {
  StatisticFigures figures = Ask({.group_by = {kState}, .filters = {}});
  EXPECT_EQ(figures.total.households, 3);
  EXPECT_EQ(figures.total.persons, 6);
  EXPECT_THAT(Shown(figures), ElementsAre("2 2/5", "3 1/1"));
  EXPECT_EQ(figures.registered_persons, 5);
}

TEST(StatisticQueries, RowsOfRisksOverlapAndTheTotalDoesNot) {
  StatisticFigures figures = Ask({.group_by = {kRisk}, .filters = {}});
  EXPECT_THAT(Shown(figures), ElementsAre("0 1/1", "1 2/5", "3 1/3"));
  EXPECT_EQ(figures.total.households, 3);
  EXPECT_EQ(figures.total.persons, 6);
}

TEST(StatisticQueries, HouseholdsWithMembersOfSeveralAgesAreInEachRow) {
  StatisticFigures figures = Ask({.group_by = {kAge, kSex}, .filters = {{kState, {2}}}});
  EXPECT_THAT(Shown(figures), ElementsAre("2 1 1/1", "5 1 1/1", "5 2 1/1", "7 1 1/1", "7 2 1/1"));
  EXPECT_EQ(figures.total.households, 2);
}

TEST(StatisticQueries, APersonWithSeveralKindsOfHealthIsOnePerson) {
  StatisticFigures figures = Ask({.group_by = {kHealth}, .filters = {}});
  EXPECT_THAT(Shown(figures), ElementsAre("1 3/5", "2 1/1", "4 1/1"));
  EXPECT_EQ(figures.total.persons, 6);
}

TEST(StatisticQueries, SayNothingOfWhatWouldCountTwice) {
  StatisticFigures figures = Ask({.group_by = {kState}, .filters = {{kAge, {6, 7, 8}}}});
  EXPECT_THAT(Shown(figures), ElementsAre("2 -/2", "3 -/1"));
  EXPECT_EQ(figures.total.households, std::nullopt);
  EXPECT_EQ(figures.total.persons, 3);
  EXPECT_THAT(Refusal({.group_by = {kState}, .filters = {{kRisk, {1, 3}}}}),
              HasSubstr("STATISTIC_VALUES_OVERLAP"));
  EXPECT_THAT(Refusal({.group_by = {}, .filters = {{kHealth, {2, 4}}}}),
              HasSubstr("STATISTIC_VALUES_OVERLAP"));
  figures = Ask({.group_by = {kRisk}, .filters = {{kRisk, {1, 3}}}});
  EXPECT_THAT(Shown(figures), ElementsAre("1 2/5", "3 1/3")) << "each row is of one value";
  EXPECT_EQ(figures.total.households, std::nullopt);
}

TEST(StatisticQueries, RefuseDimensionsThatDoNotCombineAndSayWhichDo) {
  for (const std::vector<Dimension>& wrong :
       std::vector<std::vector<Dimension>>{{kRisk, kCause},
                                           {kAge, kCause},
                                           {kRisk, kSex},
                                           {kSex, kLabour},
                                           {kAge, kSex, kHealth},
                                           {kEducation, kAge}}) {
    const std::string refusal = Refusal({.group_by = wrong, .filters = {}});
    EXPECT_THAT(refusal, HasSubstr("STATISTIC_NOT_COMBINED"));
    EXPECT_THAT(refusal, HasSubstr("state+monitored+risk"));
  }
  EXPECT_THAT(Refusal({.group_by = {kRisk}, .filters = {{kAge, {1}}}}),
              HasSubstr("STATISTIC_NOT_COMBINED"));
}

TEST(StatisticQueries, EveryPartOfACubeCombines) {
  for (const Cube& cube : Cubes()) {
    for (size_t parts = 0; parts < (size_t{1} << cube.dimensions.size()); ++parts) {
      StatisticQuery query;
      for (size_t i = 0; i < cube.dimensions.size(); ++i) {
        if (parts >> i & 1) query.group_by.push_back(cube.dimensions[i]);
      }
      EXPECT_EQ(Refusal(query), "OK");
    }
  }
}

TEST(StatisticLists, HaveWhomTheFigureCounts) {
  const std::vector<StatisticFilter> filters = {{kState, {2}}, {kAge, {7}}, {kSex, {1}}};
  std::vector<HouseholdProfile> households = Register();
  EXPECT_EQ(Passing(filters, households[0], kDay), (std::vector<size_t>{0}));
  EXPECT_EQ(Passing(filters, households[1], kDay), std::nullopt);
  EXPECT_EQ(Passing(filters, households[2], kDay), std::nullopt) << "of age, but exited";
  const StatisticFilter risk{kRisk, {3}};
  EXPECT_EQ(Passing({&risk, 1}, households[0], kDay), (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(Passing({&risk, 1}, households[1], kDay), std::nullopt);
  const StatisticFilter empty{kCause, {7}};
  EXPECT_EQ(Passing({&empty, 1}, Household(5, {}, {}), kDay), (std::vector<size_t>{}))
      << "a household without members is a household";
}

TEST(StatisticLists, LookForNobodyWhereTheFigureIsZero) {
  StatisticCells cells;
  AddHousehold(Register()[2], kDay, 1, cells);
  const StatisticFilter exited{kState, {3}};
  const StatisticFilter risk{kRisk, {1}};
  EXPECT_FALSE(NobodyPasses({&exited, 1}, cells));
  EXPECT_TRUE(NobodyPasses({&risk, 1}, cells));
  EXPECT_TRUE(NobodyPasses({}, StatisticCells()));
}

}  // namespace
}  // namespace jz::identification
