// Households by what is known of them: tables household, household_facts and person. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// What must hold; an empty list or text, and nothing, ask for nothing.
struct HouseholdSearch {
  std::vector<HouseholdState> states;
  std::string name_prefix;
  std::string citizen_id_hash;
  std::string national_no;
  std::string person_national_no;
  std::vector<std::string> main_causes;  // as columns have them
  std::vector<int> household_types;
  std::vector<int> monitored_categories;
  std::vector<int> risks;
  std::vector<int> housing_grades;
  std::optional<bool> risk_eliminated;
  std::optional<bool> safe_water;
};

// Ids of a page, in order of (region, id), behind (after_region, after_id).
struct SearchPage {
  RegionCode after_region;
  HouseholdId after_id;
  int limit = 50;
};
struct FoundHousehold {
  RegionCode region;
  HouseholdId id;
};
absl::StatusOr<std::vector<FoundHousehold>> SearchHouseholds(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const HouseholdSearch& search,
                                                             const SearchPage& page);
// How many there are, counted up to `most`.
absl::StatusOr<int64_t> CountHouseholds(sql::Transaction& tx, const auth::RegionScope& scope,
                                        const HouseholdSearch& search, int64_t most);

}  // namespace jz::identification
