// The facts of a household (facts.proto): items that only they hold, and what columns of household
// and person say, kept equal to those.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/citizen_id.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/domain/imported_household.h"
#include "services/identification/store/facts_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Codes that the service itself sets, of the lists in data/code_lists.csv.
inline constexpr int kHouseholdTypeExited = 1;
inline constexpr int kIdTypeResident = 1;
inline constexpr int kIdTypeDisability = 2;

inline v1::YesNo ToYesNo(bool yes) { return yes ? v1::YES_NO_YES : v1::YES_NO_NO; }

// Brings the columns into the facts: what they say holds. Members come in the order of `members`;
// those of before who are not among them become former members.
void RefreshFacts(const Household& household, absl::Span<const Person> members,
                  v1::HouseholdFacts& facts);

// What rules may know of an identity number: its kind, length and validity, and what a disability
// card says.
void SetIdentityFacts(const CitizenId& id, v1::PersonItems& person);

// What rules may know of a phone number.
struct PhoneFacts {
  int digits = 0;
  v1::YesNo mobile = v1::YES_NO_UNSPECIFIED;  // 11 digits, first 1, second 3 to 9
};
PhoneFacts PhoneFactsOf(absl::string_view phone);

// Numbers those members alike who share a phone number. `phones` belongs to `members`, empty where
// there is none.
void SetPhoneGroups(absl::Span<const std::string> phones, v1::HouseholdFacts& facts);

// What of them has columns of its own.
FactsIndex IndexOf(const v1::HouseholdFacts& facts);

// YYYYMMDD
int ToDayNumber(Date date);

// Of a household of a register file.
v1::HouseholdFacts FactsOf(const ImportHousehold& file, const ImportedHousehold& imported);

}  // namespace jz::identification
