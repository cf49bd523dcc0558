// What splits and merges of households share.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "services/identification/edit_household.h"
#include "services/identification/household_draft.h"
#include "services/identification/store/membership_store.h"

namespace jz::identification {

// How persons go over: on `day`, by a split or a merge (code list member_change).
struct Regrouping {
  Date day;
  std::string kind;
};

// FAILED_PRECONDITION HOUSEHOLD_NOT_ACTIVE, HEAD_MISSING, HOUSEHOLD_HAS_OPEN_CASE, SPLIT_TOO_EARLY.
absl::Status CheckMayRegroup(sql::Transaction& tx, absl::Span<const HouseholdDraft> drafts,
                             const Regrouping& regrouping);

// The member goes to the other household, with id and facts. FAILED_PRECONDITION SPLIT_TOO_EARLY
// when the person joined after the day.
absl::Status GoOver(PersonId id, const Regrouping& regrouping, HouseholdDraft& from,
                    HouseholdDraft& to);

// The day and the reason of a request, and that the day is not in the future.
Date CheckRegrouping(const std::string& day, const std::string& reason, Date today,
                     Violations& violations);

}  // namespace jz::identification
