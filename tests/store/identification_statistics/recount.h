// Figures counted by going through the history, household by household, with sets of ids: what
// statistics have to equal. Shares no code with them but the words for dimensions.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "common/sql/database.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/statistic_query.h"

namespace jz::identification::testing {

namespace v1 = ::jingzhun::identification::v1;

// Every version that was ever recorded.
struct History {
  struct Version {
    absl::Time recorded_at;
    v1::HouseholdRecord record;
  };
  std::map<int64_t, std::vector<Version>> households;
  struct VillageVersion {
    absl::Time recorded_at;
    v1::VillageItems items;
  };
  std::map<int64_t, std::vector<VillageVersion>> villages;
};
History LoadHistory(sql::Database& db);

struct Distinct {
  std::set<int64_t> households;
  std::set<int64_t> persons;
};
struct Recounted {
  Distinct total;
  std::map<std::vector<int>, Distinct> rows;
  int64_t registered_persons = 0;
  int64_t population = 0;
  int64_t villages = 0;
};
Recounted Count(const History& history, RegionCode region, const StatisticQuery& query,
                absl::Time at);

// "" when the figures say what was counted; figures may leave out what overlaps.
std::string Differences(const StatisticFigures& figures, const Recounted& counted,
                        const StatisticQuery& query);

}  // namespace jz::identification::testing
