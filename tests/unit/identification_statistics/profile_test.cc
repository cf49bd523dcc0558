#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/identification/domain/statistic_profile.h"

namespace jz::identification {
namespace {

using ::testing::Contains;
using ::testing::Not;

const RegionCode kVillage = RegionCode::FromNumber(230221101200);
const RegionCode kOtherVillage = RegionCode::FromNumber(230221101201);

absl::Time At(Date day, int hour) { return StartOfDay(day) + absl::Hours(hour); }

HouseholdProfile Couple() {
  return {.region = kVillage,
          .state = 2,
          .attribute = 1,
          .cause = 7,
          .monitored = 0,
          .risks = {1, 3},
          .members = {{.sex = 1, .birth = Date(1966, 3, 10), .health = {2, 4}, .labour = 1},
                      {.sex = 2, .birth = Date(1970, 1, 1), .health = {}, .labour = 1}}};
}

Counts CellOf(const StatisticCells& cells, size_t cube, std::array<int, 4> values) {
  return cells.Get(CellKey(Cubes()[cube], values));
}

// What the deltas until `until` amount to in a village.
StatisticCells Held(const StatisticDeltas& deltas, RegionCode village, absl::Time until) {
  StatisticCells cells;
  for (const auto& [where, change] : deltas) {
    if (where.first == village && where.second <= until) cells.Add(change);
  }
  return cells;
}

StatisticCells CellsOf(const HouseholdProfile& household, Date day) {
  StatisticCells cells;
  AddHousehold(household, day, 1, cells);
  return cells;
}

TEST(StatisticProfile, CountsAHouseholdOnceInEachCell) {
  const StatisticCells cells = CellsOf(Couple(), Date(2026, 1, 1));
  EXPECT_EQ(CellOf(cells, 0, {2, 0, 7, 1}), (Counts{1, 2}));
  EXPECT_EQ(CellOf(cells, 1, {2, 0, 1, 0}), (Counts{1, 2}));
  EXPECT_EQ(CellOf(cells, 1, {2, 0, 3, 0}), (Counts{1, 2}));
  EXPECT_EQ(CellOf(cells, 5, {2, 0, 1, 0}), (Counts{1, 2})) << "both are ordinary labour";
  EXPECT_EQ(CellOf(cells, 4, {2, 0, 0, 0}), (Counts{1, 1})) << "health not recorded";
  EXPECT_EQ(CellOf(cells, 4, {2, 0, 4, 0}), (Counts{1, 1}));
}

TEST(AgeBands, BeginOnTheBirthday) {
  const Date birth(1966, 3, 10);
  EXPECT_EQ(AgeBandOn(birth, Date(2026, 3, 9)), 5);
  EXPECT_EQ(AgeBandOn(birth, Date(2026, 3, 10)), 6);
  EXPECT_EQ(AgeBandOn(birth, birth), 1);
  EXPECT_EQ(AgeBandOn(std::nullopt, birth), 0);
  EXPECT_EQ(AgeBandOn(Date(1920, 1, 1), Date(2026, 1, 1)), 8);
}

TEST(AgeBands, OfThoseBornOn29FebruaryBeginOn1MarchInOtherYears) {
  const Date birth(2008, 2, 29);
  EXPECT_EQ(AgeBandOn(birth, Date(2026, 2, 28)), 4);
  EXPECT_EQ(AgeBandOn(birth, Date(2026, 3, 1)), 5);
  EXPECT_EQ(AgeBandOn(birth, Date(2024, 2, 28)), 3);
  EXPECT_EQ(AgeBandOn(birth, Date(2024, 2, 29)), 4);
  EXPECT_THAT(BirthsThatChangeBand(Date(2026, 3, 1)), Contains(birth));
  EXPECT_THAT(BirthsThatChangeBand(Date(2024, 2, 29)), Contains(birth));
  EXPECT_THAT(BirthsThatChangeBand(Date(2026, 2, 28)), Not(Contains(birth)));
}

TEST(AgeBands, EveryBirthThatChangesBandIsFound) {
  for (Date day(2023, 12, 31); day < Date(2025, 1, 2); ++day) {
    const std::vector<Date> births = BirthsThatChangeBand(day);
    for (Date birth(1940, 1, 1); birth < day; birth += 1) {
      const bool changes = AgeBandOn(birth, day) != AgeBandOn(birth, day - 1);
      ASSERT_EQ(std::count(births.begin(), births.end(), birth) == 1, changes)
          << birth << " on " << day;
      if (birth.month() == 1 && birth.day() == 3) birth = Date(birth.year(), 2, 26);
      if (birth.month() == 3 && birth.day() == 2) birth = Date(birth.year(), 12, 29);
    }
  }
}

TEST(StatisticChanges, AddUpToTheHouseholdAtEveryInstant) {
  const HouseholdProfile first = Couple();
  HouseholdProfile second = Couple();
  second.state = 3;
  second.members.pop_back();
  HouseholdProfile third = second;
  third.region = kOtherVillage;
  const Date aged(2026, 3, 20);
  StatisticDeltas deltas;
  AddChange(nullptr, &first, At(Date(2026, 3, 1), 9), aged, deltas);
  AddChange(&first, &second, At(Date(2026, 3, 9), 23), aged, deltas);
  AddChange(&second, &third, At(Date(2026, 3, 15), 0), aged, deltas);
  EXPECT_TRUE(Held(deltas, kVillage, At(Date(2026, 3, 1), 8)).empty());
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 1), 9)), CellsOf(first, Date(2026, 3, 1)));
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 9), 23)), CellsOf(second, Date(2026, 3, 9)));
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 10), 0)), CellsOf(second, Date(2026, 3, 10)));
  EXPECT_NE(CellsOf(second, Date(2026, 3, 9)), CellsOf(second, Date(2026, 3, 10)));
  EXPECT_TRUE(Held(deltas, kVillage, At(Date(2026, 3, 15), 0)).empty());
  EXPECT_EQ(Held(deltas, kOtherVillage, At(aged, 23)), CellsOf(third, aged));
}

