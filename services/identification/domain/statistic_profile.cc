#include "services/identification/domain/statistic_profile.h"

#include <algorithm>

namespace jz::identification {
namespace {

constexpr int kOldest = 200;
// Ends of care for infants, of pre-school age, of compulsory education; working age from 16, adults
// from 18; the ages from which pensions, care and allowances for the old are paid.
constexpr AgeBand kAgeBands[] = {
    {0, 2, "0-2"},     {3, 6, "3-6"},     {7, 15, "7-15"},   {16, 17, "16-17"},
    {18, 59, "18-59"}, {60, 64, "60-64"}, {65, 79, "65-79"}, {80, kOldest, "80+"},
};

Date Birthday(Date birth, int age) { return Date(birth.year() + age, birth.month(), birth.day()); }

// Those of the days after `from`, up to `to`, on which members come into another band.
void AddBandDays(const HouseholdProfile* household, Date from, Date to, std::set<Date>& days) {
  if (household == nullptr || to <= from) return;
  for (const MemberProfile& member : household->members) {
    if (!member.birth) continue;
    for (const AgeBand& band : kAgeBands) {
      const Date day = Birthday(*member.birth, band.from);
      if (band.from > 0 && day > from && day <= to) days.insert(day);
    }
  }
}

void AddDifference(const HouseholdProfile& household, Date day, int64_t times,
                   StatisticDeltas& deltas) {
  StatisticCells& cells = deltas[{household.region, StartOfDay(day)}];
  AddHousehold(household, day, times, cells);
  AddHousehold(household, day - 1, -times, cells);
}

std::vector<int> Distinct(std::vector<int> values) {
  if (values.empty()) values.push_back(0);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// The values of one dimension; several for a member's health and a household's risks only.
void AppendKeys(const Cube& cube, const HouseholdProfile& household, const MemberProfile& member,
                int age, absl::Span<const int> health, std::vector<uint64_t>& keys) {
  std::array<int, 4> values{household.state, household.monitored, 0, 0};
  size_t health_at = 0;
  for (size_t i = 2; i < cube.dimensions.size(); ++i) {
    switch (cube.dimensions[i]) {
      case Dimension::kSex:
        values[i] = member.sex;
        break;
      case Dimension::kAge:
        values[i] = age;
        break;
      case Dimension::kLabour:
        values[i] = member.labour;
        break;
      case Dimension::kEducation:
        values[i] = member.education;
        break;
      default:
        health_at = i;
    }
  }
  if (health_at == 0) {
    keys.push_back(CellKey(cube, values));
    return;
  }
  for (int value : health) {
    values[health_at] = value;
    keys.push_back(CellKey(cube, values));
  }
}

}  // namespace

absl::Span<const AgeBand> AgeBands() { return kAgeBands; }

int AgeBandOn(std::optional<Date> birth, Date day) {
  if (!birth) return 0;
  int band = 1;
  for (const AgeBand& next : kAgeBands) {
    if (next.from > 0 && Birthday(*birth, next.from) <= day) ++band;
  }
  return band;
}

std::vector<Date> BirthsThatChangeBand(Date day) {
  std::vector<Date> births;
  for (const AgeBand& band : kAgeBands) {
    if (band.from == 0) continue;
    const auto year = day.year() - band.from;
    for (const Date birth : {Date(year, day.month(), day.day()), Date(year, 2, 29)}) {
      if (Birthday(birth, band.from) == day &&
          std::find(births.begin(), births.end(), birth) == births.end()) {
        births.push_back(birth);
      }
    }
  }
  return births;
}

void AddHousehold(const HouseholdProfile& household, Date day, int64_t times,
                  StatisticCells& cells) {
  const auto cubes = Cubes();
  const auto size = static_cast<int64_t>(household.members.size());
  cells.Add(CellKey(cubes[0],
                    {household.state, household.monitored, household.cause, household.attribute}),
            {times, times * size});
  for (int risk : Distinct(household.risks)) {
    cells.Add(CellKey(cubes[1], {household.state, household.monitored, risk, 0}),
              {times, times * size});
  }
  std::vector<uint64_t> keys;
  for (const MemberProfile& member : household.members) {
    const int age = AgeBandOn(member.birth, day);
    const std::vector<int> health = Distinct(member.health);
    for (const Cube& cube : cubes.subspan(2))
      AppendKeys(cube, household, member, age, health, keys);
  }
  std::sort(keys.begin(), keys.end());
  for (size_t i = 0; i < keys.size();) {
    size_t end = i;
    while (end < keys.size() && keys[end] == keys[i]) ++end;
    cells.Add(keys[i], {times, times * static_cast<int64_t>(end - i)});
    i = end;
  }
}

void AddChange(const HouseholdProfile* before, const HouseholdProfile* after, absl::Time at,
               Date aged_until, StatisticDeltas& deltas) {
  const Date day = DateInShanghai(at);
  std::set<Date> days;
  AddBandDays(before, day, aged_until, days);
  AddBandDays(after, day, aged_until, days);
  if (before != nullptr) AddHousehold(*before, day, -1, deltas[{before->region, at}]);
  if (after != nullptr) AddHousehold(*after, day, 1, deltas[{after->region, at}]);
  for (Date later : days) {
    if (before != nullptr) AddDifference(*before, later, -1, deltas);
    if (after != nullptr) AddDifference(*after, later, 1, deltas);
  }
}

void AddBirthdays(const HouseholdProfile& household, Date day, StatisticDeltas& deltas) {
  AddDifference(household, day, 1, deltas);
}

Date KeptUnder(RegionLevel level, Date day) {
  if (level == RegionLevel::kVillage) return Date(day.year(), 12, 31);
  if (level == RegionLevel::kTownship) return Date(absl::CivilMonth(day) + 1) - 1;
  return day;
}

Date KeptFrom(RegionLevel level, Date day) {
  if (level == RegionLevel::kVillage) return Date(day.year(), 1, 1);
  if (level == RegionLevel::kTownship) return Date(absl::CivilMonth(day));
  return day;
}

}  // namespace jz::identification
