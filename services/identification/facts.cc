#include "services/identification/facts.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace jz::identification {
namespace {

constexpr int kMaxFormerMembers = 50;
constexpr absl::string_view kPlaceholder = "999999";
constexpr absl::string_view kSafeHousing = "01";
constexpr int kNotAStudent = 1;

// "04" is 4, "" is 0: missing.
int Number(absl::string_view code) {
  int number = 0;
  return absl::SimpleAtoi(code, &number) ? number : 0;
}

// A column cannot say that nobody knows: `false` leaves a missing fact missing.
v1::YesNo Synced(bool column, v1::YesNo fact) {
  if (fact == v1::YES_NO_UNSPECIFIED && !column) return fact;
  return ToYesNo(column);
}

void RefreshPerson(const Person& person, v1::PersonItems& items) {
  items.set_person_id(person.id.value());
  items.set_sex(static_cast<int>(person.sex));
  items.set_birth_date(ToDayNumber(person.birth_date));
  items.set_ethnicity(Number(person.ethnicity));
  items.set_relation_to_head(Number(person.relation));
  items.set_education_level(Number(person.education));
  const int student = Number(person.student);
  items.set_student_status(student == kNotAStudent ? 0 : student);
  items.clear_health_status();
  for (const std::string& code : person.health) items.add_health_status(Number(code));
  items.set_labour_capacity(Number(person.labour));
  items.set_id_copies(1);  // uq_person_present_id
}

void RefreshMembers(absl::Span<const Person> members, v1::HouseholdFacts& facts) {
  absl::flat_hash_map<int64_t, v1::PersonItems> before;
  std::vector<int64_t> order;
  for (auto* some : {facts.mutable_former_members(), facts.mutable_members()}) {
    for (v1::PersonItems& items : *some) {
      order.push_back(items.person_id());
      before[items.person_id()] = std::move(items);
    }
  }
  facts.clear_members();
  facts.clear_former_members();
  for (const Person& person : members) {
    v1::PersonItems& items = *facts.add_members();
    if (auto known = before.find(person.id.value()); known != before.end()) {
      items = std::move(known->second);
      before.erase(known);
    }
    RefreshPerson(person, items);
  }
  for (int64_t id : order) {
    auto known = before.find(id);
    if (known == before.end() || facts.former_members_size() >= kMaxFormerMembers) continue;
    *facts.add_former_members() = std::move(known->second);
    before.erase(known);
  }
}

void RefreshHousehold(const Household& household, v1::HouseholdItems& items) {
  if (items.household_type() == 0 && household.state == HouseholdState::kExited) {
    items.set_household_type(kHouseholdTypeExited);
  }
  items.set_has_household_no(ToYesNo(!household.national_no.empty()));
  items.set_main_cause(Number(household.main_cause));
  const int housing = Number(household.housing);
  if (housing != 0 && housing != items.housing_grade()) {
    items.set_housing_grade(housing);
    items.set_dangerous_house(ToYesNo(household.housing != kSafeHousing));
  }
  items.set_safe_water(Synced(household.safe_water, items.safe_water()));
  items.set_education_guaranteed(Synced(household.education_ok, items.education_guaranteed()));
  items.set_medical_guaranteed(Synced(household.medical_ok, items.medical_guaranteed()));
  if (household.net_income_per_head_fen != 0 || items.has_net_income_per_head_fen()) {
    items.set_net_income_per_head_fen(household.net_income_per_head_fen);
  }
}

}  // namespace

FactsIndex IndexOf(const v1::HouseholdFacts& facts) {
  constexpr int kBits = 62;
  FactsIndex index{.household_type = facts.household().household_type(),
                   .monitored_category = facts.monitoring().monitored_category(),
                   .risks = 0,
                   .risk_eliminated = facts.monitoring().risk_eliminated(),
                   .housing_grade = facts.household().housing_grade()};
  for (int risk : facts.monitoring().risks())
    index.risks |= int64_t{1} << std::clamp(risk, 0, kBits);
  return index;
}

int ToDayNumber(Date date) {
  return static_cast<int>(date.year()) * 10'000 + date.month() * 100 + date.day();
}

void RefreshFacts(const Household& household, absl::Span<const Person> members,
                  v1::HouseholdFacts& facts) {
  facts.set_household_id(household.id.value());
  facts.set_region_code(household.region.number());
  facts.set_state(static_cast<int>(household.state));
  RefreshHousehold(household, *facts.mutable_household());
  RefreshMembers(members, facts);
}

void SetIdentityFacts(const CitizenId& id, v1::PersonItems& person) {
  const std::string& text = id.text();
  const std::optional<int> disability = id.disability_type();
  person.set_id_type(disability ? kIdTypeDisability : kIdTypeResident);
  person.set_id_length(static_cast<int>(text.size()));
  person.set_id_valid(v1::YES_NO_YES);  // CitizenId holds no other
  person.set_id_placeholder(ToYesNo(absl::string_view(text).substr(0, 6) == kPlaceholder));
  person.clear_disability_type();
  person.clear_disability_grade();
  if (disability) {
    person.set_disability_type(*disability);
    person.set_disability_grade(text[19] - '0');
  }
}

PhoneFacts PhoneFactsOf(absl::string_view phone) {
  PhoneFacts facts;
  facts.digits = static_cast<int>(std::count_if(phone.begin(), phone.end(), absl::ascii_isdigit));
  const bool plain = facts.digits == static_cast<int>(phone.size());
  facts.mobile =
      ToYesNo(plain && phone.size() == 11 && phone[0] == '1' && phone[1] >= '3' && phone[1] <= '9');
  return facts;
}

void SetPhoneGroups(absl::Span<const std::string> phones, v1::HouseholdFacts& facts) {
  absl::flat_hash_map<absl::string_view, int> groups;
  for (size_t i = 0; i < phones.size(); ++i) {
    v1::PersonItems& person = *facts.mutable_members(static_cast<int>(i));
    person.clear_phone_group();
    if (phones[i].empty()) continue;
    auto [group, is_new] = groups.try_emplace(phones[i], static_cast<int>(groups.size()) + 1);
    person.set_phone_group(group->second);
  }
}

v1::HouseholdFacts FactsOf(const ImportHousehold& file, const ImportedHousehold& imported) {
  const HouseholdFields& fields = file.fields;
  v1::HouseholdFacts facts;
  v1::HouseholdItems& household = *facts.mutable_household();
  household.set_safe_water(ToYesNo(fields.safe_water));
  household.set_education_guaranteed(ToYesNo(fields.education_ok));
  household.set_medical_guaranteed(ToYesNo(fields.medical_ok));
  household.set_net_income_per_head_fen(imported.household.net_income_per_head_fen);
  household.set_wage_income_fen(fields.income.wage_fen);
  household.set_business_income_fen(fields.income.business_fen);
  household.set_property_income_fen(fields.income.property_fen);
  household.set_transfer_income_fen(fields.income.transfer_fen);
  household.set_business_cost_fen(fields.income.cost_fen);
  facts.mutable_income()->set_year(fields.income_year);
  if (!fields.phone.empty()) {
    const PhoneFacts phone = PhoneFactsOf(fields.phone);
    household.set_phone_digits(phone.digits);
    household.set_phone_mobile(phone.mobile);
  }
  for (size_t i = 0; i < file.members.size(); ++i) {
    v1::PersonItems& person = *facts.add_members();
    person.set_person_id(imported.members[i].id.value());
    if (auto id = CitizenId::Parse(file.members[i].citizen_id); id.ok()) {
      SetIdentityFacts(*id, person);
    }
  }
  return facts;
}

}  // namespace jz::identification
