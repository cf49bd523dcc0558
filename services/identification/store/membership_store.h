// Where persons were members before (table former_membership), and what households were made of
// (household_link). SQL only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {

// What `person` was until now, with left_on and left_reason set. One who left on the day of joining
// was never a member, and is left out.
absl::Status InsertFormerMemberships(sql::Transaction& tx, absl::Span<const Person> persons,
                                     const RecordedBy& recorded);

enum class HouseholdLinkKind : int { kUnspecified = 0, kSplit = 1, kMerge = 2 };

struct HouseholdLink {
  HouseholdLinkKind kind = HouseholdLinkKind::kUnspecified;
  HouseholdId from;
  HouseholdId to;
  Date effective_date;
  int person_count = 0;
  std::string reason;
  std::string recorded_by;
  absl::Time recorded_at;
};
absl::Status InsertHouseholdLinks(sql::Transaction& tx, absl::Span<const HouseholdLink> links);
// Of a household that the caller has loaded within its scope, where both households are in `scope`;
// the latest 200, oldest first.
absl::StatusOr<std::vector<HouseholdLink>> ListHouseholdLinks(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              HouseholdId household);

}  // namespace jz::identification
