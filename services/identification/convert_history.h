// Households and persons as they were in a version, as the register shows them.
#pragma once

#include "absl/status/statusor.h"
#include "common/crypto/mask.h"
#include "common/crypto/sealer.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/store/household_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// A household as `version`, whose snapshot `record` is, has it: without income, import and time of
// creation. In detail with members and facts. DATA_LOSS when a sealed value does not open.
absl::StatusOr<v1::Household> ToMessage(const HouseholdVersion& version,
                                        const v1::HouseholdRecord& record,
                                        const crypto::Sealer& sealer, crypto::Purpose purpose);
absl::StatusOr<v1::Member> ToMessage(const v1::PersonRecord& record, const crypto::Sealer& sealer,
                                     crypto::Purpose purpose);

}  // namespace jz::identification
