// Tables household_number, duplicate and duplicate_household. SQL only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/duplicate.h"

namespace jz::identification {

// A household's numbers; none when it is no longer on file.
struct HouseholdNumbers {
  DuplicatePlace place;
  std::string phone_sealed;                       // of the household; empty: none
  std::string bank_account_sealed;                // empty: none
  std::vector<std::string> person_phones_sealed;  // of its present members
  std::map<std::string, DuplicateKind> hashes;    // of all of them; not read
};
// Households of a region in order of (region, id), behind the given ones.
struct NumberPage {
  RegionCode region;
  RegionCode after_region;
  HouseholdId after;
  int limit = 1000;
};
absl::StatusOr<std::vector<HouseholdNumbers>> ReadNumbers(sql::Transaction& tx,
                                                          const NumberPage& page);
// Replaces what is kept of these households; those without hashes are forgotten.
absl::Status ReplaceNumbers(sql::Transaction& tx, absl::Span<const HouseholdNumbers> households);

// Numbers behind `after`, in order of hash, that households of several counties have, one of them
// in `region`.
absl::StatusOr<std::vector<std::string>> FindSharedNumbers(sql::Transaction& tx,
                                                           const std::string& after,
                                                           RegionCode region, int limit);
struct SharedNumber {
  DuplicateKind kind = DuplicateKind::kPhone;
  std::string number_hash;
  std::vector<DuplicatePlace> places;  // in order of household
};
absl::StatusOr<std::vector<SharedNumber>> LoadShared(sql::Transaction& tx,
                                                     absl::Span<const std::string> hashes);

// With places and row locks.
absl::StatusOr<std::vector<Duplicate>> LockDuplicatesByNumber(sql::Transaction& tx,
                                                              absl::Span<const std::string> hashes);
// Those of `ids` with a household in `scope`.
absl::StatusOr<std::vector<Duplicate>> LockDuplicates(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const DuplicateId> ids);
struct DuplicatePage {
  DuplicateKind kind = DuplicateKind::kUnspecified;     // all
  DuplicateState state = DuplicateState::kUnspecified;  // all
  DuplicateId after;
  int limit = 50;
};
absl::StatusOr<std::vector<Duplicate>> ListDuplicates(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const DuplicatePage& page);
// Those of a region that `run` did not find, with row locks.
absl::StatusOr<std::vector<Duplicate>> LockUnseen(sql::Transaction& tx, RegionCode region,
                                                  int64_t run, int limit);
// Inserts or replaces, with places.
absl::Status PutDuplicates(sql::Transaction& tx, absl::Span<const Duplicate> duplicates);

}  // namespace jz::identification
