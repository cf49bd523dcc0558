// Values of the register to messages. Personal data is masked here, and only here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/mask.h"
#include "common/crypto/sealer.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/income.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

v1::HouseholdState ToMessage(HouseholdState state);
// `cases/…`
std::string ToCaseName(int64_t case_id);

// "v12": of the household's version.
std::string EtagOf(const Household& household);

// A household with what was loaded for it.
struct HouseholdView {
  Household household;
  std::string head_name;
  std::vector<Person> members;
  std::optional<IncomeStatement> income;
  std::optional<v1::HouseholdFacts> facts = {};
};
// INTERNAL when what it was computed from does not parse.
absl::StatusOr<v1::IncomeStatement> ToMessage(const IncomeStatement& income);
// DATA_LOSS when a sealed value does not open.
absl::StatusOr<v1::Household> ToMessage(const HouseholdView& view, const crypto::Sealer& sealer,
                                        crypto::Purpose purpose);
absl::StatusOr<v1::Member> ToMessage(const Person& person, const crypto::Sealer& sealer,
                                     crypto::Purpose purpose);

// INVALID_ARGUMENT with every violation: kind, date, names, duplicates.
struct MemberChange {
  PersonId person;
  std::string kind;
  Date date;
  std::string household_etag;
  std::string note;
};
absl::StatusOr<std::vector<MemberChange>> MemberChangesFrom(
    const v1::RecordMemberChangesRequest& request, Date today);

// 1 to 1,000 names, each once.
absl::StatusOr<std::vector<HouseholdId>> HouseholdIdsFrom(
    const v1::BatchGetHouseholdsRequest& request);

}  // namespace jz::identification
