// Table change_request. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/change_request.h"

namespace jz::identification {

// Plain insert: ALREADY_EXISTS (uq_change_request_waiting) when one waits for the household.
absl::Status InsertChangeRequest(sql::Transaction& tx, const ChangeRequest& request);
// The one with that id inside `scope`; with its row locked.
absl::StatusOr<std::optional<ChangeRequest>> LoadChangeRequest(sql::Transaction& tx,
                                                               const auth::RegionScope& scope,
                                                               ChangeRequestId id);
absl::StatusOr<std::optional<ChangeRequest>> LockChangeRequest(sql::Transaction& tx,
                                                               const auth::RegionScope& scope,
                                                               ChangeRequestId id);
// Writes state, steps, note and version of a row that the caller has locked.
absl::Status UpdateChangeRequest(sql::Transaction& tx, const ChangeRequest& request);

// A page in order of (region, id).
struct ChangeRequestPage {
  std::vector<ChangeRequestState> states;  // empty: all
  HouseholdId household;                   // empty: all
  std::optional<Date> due_before;          // only those that wait and are due before
  RegionCode after_region;
  ChangeRequestId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<ChangeRequest>> ListChangeRequests(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              const ChangeRequestPage& page);

// A HouseholdRecord of a household that the caller has loaded within its scope; nothing when there
// is no such version.
absl::StatusOr<std::optional<std::string>> LoadSnapshot(sql::Transaction& tx, HouseholdId household,
                                                        int64_t version);

}  // namespace jz::identification
