// The figures of a village from its records alone.
#pragma once

#include <map>

#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "services/identification/domain/statistic_profile.h"
#include "services/identification/store/statistic_store.h"

namespace jz::identification {

// What changed in a village, by instant.
using VillageChanges = std::map<absl::Time, StatisticCells>;

struct Recount {
  VillageChanges changes;
  int64_t versions = 0;  // that were counted
};
// From every version of its record and of every household that was ever recorded in it, with the
// birthdays up to `aged_until`.
absl::StatusOr<Recount> RecountVillage(sql::Transaction& tx, RegionCode village, Date aged_until);
// From the deltas that are kept.
absl::StatusOr<VillageChanges> KeptChanges(sql::Transaction& tx, RegionCode village);
// What is to be added to `kept` to have `counted`; no empty ones.
VillageChanges Difference(const VillageChanges& counted, const VillageChanges& kept);

// What the days of a region should be: its deltas that are in table statistic, added up.
absl::StatusOr<KeptDays> SumDays(sql::Transaction& tx, RegionCode region);

}  // namespace jz::identification
