#include "tests/store/identification_statistics/recount.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/identification/domain/household.h"

namespace jz::identification::testing {
namespace {

int Number(const std::string& code) { return std::atoi(code.c_str()); }

int AgeBand(const std::string& birth, Date day) {
  const int year = std::atoi(birth.substr(0, 4).c_str());
  const int month = std::atoi(birth.substr(5, 2).c_str());
  const int of_month = std::atoi(birth.substr(8, 2).c_str());
  int age = static_cast<int>(day.year()) - year;
  if (day.month() < month || (day.month() == month && day.day() < of_month)) --age;
  if (age < 3) return 1;
  if (age < 7) return 2;
  if (age < 16) return 3;
  if (age < 18) return 4;
  if (age < 60) return 5;
  if (age < 65) return 6;
  return age < 80 ? 7 : 8;
}

using Values = std::map<Dimension, std::set<int>>;

Values OfHousehold(const v1::HouseholdRecord& record) {
  Values values;
  values[Dimension::kState] = {record.state()};
  values[Dimension::kCause] = {Number(record.main_cause())};
  values[Dimension::kAttribute] = {record.facts().household().attribute()};
  values[Dimension::kMonitored] = {record.facts().monitoring().monitored_category()};
  std::set<int>& risks = values[Dimension::kRisk];
  for (int risk : record.facts().monitoring().risks()) risks.insert(risk);
  if (risks.empty()) risks = {0};
  return values;
}

Values OfPerson(const v1::PersonRecord& person, Date day) {
  Values values;
  values[Dimension::kSex] = {person.sex()};
  values[Dimension::kAge] = {AgeBand(person.birth_date(), day)};
  values[Dimension::kLabour] = {Number(person.labour())};
  values[Dimension::kEducation] = {Number(person.education())};
  std::set<int>& health = values[Dimension::kHealth];
  for (const std::string& code : SplitCodes(person.health())) health.insert(Number(code));
  if (health.empty()) health = {0};
  return values;
}

bool Passes(const Values& values, const StatisticFilter& filter) {
  for (int value : filter.values) {
    if (values.at(filter.dimension).contains(value)) return true;
  }
  return false;
}

// Calls `use` with every row that somebody with these values is in.
template <class Use>
void EachRow(const Values& values, const StatisticQuery& query, std::vector<int> row, Use use) {
  if (row.size() == query.group_by.size()) return use(row);
  const Dimension dimension = query.group_by[row.size()];
  for (int value : values.at(dimension)) {
    bool passes = true;
    for (const StatisticFilter& filter : query.filters) {
      if (filter.dimension != dimension) continue;
      passes = std::count(filter.values.begin(), filter.values.end(), value) > 0;
    }
    if (!passes) continue;
    std::vector<int> longer = row;
    longer.push_back(value);
    EachRow(values, query, longer, use);
  }
}

void CountHousehold(const v1::HouseholdRecord& record, const StatisticQuery& query, Date day,
                    Recounted& counted) {
  bool about_members = false;
  for (Dimension d : query.group_by) about_members |= d >= Dimension::kSex;
  bool filters_members = false;
  for (const StatisticFilter& f : query.filters) filters_members |= f.dimension >= Dimension::kSex;
  auto add = [&](const Values& values, const std::vector<int64_t>& persons, bool total, bool rows) {
    for (const StatisticFilter& filter : query.filters) {
      if (values.contains(filter.dimension) && !Passes(values, filter)) return;
    }
    auto put = [&](Distinct& distinct) {
      distinct.households.insert(record.household_id());
      distinct.persons.insert(persons.begin(), persons.end());
    };
    if (total) put(counted.total);
    if (rows)
      EachRow(values, query, {}, [&](const std::vector<int>& row) { put(counted.rows[row]); });
  };
  const Values household = OfHousehold(record);
  std::vector<int64_t> all;
  for (const v1::PersonRecord& person : record.members()) all.push_back(person.person_id());
  if (!filters_members) add(household, all, true, !about_members);
  if (!filters_members && !about_members) return;
  for (const v1::PersonRecord& person : record.members()) {
    Values values = household;
    values.merge(OfPerson(person, day));
    add(values, {person.person_id()}, filters_members, true);
  }
}

}  // namespace

History LoadHistory(sql::Database& db) {
  History history;
  absl::Status read = db.Read(absl::Now() + absl::Minutes(5), [&](sql::Transaction& tx) {
    history = {};
    absl::Status status = tx.Query(
        "SELECT household_id, recorded_at_us, snapshot FROM household_version ORDER BY "
        "household_id, version",
        {}, [&](const sql::Row& row) {
          History::Version& version = history.households[row.Int(0)].emplace_back();
          version.recorded_at = row.Time(1);
          EXPECT_TRUE(version.record.ParseFromString(row.Text(2)));
        });
    if (!status.ok()) return status;
    return tx.Query(
        "SELECT region_code, recorded_at_us, snapshot FROM village_version ORDER BY region_code, "
        "version",
        {}, [&](const sql::Row& row) {
          v1::VillageRecord record;
          EXPECT_TRUE(record.ParseFromString(row.Text(2)));
          history.villages[row.Int(0)].push_back({row.Time(1), record.items()});
        });
  });
  EXPECT_TRUE(read.ok()) << read;
  return history;
}

Recounted Count(const History& history, RegionCode region, const StatisticQuery& query,
                absl::Time at) {
  Recounted counted;
  const Date day = DateInShanghai(at);
  for (const auto& [id, versions] : history.households) {
    const v1::HouseholdRecord* last = nullptr;
    for (const History::Version& version : versions) {
      if (version.recorded_at <= at) last = &version.record;
    }
    if (last == nullptr || !region.Contains(RegionCode::FromNumber(last->region_code()))) continue;
    CountHousehold(*last, query, day, counted);
    if (last->state() == v1::HOUSEHOLD_STATE_REGISTERED) {
      counted.registered_persons += last->members_size();
    }
  }
  for (const auto& [code, versions] : history.villages) {
    const v1::VillageItems* last = nullptr;
    for (const History::VillageVersion& version : versions) {
      if (version.recorded_at <= at) last = &version.items;
    }
    if (last == nullptr || !region.Contains(RegionCode::FromNumber(code))) continue;
    counted.population += last->population();
    counted.villages += last->population() + last->households() > 0;
  }
  return counted;
}

std::string Differences(const StatisticFigures& figures, const Recounted& counted,
                        const StatisticQuery& query) {
  std::vector<std::string> wrong;
  auto compare = [&](const std::string& what, const StatisticCount& figure,
                     const Distinct& distinct) {
    const auto households = static_cast<int64_t>(distinct.households.size());
    const auto persons = static_cast<int64_t>(distinct.persons.size());
    if (figure.households.value_or(households) != households ||
        figure.persons.value_or(persons) != persons) {
      wrong.push_back(absl::StrCat(what, ": kept ", figure.households.value_or(-1), "/",
                                   figure.persons.value_or(-1), ", counted ", households, "/",
                                   persons));
    }
  };
  compare("total", figures.total, counted.total);
  std::map<std::vector<int>, Distinct> rows = counted.rows;
  if (query.group_by.empty()) rows.clear();
  for (const StatisticRow& row : figures.rows) {
    compare(absl::StrJoin(row.values, ","), row.count, rows[row.values]);
    rows.erase(row.values);
  }
  for (const auto& [values, distinct] : rows) compare(absl::StrJoin(values, ","), {0, 0}, distinct);
  if (figures.registered_persons != counted.registered_persons ||
      figures.population != counted.population || figures.villages != counted.villages) {
    wrong.push_back("incidence");
  }
  return absl::StrJoin(wrong, "\n");
}

}  // namespace jz::identification::testing
