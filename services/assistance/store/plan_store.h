// Help plans with their measures.
#pragma once

#include <vector>

#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/assistance/domain/assistance.h"
#include "services/assistance/store/party_store.h"

namespace jz::assistance {

// ALREADY_EXISTS, reason PLAN_EXISTS, when a household has a plan of that year.
absl::Status InsertPlans(sql::Transaction& tx, const std::vector<Plan>& plans,
                         const Recorded& recorded);
// With their measures, in the order of ids. `year` 0: any.
absl::StatusOr<std::vector<Plan>> ListPlans(sql::Transaction& tx, const auth::RegionScope& scope,
                                            int year, const Page& page);
absl::StatusOr<std::vector<Plan>> PlansById(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const std::vector<int64_t>& ids);
// The plans of these measures, locked in the order of ids; measures outside the scope are missing.
absl::StatusOr<std::vector<Plan>> LockPlansOfMeasures(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const std::vector<int64_t>& measures);
// Marks measures as done and adds one to the version of their plans.
absl::Status CompleteMeasures(sql::Transaction& tx, const std::vector<int64_t>& measures,
                              const std::vector<int64_t>& plans, Date done, const std::string& by);

}  // namespace jz::assistance