TEST(StatisticChanges, RecordedLateCorrectTheBirthdaysThatWereCountedMeanwhile) {
  const HouseholdProfile before = Couple();
  HouseholdProfile after = Couple();
  after.members.erase(after.members.begin());
  StatisticDeltas deltas;
  AddChange(nullptr, &before, At(Date(2026, 3, 8), 9), Date(2026, 3, 9), deltas);
  AddBirthdays(before, Date(2026, 3, 10), deltas);
  // Recorded on the 9th, written when the 10th had been counted.
  AddChange(&before, &after, At(Date(2026, 3, 9), 12), Date(2026, 3, 10), deltas);
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 9), 11)), CellsOf(before, Date(2026, 3, 9)));
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 9), 12)), CellsOf(after, Date(2026, 3, 9)));
  EXPECT_EQ(Held(deltas, kVillage, At(Date(2026, 3, 10), 1)), CellsOf(after, Date(2026, 3, 10)));
}

TEST(StatisticDays, EndAYearAMonthOrADay) {
  const Date day(2024, 2, 10);
  EXPECT_EQ(KeptUnder(RegionLevel::kVillage, day), Date(2024, 12, 31));
  EXPECT_EQ(KeptFrom(RegionLevel::kVillage, day), Date(2024, 1, 1));
  EXPECT_EQ(KeptUnder(RegionLevel::kTownship, day), Date(2024, 2, 29));
  EXPECT_EQ(KeptFrom(RegionLevel::kTownship, day), Date(2024, 2, 1));
  EXPECT_EQ(KeptUnder(RegionLevel::kCounty, day), day);
  EXPECT_EQ(KeptFrom(RegionLevel::kNation, day), day);
}

}  // namespace
}  // namespace jz::identification
