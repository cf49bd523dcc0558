// Whole households: with members, latest income and facts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "services/identification/convert_register.h"
#include "services/identification/deps.h"

namespace jz::identification {

// Those of up to 1,000 ids that exist inside `scope`, by id.
absl::StatusOr<std::vector<HouseholdView>> LoadHouseholdViews(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              absl::Span<const HouseholdId> ids);

// Serialized v1::Household of each of up to 1,000 ids, in their order, as they are now; null where
// there is none inside `scope`. Masked as for Purpose::kDetail.
absl::StatusOr<std::vector<std::shared_ptr<const std::string>>> ReadHouseholds(
    const Deps& deps, const auth::RegionScope& scope, absl::Span<const HouseholdId> ids,
    absl::Time deadline);

}  // namespace jz::identification
