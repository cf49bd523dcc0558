// What statistics know of a household, from its facts and from its history.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/statistic_profile.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Facts as RecordHouseholds keeps them: with state, village and present members.
HouseholdProfile ProfileOf(const v1::HouseholdFacts& facts);
// A version of a household; one from before there were facts has what its columns say.
HouseholdProfile ProfileOf(const v1::HouseholdRecord& record);

// INTERNAL HISTORY_BROKEN when it does not parse.
absl::StatusOr<v1::HouseholdRecord> ParseRecord(absl::string_view snapshot);

// What the record of a village counts in: population and households, while it has any.
StatisticCells CellsOf(const v1::VillageItems& items);

}  // namespace jz::identification
