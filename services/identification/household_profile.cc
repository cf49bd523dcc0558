#include "services/identification/household_profile.h"

#include "absl/strings/numbers.h"
#include "common/status/status.h"
#include "services/identification/domain/household.h"

namespace jz::identification {
namespace {

// "04" is 4, "" is 0: not recorded.
int Number(absl::string_view code) {
  int number = 0;
  return absl::SimpleAtoi(code, &number) ? number : 0;
}

std::optional<Date> DayOf(int number) {
  if (number == 0) return std::nullopt;
  return Date(number / 10'000, number / 100 % 100, number % 100);
}

}  // namespace

HouseholdProfile ProfileOf(const v1::HouseholdFacts& facts) {
  HouseholdProfile profile{.region = RegionCode::FromNumber(facts.region_code()),
                           .state = facts.state(),
                           .attribute = facts.household().attribute(),
                           .cause = facts.household().main_cause(),
                           .monitored = facts.monitoring().monitored_category()};
  for (int risk : facts.monitoring().risks()) profile.risks.push_back(risk);
  for (const v1::PersonItems& person : facts.members()) {
    profile.members.push_back(
        {.sex = person.sex(),
         .birth = DayOf(person.birth_date()),
         .health = {person.health_status().begin(), person.health_status().end()},
         .labour = person.labour_capacity(),
         .education = person.education_level()});
  }
  return profile;
}

HouseholdProfile ProfileOf(const v1::HouseholdRecord& record) {
  if (record.has_facts()) {
    HouseholdProfile profile = ProfileOf(record.facts());
    profile.region = RegionCode::FromNumber(record.region_code());
    return profile;
  }
  HouseholdProfile profile{.region = RegionCode::FromNumber(record.region_code()),
                           .state = record.state(),
                           .cause = Number(record.main_cause())};
  for (const v1::PersonRecord& person : record.members()) {
    MemberProfile& member = profile.members.emplace_back();
    member.sex = person.sex();
    if (auto birth = ParseDate(person.birth_date()); birth.ok()) member.birth = *birth;
    for (const std::string& code : SplitCodes(person.health())) {
      member.health.push_back(Number(code));
    }
    member.labour = Number(person.labour());
    member.education = Number(person.education());
  }
  return profile;
}

absl::StatusOr<v1::HouseholdRecord> ParseRecord(absl::string_view snapshot) {
  v1::HouseholdRecord record;
  if (!record.ParseFromArray(snapshot.data(), static_cast<int>(snapshot.size()))) {
    return Internal("HISTORY_BROKEN", "a version of a household does not parse");
  }
  return record;
}

StatisticCells CellsOf(const v1::VillageItems& items) {
  StatisticCells cells;
  if (items.population() == 0 && items.households() == 0) return cells;
  cells.Add(kVillageCount, {1, 0});
  cells.Add(kVillageFigures, {items.households(), items.population()});
  return cells;
}

}  // namespace jz::identification
