// Table income_statement. SQL only.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/income.h"

namespace jz::identification {

struct HouseholdIncome {
  HouseholdId household;
  IncomeStatement statement;
};

// The newest version of the latest year of up to 1,000 households that the caller has loaded within
// its scope, by household; those without any are left out.
absl::StatusOr<std::vector<HouseholdIncome>> LoadLatestIncomes(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);
// Every version of every statement of up to 1,000 households that the caller has loaded within its
// scope, by household, year and version.
absl::StatusOr<std::vector<HouseholdIncome>> LoadIncomes(sql::Transaction& tx,
                                                         absl::Span<const HouseholdId> households);
absl::Status InsertIncomes(sql::Transaction& tx, absl::Span<const HouseholdIncome> rows);

}  // namespace jz::identification
