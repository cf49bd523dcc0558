// Households and villages as they were: tables household_version, village_version and past_village.
// SQL only; rows of the first two are written by RecordHouseholds and RecordVillages. Takes no
// scope: who answers a caller checks where a household lived.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {

// The versions that up to 1,000 households had at the end of `at`, by household; those that were
// not recorded yet are left out.
absl::StatusOr<std::vector<HouseholdVersion>> ListVersionsAt(
    sql::Transaction& tx, absl::Span<const HouseholdId> households, absl::Time at);
// Every version of up to 1,000 households, by household and version.
absl::StatusOr<std::vector<HouseholdVersion>> ListVersions(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);

// Households behind `after` that are or ever were recorded in a village, by id.
absl::StatusOr<std::vector<HouseholdId>> ListEverInVillage(sql::Transaction& tx, RegionCode village,
                                                           HouseholdId after, int limit);
// Remembers that households were recorded in a village; safe to repeat.
absl::Status InsertPastVillages(sql::Transaction& tx,
                                absl::Span<const std::pair<RegionCode, HouseholdId>> pairs);

// Every version of the record of a village, in order.
struct VillageSnapshot {
  absl::Time recorded_at;
  std::string snapshot;  // serialized VillageRecord
};
absl::StatusOr<std::vector<VillageSnapshot>> ListVillageSnapshots(sql::Transaction& tx,
                                                                  RegionCode village);

// The record that a village inside `scope` had at the end of `at`, its `facts` a serialized
// VillageRecord; nullopt: none yet.
absl::StatusOr<std::optional<VillageRow>> FindVillageAt(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        RegionCode village, absl::Time at);

// The next village behind `after`, and not behind `last`, that ever had a household, a record or a
// figure; nullopt: none.
absl::StatusOr<std::optional<RegionCode>> NextRecordedVillage(sql::Transaction& tx,
                                                              RegionCode after, int64_t last);

// Households, by id, of persons who were born on one of the days, present or not.
absl::StatusOr<std::vector<HouseholdId>> FindHouseholdsOfBirths(sql::Transaction& tx,
                                                                absl::Span<const Date> births);

}  // namespace jz::identification
