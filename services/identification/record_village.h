// The one way in which the record of a village changes: row, history, feed and statistics
// together.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/record_household.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {

struct VillageChange {
  // As loaded and locked, or new; RecordVillages raises its version by one and sets the rest.
  VillageRow row;
  v1::VillageItems items;
};

// Call it last in a transaction, and Outbox::Notify after the commit. Each village once. ABORTED
// VILLAGE_ENTERED when somebody else has entered a new one meanwhile.
absl::Status RecordVillages(sql::Transaction& tx, absl::Span<VillageChange> changes,
                            const std::string& reason, const ChangeAuthor& author);

}  // namespace jz::identification
