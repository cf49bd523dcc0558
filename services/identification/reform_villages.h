// Records of villages whose codes end.
#pragma once

#include "absl/status/status.h"
#include "common/sql/database.h"
#include "services/identification/domain/region.h"
#include "services/identification/domain/region_reform.h"
#include "services/identification/record_household.h"

namespace jz::identification {

// Population and households of a village that ends are no longer counted as its own: they are added
// to the record of its successor when there is one only. Of a village that is split somebody has to
// say who lives where. What else its record says stays. Past figures stay, as always.
absl::Status HandOverVillages(sql::Transaction& tx, const RegionReform& reform,
                              absl::Span<const Region> closed, const ChangeAuthor& author);

}  // namespace jz::identification
