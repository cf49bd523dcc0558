// What changes of households and villages mean to statistics, written in the same transaction.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/statistic_profile.h"

namespace jz::identification {

struct ProfileChange {
  HouseholdId household;
  std::optional<HouseholdProfile> before;  // unset: the household is new
  HouseholdProfile after;
  absl::Time at;  // recorded_at of its version
};
// Call it last in a transaction: it shares a row that the roller of the next day waits for.
absl::Status RecordProfiles(sql::Transaction& tx, absl::Span<const ProfileChange> changes);

struct VillageFigures {
  RegionCode village;
  StatisticCells before;
  StatisticCells after;
  absl::Time at;
};
absl::Status RecordVillageFigures(sql::Transaction& tx, absl::Span<const VillageFigures> changes);

}  // namespace jz::identification
