// Two versions of a household side by side, and what a proposed edit makes of them.
#pragma once

#include "absl/status/statusor.h"
#include "common/crypto/sealer.h"
#include "jingzhun/identification/v1/change_request.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Items that differ between `base` and `current`, or that `edit` changes. Names and numbers of
// persons are masked as in lists. DATA_LOSS when a sealed value does not open.
absl::StatusOr<v1::ChangeConflict> CompareVersions(const v1::HouseholdRecord& base,
                                                   const v1::HouseholdRecord& current,
                                                   const v1::HouseholdEdit& edit,
                                                   const crypto::Sealer& sealer);

// An edit as an answer may show it.
v1::HouseholdEdit Masked(v1::HouseholdEdit edit);

}  // namespace jz::identification
