// Tables statistic, statistic_delta and statistic_state. SQL only. Cells of regions take no scope:
// whoever answers a caller asks for regions of the caller's scope only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/statistic_profile.h"

namespace jz::identification {

struct StatisticState {
  std::optional<Date> ages;  // the day up to which birthdays are counted
  bool filled = false;       // what was there before statistics is counted
};
absl::StatusOr<StatisticState> LoadStatisticState(sql::Transaction& tx);

// The day up to which birthdays are counted, which cannot change until `tx` ends: writers share it,
// LockAges has it alone.
absl::StatusOr<std::optional<Date>> ShareAges(sql::Transaction& tx);
absl::StatusOr<std::optional<Date>> LockAges(sql::Transaction& tx);
absl::Status SetAges(sql::Transaction& tx, Date day);
absl::Status SetFilled(sql::Transaction& tx, Date day);
// Only one transaction at a time adds deltas to what is kept.
absl::Status LockRoll(sql::Transaction& tx);
// How many transactions have corrected anything; a correction that was worked out before another
// one must not be made.
absl::StatusOr<int64_t> LoadRepairs(sql::Transaction& tx);
absl::StatusOr<int64_t> LockRepairs(sql::Transaction& tx);
absl::Status SetRepairs(sql::Transaction& tx, int64_t number);

// Those without any change are written with `also_empty` only.
absl::Status InsertDeltas(sql::Transaction& tx, const StatisticDeltas& deltas, bool also_empty);

// What `region` holds: at the end of `as_of`, or now.
absl::StatusOr<StatisticCells> LoadCells(sql::Transaction& tx, RegionCode region,
                                         std::optional<absl::Time> as_of);

struct DeltaRow {
  RegionCode region;
  absl::Time at;
  int64_t nonce = 0;
  std::string cells;  // packed
};
// Up to `limit` that are not in table statistic yet, by village.
absl::StatusOr<std::vector<DeltaRow>> ListPendingDeltas(sql::Transaction& tx, int limit);
absl::Status MarkRolled(sql::Transaction& tx, absl::Span<const DeltaRow> rows);
// All of a village, or those that are in table statistic, by time.
absl::StatusOr<std::vector<DeltaRow>> ListDeltas(sql::Transaction& tx, RegionCode village,
                                                 bool also_pending);
// Villages, by code, that changed at `since` or later.
absl::StatusOr<std::vector<RegionCode>> ChangedVillages(sql::Transaction& tx, absl::Time since);

// Kept cells of a region by day: the last one until `day`, and all later ones.
using KeptDays = std::map<Date, StatisticCells>;
absl::StatusOr<KeptDays> LoadKept(sql::Transaction& tx, RegionCode region, Date day);
struct KeptRow {
  RegionCode region;
  Date day;
  std::string cells;  // packed
};
absl::Status PutKept(sql::Transaction& tx, absl::Span<const KeptRow> rows);
absl::Status DeleteKept(sql::Transaction& tx, RegionCode region);

// The next region behind `after`, and not behind `last`, that has kept cells or a pending delta:
// regions come before those inside them. nullopt: none.
absl::StatusOr<std::optional<RegionCode>> NextCounted(sql::Transaction& tx, RegionCode after,
                                                      int64_t last);

}  // namespace jz::identification
