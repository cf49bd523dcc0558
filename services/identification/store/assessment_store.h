// What an assessment needs to know beyond the rows of households and incomes. SQL only.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/assessment.h"

namespace jz::identification {

absl::StatusOr<int64_t> CountHouseholds(sql::Transaction& tx, const auth::RegionScope& scope,
                                        const std::vector<HouseholdState>& states);

// Everybody who left up to 1,000 households that the caller has loaded within its scope.
struct HouseholdDeparture {
  HouseholdId household;
  HouseholdFacts::Departure departure;
};
absl::StatusOr<std::vector<HouseholdDeparture>> LoadDepartures(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);

// The income of the year in which each household was admitted, where a statement exists.
struct AdmissionIncome {
  HouseholdId household;
  Date admitted_on;
  int64_t net_per_head_fen = 0;
};
absl::StatusOr<std::vector<AdmissionIncome>> LoadAdmissionIncomes(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);

}  // namespace jz::identification
