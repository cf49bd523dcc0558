// Table household_facts: everything that is known of each household as it stands. SQL only; rows
// are written by RecordHouseholds (record_household.h).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// What of the facts has columns, for searching; 0: absent.
struct FactsIndex {
  int household_type = 0;
  int monitored_category = 0;
  int64_t risks = 0;        // bit n for code n
  int risk_eliminated = 0;  // number of YesNo
  int housing_grade = 0;
};

struct FactsRow {
  HouseholdId household;
  RegionCode region;
  int64_t version = 0;
  std::string facts;      // serialized HouseholdFacts
  FactsIndex index = {};  // not read
};

// Of up to 1,000 households that the caller has loaded within its scope, by household; those
// without any are left out.
absl::StatusOr<std::vector<FactsRow>> LoadFacts(sql::Transaction& tx,
                                                absl::Span<const HouseholdId> households);
// The households inside `region` behind (after_region, after_household), by region and household.
struct FactsPage {
  RegionCode region;
  RegionCode after_region;
  HouseholdId after_household;
  int limit = 1000;
};
absl::StatusOr<std::vector<FactsRow>> ListFacts(sql::Transaction& tx, const FactsPage& page);
// How many households there are inside `region`.
absl::StatusOr<int64_t> CountFacts(sql::Transaction& tx, RegionCode region);

// Inserts or replaces; each household once.
absl::Status UpsertFacts(sql::Transaction& tx, absl::Span<const FactsRow> rows);

}  // namespace jz::identification
