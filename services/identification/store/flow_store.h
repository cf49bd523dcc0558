// Counts of equal histories, from the adjustments of households and the days on which persons
// joined and left. SQL only.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/flow.h"

namespace jz::identification {

// First and last day.
struct Period {
  Date start;
  Date end;
};

// Households are counted in the region where they lived on the last day, so that opening, flows and
// closing are about the same ones.
absl::StatusOr<std::vector<HouseholdGroup>> CountHouseholdCourses(sql::Transaction& tx,
                                                                  const auth::RegionScope& scope,
                                                                  const Period& period);
// Persons of households that were on the register at the start or the end, or came and went.
absl::StatusOr<std::vector<PersonGroup>> CountPersonCourses(sql::Transaction& tx,
                                                            const auth::RegionScope& scope,
                                                            const Period& period);

}  // namespace jz::identification
