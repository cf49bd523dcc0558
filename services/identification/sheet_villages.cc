// Rows of the village sheet.
#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "services/identification/record_village.h"
#include "services/identification/sheet_batch.h"

namespace jz::identification {

absl::StatusOr<SheetOutcome> ApplyVillageRows(sql::Transaction& tx, const SheetUpdate& update,
                                              const SheetBatch& batch, const SheetWrite* write) {
  std::vector<RegionCode> villages;
  for (const SheetRow& row : batch.rows) {
    if (row.errors.empty()) villages.push_back(row.region);
  }
  const auth::RegionScope scope({update.context.region});
  JZ_ASSIGN_OR_RETURN(std::vector<VillageRow> rows, write != nullptr
                                                        ? LockVillages(tx, scope, villages)
                                                        : LoadVillages(tx, scope, villages));
  absl::flat_hash_map<int64_t, VillageRow> stored;
  for (VillageRow& row : rows) stored[row.region.number()] = std::move(row);
  SheetOutcome outcome;
  std::vector<VillageChange> changes;
  for (const SheetRow& row : batch.rows) {
    if (!row.errors.empty()) {
      ++outcome.refused_rows;
      continue;
    }
    VillageChange change{.row = stored[row.region.number()], .items = {}};
    if (!change.items.ParseFromString(change.row.facts)) {
      return Internal("FACTS_BROKEN", "the record of a village does not parse");
    }
    change.row.region = row.region;
    update.columns.CopyItems(SheetGroup::kVillage, row.items, change.items);
    change.items.set_region_code(row.region.number());
    if (change.row.version != 0 && change.items.SerializeAsString() == change.row.facts) continue;
    ++outcome.villages;
    changes.push_back(std::move(change));
  }
  if (write != nullptr) {
    JZ_RETURN_IF_ERROR(RecordVillages(tx, absl::MakeSpan(changes), "IMPORTED",
                                      {.recorded_by = write->author, .recorded_at = write->now}));
  }
  return outcome;
}

}  // namespace jz::identification
