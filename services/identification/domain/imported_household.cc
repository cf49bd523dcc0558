#include "services/identification/domain/imported_household.h"

#include <algorithm>

namespace jz::identification {
namespace {

constexpr char kImported[] = "IMPORTED";

std::vector<Adjustment> PastOf(const HouseholdFields& fields, Date identified_on) {
  std::vector<Adjustment> past;
  if (OnRegister(fields.state)) {
    past.push_back({.kind = AdjustmentKind::kAdmit,
                    .reason = kImported,
                    .effective_date = identified_on,
                    .state_before = HouseholdState::kCandidate,
                    .state_after = HouseholdState::kRegistered,
                    .member_count = fields.member_count});
  }
  if (fields.state == HouseholdState::kExited) {
    past.push_back({.kind = AdjustmentKind::kExit,
                    .reason = kImported,
                    .effective_date = fields.exited_on.value_or(identified_on),
                    .state_before = HouseholdState::kRegistered,
                    .state_after = HouseholdState::kExited,
                    .member_count = fields.member_count});
  }
  return past;
}

Person ToPerson(const PersonFields& from, const Household& household, int64_t id,
                Date identified_on) {
  Person person;
  person.id = PersonId(id);
  person.household = household.id;
  person.region = household.region;
  person.national_no = from.national_no;
  person.name = from.name;
  person.sex = from.sex;
  person.birth_date = from.birth_date;
  person.relation = from.relation;
  person.ethnicity = from.ethnicity;
  person.education = from.education;
  person.student = from.student;
  person.health = from.health;
  person.labour = from.labour;
  person.joined_on = std::max(identified_on, from.birth_date);
  return person;
}

Household ToHousehold(const HouseholdFields& fields, int64_t id) {
  Household household;
  household.id = HouseholdId(id);
  household.region = fields.region;
  household.group_name = fields.group_name;
  household.national_no = fields.national_no;
  household.state = fields.state;
  household.member_count = fields.member_count;
  household.bank = fields.bank;
  household.main_cause = fields.main_cause;
  household.housing = fields.housing;
  household.safe_water = fields.safe_water;
  household.education_ok = fields.education_ok;
  household.medical_ok = fields.medical_ok;
  household.exclusion_kinds = fields.exclusion_kinds;
  household.previous_net_income_per_head_fen = fields.previous_net_income_per_head_fen;
  return household;
}

}  // namespace

ImportedHousehold ToImportedHousehold(const ImportHousehold& from, absl::Span<const int64_t> ids,
                                      Date today) {
  const HouseholdFields& fields = from.fields;
  const Date identified_on = fields.identified_on.value_or(today);
  ImportedHousehold out;
  out.household = ToHousehold(fields, ids[0]);
  for (size_t i = 0; i < from.members.size(); ++i) {
    Person person = ToPerson(from.members[i], out.household, ids[i + 1], identified_on);
    if (person.relation == "01") out.household.head = person.id;
    if (AbleToWork(person)) ++out.household.able_to_work_count;
    out.members.push_back(std::move(person));
  }
  out.income.year = fields.income_year;
  out.income.items = fields.income;
  out.income.net_fen = NetIncomeFen(fields.income);
  out.income.net_per_head_fen = NetPerHeadFen(out.income.net_fen, fields.member_count);
  out.income.member_count = fields.member_count;
  out.income.reason = kImported;
  out.household.net_income_per_head_fen = out.income.net_per_head_fen;
  out.adjustments = PastOf(fields, identified_on);
  out.household.state_since =
      out.adjustments.empty() ? identified_on : out.adjustments.back().effective_date;
  out.household.version = std::max<int64_t>(1, static_cast<int64_t>(out.adjustments.size()));
  return out;
}

}  // namespace jz::identification
