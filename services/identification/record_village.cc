#include "services/identification/record_village.h"

#include <algorithm>
#include <vector>

#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/household_profile.h"
#include "services/identification/record_statistics.h"

namespace jz::identification {

absl::Status RecordVillages(sql::Transaction& tx, absl::Span<VillageChange> changes,
                            const std::string& reason, const ChangeAuthor& author) {
  std::vector<VillageRow> rows;
  std::vector<VillageVersion> versions;
  std::vector<common::v1::Change> feed;
  std::vector<VillageFigures> figures;
  for (VillageChange& change : changes) {
    VillageRow& row = change.row;
    v1::VillageItems before;
    if (!before.ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "the record of a village does not parse");
    }
    const absl::Time now =
        row.version == 0 ? author.recorded_at : std::max(row.updated_at, author.recorded_at);
    figures.push_back({.village = row.region,
                       .before = CellsOf(before),
                       .after = CellsOf(change.items),
                       .at = now});
    ++row.version;
    change.items.set_region_code(row.region.number());
    row.facts = change.items.SerializeAsString();
    row.updated_by = author.recorded_by;
    row.updated_at = now;
    rows.push_back(row);
    v1::VillageRecord record;
    *record.mutable_items() = change.items;
    versions.push_back({.region = row.region,
                        .version = row.version,
                        .reason = reason,
                        .snapshot = record.SerializeAsString(),
                        .recorded_by = author.recorded_by,
                        .recorded_at = now});
    v1::VillageChanged payload;
    *payload.mutable_items() = change.items;
    feed.push_back(feed::MakeChange("villages/" + row.region.ToString(), row.region, row.version,
                                    author.recorded_at, payload));
  }
  if (rows.empty()) return absl::OkStatus();
  // History first: two writers of a new village meet at its first version, before anything is
  // replaced.
  absl::Status history = InsertVillageVersions(tx, versions);
  if (absl::IsAlreadyExists(history)) {
    return Aborted("VILLAGE_ENTERED", {}, "somebody else has entered the village meanwhile");
  }
  JZ_RETURN_IF_ERROR(history);
  JZ_RETURN_IF_ERROR(UpsertVillages(tx, rows));
  JZ_RETURN_IF_ERROR(feed::Publish(tx, std::move(feed)));
  return RecordVillageFigures(tx, figures);
}

}  // namespace jz::identification
