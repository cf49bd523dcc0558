#include "services/identification/reform_villages.h"

#include <map>
#include <set>

#include "common/status/status.h"
#include "services/identification/record_village.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {
namespace {

constexpr char kReason[] = "REGION_REFORM";
constexpr size_t kAtOnce = 1000;

using Changes = std::map<RegionCode, VillageChange>;

// The records of the villages, locked; an empty one where there is none.
absl::StatusOr<Changes> LockRecords(sql::Transaction& tx, const std::set<RegionCode>& villages) {
  Changes changes;
  for (RegionCode village : villages) changes[village].row.region = village;
  const std::vector<RegionCode> codes(villages.begin(), villages.end());
  for (size_t begin = 0; begin < codes.size(); begin += kAtOnce) {
    JZ_ASSIGN_OR_RETURN(auto rows,
                        LockVillages(tx, auth::RegionScope::Everything(),
                                     absl::MakeConstSpan(codes).subspan(begin, kAtOnce)));
    for (VillageRow& row : rows) {
      VillageChange& change = changes[row.region];
      if (!change.items.ParseFromString(row.facts)) {
        return Internal("FACTS_BROKEN", "the record of a village does not parse");
      }
      change.row = std::move(row);
    }
  }
  return changes;
}

void HandOver(VillageChange& from, VillageChange* to) {
  if (to != nullptr) {
    to->items.set_population(to->items.population() + from.items.population());
    to->items.set_households(to->items.households() + from.items.households());
  }
  from.items.clear_population();
  from.items.clear_households();
}

}  // namespace

absl::Status HandOverVillages(sql::Transaction& tx, const RegionReform& reform,
                              absl::Span<const Region> closed, const ChangeAuthor& author) {
  std::map<RegionCode, std::set<RegionCode>> successors;
  std::set<RegionCode> concerned;
  for (const Region& region : closed) {
    successors[region.code];
    concerned.insert(region.code);
  }
  for (const RegionMove& move : reform.moves) {
    auto ends = successors.find(move.from);
    if (ends == successors.end()) continue;
    ends->second.insert(move.to);
    concerned.insert(move.to);
  }
  JZ_ASSIGN_OR_RETURN(Changes records, LockRecords(tx, concerned));
  std::set<RegionCode> changed;
  for (const auto& [village, followers] : successors) {
    VillageChange& from = records[village];
    if (from.items.population() == 0 && from.items.households() == 0) continue;
    const bool one = followers.size() == 1;
    HandOver(from, one ? &records[*followers.begin()] : nullptr);
    changed.insert(village);
    if (one) changed.insert(*followers.begin());
  }
  std::vector<VillageChange> changes;
  for (RegionCode village : changed) changes.push_back(std::move(records[village]));
  return RecordVillages(tx, absl::MakeSpan(changes), kReason, author);
}

}  // namespace jz::identification
