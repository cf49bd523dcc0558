#include "services/identification/record_statistics.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/statistic_store.h"

namespace jz::identification {

absl::Status RecordProfiles(sql::Transaction& tx, absl::Span<const ProfileChange> changes) {
  if (changes.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(std::optional<Date> aged, ShareAges(tx));
  StatisticDeltas deltas;
  std::vector<std::pair<RegionCode, HouseholdId>> left;
  bool ahead = false;
  for (const ProfileChange& change : changes) {
    const Date day = DateInShanghai(change.at);
    const HouseholdProfile* before = change.before ? &*change.before : nullptr;
    AddChange(before, &change.after, change.at, aged.value_or(day), deltas);
    ahead = ahead || day > aged.value_or(day);
    if (before != nullptr && before->region != change.after.region) {
      left.emplace_back(before->region, change.household);
    }
  }
  JZ_RETURN_IF_ERROR(InsertPastVillages(tx, left));
  // Who changes before the birthdays of the day are counted shows where that has to look at the
  // history; what did not change a figure shows it, too.
  return InsertDeltas(tx, deltas, ahead);
}

absl::Status RecordVillageFigures(sql::Transaction& tx, absl::Span<const VillageFigures> changes) {
  StatisticDeltas deltas;
  for (const VillageFigures& change : changes) {
    StatisticCells& cells = deltas[{change.village, change.at}];
    cells.Add(change.after);
    cells.Add(change.before, -1);
  }
  return InsertDeltas(tx, deltas, false);
}

}  // namespace jz::identification
