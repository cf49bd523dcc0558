// Tables household_phone, duplicate and duplicate_household. SQL only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/duplicate.h"

namespace jz::identification {

// A household's numbers; none when it is no longer on file.
struct HouseholdPhones {
  DuplicatePlace place;
  std::string phone_sealed;                       // of the household; empty: none
  std::vector<std::string> person_phones_sealed;  // of its present members
  std::set<std::string> hashes;                   // of all of them; not read
};
// Households of a region in order of (region, id), behind the given ones.
struct PhonePage {
  RegionCode region;
  RegionCode after_region;
  HouseholdId after;
  int limit = 1000;
};
absl::StatusOr<std::vector<HouseholdPhones>> ReadPhones(sql::Transaction& tx,
                                                        const PhonePage& page);
// Replaces what is kept of these households; those without hashes are forgotten.
absl::Status ReplacePhones(sql::Transaction& tx, absl::Span<const HouseholdPhones> phones);

// Numbers behind `after`, in order of hash, that households of several counties have, one of them
// in `region`.
absl::StatusOr<std::vector<std::string>> FindSharedPhones(sql::Transaction& tx,
                                                          const std::string& after,
                                                          RegionCode region, int limit);
struct SharedPhone {
  std::string phone_hash;
  std::vector<DuplicatePlace> places;  // in order of household
};
absl::StatusOr<std::vector<SharedPhone>> LoadShared(sql::Transaction& tx,
                                                    absl::Span<const std::string> hashes);

// With places and row locks.
absl::StatusOr<std::vector<Duplicate>> LockDuplicatesByPhone(sql::Transaction& tx,
                                                             absl::Span<const std::string> hashes);
// Those of `ids` with a household in `scope`.
absl::StatusOr<std::vector<Duplicate>> LockDuplicates(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const DuplicateId> ids);
struct DuplicatePage {
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
