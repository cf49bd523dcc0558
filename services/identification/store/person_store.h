// Table person. SQL only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// Present members of up to 1,000 households that the caller has loaded within its scope, by
// household, head first.
absl::StatusOr<std::vector<Person>> LoadMembers(sql::Transaction& tx,
                                                absl::Span<const HouseholdId> households);
// Those of `ids` that exist inside `scope`, present or not, by id. At most 1,000.
absl::StatusOr<std::vector<Person>> LoadPersons(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                absl::Span<const PersonId> ids);
// Everybody inside `scope` with this hash, present members first. At most 50.
absl::StatusOr<std::vector<Person>> FindPersons(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                absl::string_view citizen_id_hash);
// Plain insert: ALREADY_EXISTS (uq_person_present_id) when somebody is a present member already.
absl::Status InsertPersons(sql::Transaction& tx, absl::Span<const Person> persons);

// Which of up to 1,000 hashes belong to present members anywhere in the register. Takes no scope
// and tells nothing else: an import must not let one person be registered twice.
absl::StatusOr<std::vector<std::string>> FindPresentHashes(sql::Transaction& tx,
                                                           absl::Span<const std::string> hashes);

// Where up to 1,000 hashes are present members, anywhere in the register. Takes no scope: what it
// tells stays within the service.
struct PresentMember {
  std::string hash;
  PersonId person;
  HouseholdId household;
  RegionCode region;
};
absl::StatusOr<std::vector<PresentMember>> FindPresentMembers(sql::Transaction& tx,
                                                              absl::Span<const std::string> hashes);
// Writes number, name, sealed values and codes of present members whose households the caller has
// locked; household, region and id stay.
absl::Status UpdatePersons(sql::Transaction& tx, absl::Span<const Person> persons);

// Writes every column of rows that exist and whose households, also those that they come from, the
// caller has locked: they are present members of `household` afterwards. ALREADY_EXISTS
// (uq_person_present_id) when somebody else has the identity number.
absl::Status PutMembers(sql::Transaction& tx, absl::Span<const Person> persons);
// Who left a household that the caller has locked, with one of up to 1,000 hashes; the last to
// leave comes last.
absl::StatusOr<std::vector<Person>> FindDeparted(sql::Transaction& tx, HouseholdId household,
                                                 absl::Span<const std::string> hashes);

// A member who leaves: `person` as loaded, with left_on and left_reason set.
struct Departure {
  Person person;
  std::string note;
};
// Rows of persons whose households the caller has locked.
absl::Status RecordDepartures(sql::Transaction& tx, absl::Span<const Departure> departures,
                              absl::string_view recorded_by, absl::Time recorded_at);

}  // namespace jz::identification
