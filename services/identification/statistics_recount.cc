#include "services/identification/statistics_recount.h"

#include <optional>

#include "common/status/status.h"
#include "services/identification/household_profile.h"
#include "services/identification/store/history_store.h"

namespace jz::identification {
namespace {

constexpr int kLoadAtOnce = 200;

void Take(RegionCode village, const StatisticDeltas& deltas, VillageChanges& changes) {
  for (const auto& [where, cells] : deltas) {
    if (where.first == village) changes[where.second].Add(cells);
  }
}

// `versions` are those of one or more households, complete and in order.
absl::Status CountVersions(absl::Span<const HouseholdVersion> versions, RegionCode village,
                           Date aged_until, VillageChanges& changes) {
  std::optional<HouseholdProfile> before;
  for (size_t i = 0; i < versions.size(); ++i) {
    if (i == 0 || versions[i].household != versions[i - 1].household) before.reset();
    JZ_ASSIGN_OR_RETURN(v1::HouseholdRecord record, ParseRecord(versions[i].snapshot));
    HouseholdProfile after = ProfileOf(record);
    StatisticDeltas deltas;
    AddChange(before ? &*before : nullptr, &after, versions[i].recorded_at, aged_until, deltas);
    Take(village, deltas, changes);
    before = std::move(after);
  }
  return absl::OkStatus();
}

absl::Status CountVillageRecord(sql::Transaction& tx, RegionCode village, Recount& recount) {
  JZ_ASSIGN_OR_RETURN(auto snapshots, ListVillageSnapshots(tx, village));
  StatisticCells before;
  for (const VillageSnapshot& snapshot : snapshots) {
    v1::VillageRecord record;
    if (!record.ParseFromString(snapshot.snapshot)) {
      return Internal("HISTORY_BROKEN", "a version of a village does not parse");
    }
    StatisticCells after = CellsOf(record.items());
    StatisticCells& change = recount.changes[snapshot.recorded_at];
    change.Add(after);
    change.Add(before, -1);
    before = std::move(after);
  }
  recount.versions += static_cast<int64_t>(snapshots.size());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Recount> RecountVillage(sql::Transaction& tx, RegionCode village, Date aged_until) {
  Recount recount;
  JZ_RETURN_IF_ERROR(CountVillageRecord(tx, village, recount));
  std::vector<HouseholdId> ids;
  do {
    const HouseholdId after = ids.empty() ? HouseholdId() : ids.back();
    JZ_ASSIGN_OR_RETURN(ids, ListEverInVillage(tx, village, after, kLoadAtOnce));
    JZ_ASSIGN_OR_RETURN(auto versions, ListVersions(tx, ids));
    JZ_RETURN_IF_ERROR(CountVersions(versions, village, aged_until, recount.changes));
    recount.versions += static_cast<int64_t>(versions.size());
  } while (ids.size() == kLoadAtOnce);
  return recount;
}

absl::StatusOr<VillageChanges> KeptChanges(sql::Transaction& tx, RegionCode village) {
  JZ_ASSIGN_OR_RETURN(auto rows, ListDeltas(tx, village, /*also_pending=*/true));
  VillageChanges changes;
  for (const DeltaRow& row : rows) JZ_RETURN_IF_ERROR(changes[row.at].AddPacked(row.cells));
  return changes;
}

VillageChanges Difference(const VillageChanges& counted, const VillageChanges& kept) {
  VillageChanges difference;
  for (const auto& [at, cells] : counted) difference[at].Add(cells);
  for (const auto& [at, cells] : kept) difference[at].Add(cells, -1);
  std::erase_if(difference, [](const auto& change) { return change.second.empty(); });
  return difference;
}

absl::StatusOr<KeptDays> SumDays(sql::Transaction& tx, RegionCode region) {
  KeptDays days;
  RegionCode at = RegionCode::FromNumber(region.number() - 1);
  for (;;) {
    JZ_ASSIGN_OR_RETURN(std::optional<RegionCode> next, NextRecordedVillage(tx, at, region.Last()));
    if (!next) break;
    JZ_ASSIGN_OR_RETURN(auto rows, ListDeltas(tx, *next, /*also_pending=*/false));
    for (const DeltaRow& row : rows) {
      StatisticCells& day = days[KeptUnder(region.level(), DateInShanghai(row.at))];
      JZ_RETURN_IF_ERROR(day.AddPacked(row.cells));
    }
    at = *next;
  }
  const StatisticCells* before = nullptr;
  for (auto& [day, cells] : days) {
    if (before != nullptr) cells.Add(*before);
    before = &cells;
  }
  return days;
}

}  // namespace jz::identification
