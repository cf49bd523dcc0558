#include "services/identification/convert_history.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/identification/convert_register.h"

namespace jz::identification {
namespace {

absl::StatusOr<Person> PersonFrom(const v1::PersonRecord& record) {
  Person person;
  person.id = PersonId(record.person_id());
  person.national_no = record.national_no();
  person.name = record.name();
  person.sex = static_cast<Sex>(record.sex());
  person.citizen_id_sealed = record.citizen_id_sealed();
  person.relation = record.relation();
  person.ethnicity = record.ethnicity();
  person.education = record.education();
  person.student = record.student();
  person.health = SplitCodes(record.health());
  person.labour = record.labour();
  JZ_ASSIGN_OR_RETURN(person.birth_date, ParseDate(record.birth_date()));
  JZ_ASSIGN_OR_RETURN(person.joined_on, ParseDate(record.joined_on()));
  return person;
}

absl::StatusOr<HouseholdView> ViewOf(const HouseholdVersion& version,
                                     const v1::HouseholdRecord& record) {
  HouseholdView view;
  Household& household = view.household;
  household.id = HouseholdId(record.household_id());
  household.region = RegionCode::FromNumber(record.region_code());
  household.group_name = record.group_name();
  household.national_no = record.national_no();
  household.head = PersonId(record.head_person_id());
  household.state = static_cast<HouseholdState>(record.state());
  JZ_ASSIGN_OR_RETURN(household.state_since, ParseDate(record.state_since()));
  household.phone_sealed = record.phone_sealed();
  household.bank = record.bank();
  household.bank_account_sealed = record.bank_account_sealed();
  household.main_cause = record.main_cause();
  household.housing = record.housing();
  household.safe_water = record.safe_water();
  household.education_ok = record.education_ok();
  household.medical_ok = record.medical_ok();
  household.exclusion_kinds.assign(record.exclusion_kinds().begin(),
                                   record.exclusion_kinds().end());
  household.net_income_per_head_fen = record.net_income_per_head_fen();
  household.previous_net_income_per_head_fen = record.previous_net_income_per_head_fen();
  household.planned_exit_year = record.planned_exit_year();
  household.version = version.version;
  household.updated_by = version.recorded_by;
  household.updated_at = version.recorded_at;
  for (const v1::PersonRecord& member : record.members()) {
    JZ_ASSIGN_OR_RETURN(Person person, PersonFrom(member));
    if (person.id == household.head) view.head_name = person.name;
    view.members.push_back(std::move(person));
  }
  household.member_count = static_cast<int>(view.members.size());
  household.able_to_work_count =
      static_cast<int>(std::count_if(view.members.begin(), view.members.end(), AbleToWork));
  return view;
}

}  // namespace

absl::StatusOr<v1::Household> ToMessage(const HouseholdVersion& version,
                                        const v1::HouseholdRecord& record,
                                        const crypto::Sealer& sealer, crypto::Purpose purpose) {
  JZ_ASSIGN_OR_RETURN(HouseholdView view, ViewOf(version, record));
  if (purpose == crypto::Purpose::kDetail) {
    if (record.has_facts()) view.facts = record.facts();
  } else {
    view.members.clear();
  }
  JZ_ASSIGN_OR_RETURN(v1::Household message, ToMessage(view, sealer, purpose));
  message.clear_create_time();
  return message;
}

absl::StatusOr<v1::Member> ToMessage(const v1::PersonRecord& record, const crypto::Sealer& sealer,
                                     crypto::Purpose purpose) {
  JZ_ASSIGN_OR_RETURN(Person person, PersonFrom(record));
  return ToMessage(person, sealer, purpose);
}

}  // namespace jz::identification
