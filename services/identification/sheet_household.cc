#include "services/identification/sheet_household.h"

#include <algorithm>
#include <tuple>

#include "common/status/status.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/domain/sheet_text.h"
#include "services/identification/facts.h"

namespace jz::identification {
namespace {

constexpr char kImported[] = "IMPORTED";
constexpr char kHead[] = "01";
constexpr char kNotAStudent[] = "01";
constexpr char kSafe[] = "01";
constexpr char kDangerousAtLeast[] = "02";

std::string Written(const CodeBook& codes, absl::string_view list, int code) {
  const CodeEntry* entry = code == 0 ? nullptr : codes.Get(list, code);
  return entry == nullptr ? "" : entry->written;
}

// Everything that a sheet can change, but for sealed values: these are new when and only when
// another value is.
auto PartsOf(const Person& p) {
  return std::tie(p.national_no, p.name, p.citizen_id_sealed, p.relation, p.ethnicity, p.education,
                  p.student, p.health, p.labour, p.phone_sealed);
}
auto PartsOf(const Household& h) {
  return std::tie(h.group_name, h.head, h.member_count, h.phone_sealed, h.main_cause, h.housing,
                  h.safe_water, h.education_ok, h.medical_ok, h.net_income_per_head_fen,
                  h.able_to_work_count);
}

// What a card of identity tells; when it differs, another card was shown.
auto CardOf(const v1::PersonItems& items) {
  return std::make_tuple(items.id_length(), items.disability_type(), items.disability_grade());
}

void SetColumns(const SheetColumns& columns, const CodeBook& codes, const v1::PersonItems& items,
                Person& member) {
  if (columns.HasItem("ethnicity")) {
    member.ethnicity = Written(codes, "ethnicity", items.ethnicity());
  }
  if (columns.HasItem("education_level")) {
    member.education = Written(codes, "education", items.education_level());
  }
  if (columns.HasItem("labour_capacity")) {
    member.labour = Written(codes, "labour", items.labour_capacity());
  }
  // A household would lose its head by an empty cell.
  if (columns.HasItem("relation_to_head") && items.relation_to_head() != 0) {
    member.relation = Written(codes, "relation", items.relation_to_head());
  }
  if (columns.HasItem("student_status")) {
    member.student = items.student_status() == 0
                         ? (member.student.empty() ? "" : kNotAStudent)
                         : Written(codes, "student", items.student_status());
  }
  if (!columns.HasItem("health_status")) return;
  member.health.clear();
  for (int code : items.health_status()) member.health.push_back(Written(codes, "health", code));
  std::sort(member.health.begin(), member.health.end());
}

void SetFlag(v1::YesNo fact, bool& column) {
  if (fact != v1::YES_NO_UNSPECIFIED) column = fact == v1::YES_NO_YES;
}

HouseholdState StateOf(const v1::HouseholdItems& items) {
  return items.household_type() == kHouseholdTypeExited ? HouseholdState::kExited
                                                        : HouseholdState::kCandidate;
}

}  // namespace

uint64_t PersonKey(absl::string_view id_hash) {
  uint64_t key = 0;
  for (char c : id_hash.substr(0, sizeof(key))) key = key << 8 | static_cast<unsigned char>(c);
  return key;
}

absl::StatusOr<SheetHousehold> SheetHousehold::Stored(Household household,
                                                      std::vector<Person> members,
                                                      const std::string& facts) {
  SheetHousehold out;
  out.household_ = std::move(household);
  out.members_ = std::move(members);
  if (!out.facts_.ParseFromString(facts)) {
    return Internal("FACTS_BROKEN", "facts of a household do not parse");
  }
  RefreshFacts(out.household_, out.members_, out.facts_);
  out.household_before_ = out.household_;
  out.members_before_ = out.members_;
  out.facts_before_ = out.facts_.SerializeAsString();
  return out;
}

SheetHousehold SheetHousehold::New(HouseholdId id, const SheetRow& first) {
  SheetHousehold out;
  out.new_ = true;
  out.household_.id = id;
  out.household_.region = first.region;
  out.household_.national_no = first.household_no;
  out.household_.version = 1;
  return out;
}

Person* SheetHousehold::Find(PersonId id) {
  auto found = std::find_if(members_.begin(), members_.end(),
                            [&](const Person& person) { return person.id == id; });
  return found == members_.end() ? nullptr : &*found;
}

Person& SheetHousehold::Join(PersonId id, const SheetRow& row, std::string hash) {
  Person& person = members_.emplace_back();
  person.id = id;
  person.household = household_.id;
  person.region = household_.region;
  person.sex = row.id->sex();
  person.birth_date = row.id->birth_date();
  person.citizen_id_hash = std::move(hash);
  joined_.insert(id.value());
  return person;
}

v1::PersonItems& SheetHousehold::FactsOfMember(PersonId id) {
  for (v1::PersonItems& items : *facts_.mutable_members()) {
    if (items.person_id() == id.value()) return items;
  }
  v1::PersonItems& items = *facts_.add_members();
  items.set_person_id(id.value());
  return items;
}

absl::Status SheetHousehold::Apply(const SheetUpdate& update, const SheetRow& row, Person& member) {
  const v1::SheetKind kind = update.context.kind;
  v1::PersonItems& items = FactsOfMember(member.id);
  if (kind == v1::SHEET_KIND_MIGRANT_WORK || kind == v1::SHEET_KIND_PLANNED_WORK) {
    ApplyWork(update, row, member, items);
    return absl::OkStatus();
  }
  ApplyHousehold(update, row);
  const auto card_before = CardOf(items);
  ApplyPerson(update, row, member, items);
  if (member.citizen_id_sealed.empty() || card_before != CardOf(items)) {
    JZ_ASSIGN_OR_RETURN(member.citizen_id_sealed,
                        update.sealer.Seal(kCitizenIdContext, row.id->text()));
  }
  return ApplyPhones(update, row, member, items);
}

void SheetHousehold::ApplyHousehold(const SheetUpdate& update, const SheetRow& row) {
  const SheetColumns& columns = update.columns;
  v1::HouseholdItems& items = *facts_.mutable_household();
  columns.CopyItems(SheetGroup::kHousehold, row.items, items);
  v1::MonitoringItems& monitoring = *facts_.mutable_monitoring();
  columns.CopyItems(SheetGroup::kMonitoring, row.items, monitoring);
  if (columns.Has(SheetKey::kGroup)) household_.group_name = row.group;
  if (columns.HasItem("main_cause")) {
    household_.main_cause = Written(update.context.codes, "cause", items.main_cause());
  }
  if (columns.HasItem("housing_grade")) {
    household_.housing = Written(update.context.codes, "housing", items.housing_grade());
  } else if (items.dangerous_house() == v1::YES_NO_NO) {
    household_.housing = kSafe;
  } else if (items.dangerous_house() == v1::YES_NO_YES && household_.housing < kDangerousAtLeast) {
    household_.housing = kDangerousAtLeast;
  }
  SetFlag(items.safe_water(), household_.safe_water);
  SetFlag(items.education_guaranteed(), household_.education_ok);
  SetFlag(items.medical_guaranteed(), household_.medical_ok);
  if (monitoring.dropout_flag() != v1::YES_NO_UNSPECIFIED && columns.HasItem("dropout_flag")) {
    household_.education_ok = monitoring.dropout_flag() == v1::YES_NO_NO;
  }
  if (monitoring.uninsured_flag() != v1::YES_NO_UNSPECIFIED && columns.HasItem("uninsured_flag")) {
    household_.medical_ok = monitoring.uninsured_flag() == v1::YES_NO_NO;
  }
  if (columns.HasItem("net_income_per_head_fen")) {
    household_.net_income_per_head_fen = items.net_income_per_head_fen();
  }
  // Households that were never monitored have empty cells there.
  if (monitoring.monitored_category() == 0 && monitoring.identified_month() == 0) {
    facts_.clear_monitoring();
  }
  if (row.identified_on) identified_on_ = row.identified_on;
  if (row.exited_on) exited_on_ = row.exited_on;
}

void SheetHousehold::ApplyPerson(const SheetUpdate& update, const SheetRow& row, Person& member,
                                 v1::PersonItems& items) {
  SetIdentityFacts(*row.id, items);
  const int id_type = items.id_type();
  update.columns.CopyItems(SheetGroup::kPerson, row.items, items);
  if (items.id_type() == 0) items.set_id_type(id_type);
  SetColumns(update.columns, update.context.codes, items, member);
  if (!row.name.empty()) member.name = row.name;
  if (!row.person_no.empty()) member.national_no = row.person_no;
}

void SheetHousehold::ApplyWork(const SheetUpdate& update, const SheetRow& row, const Person& member,
                               v1::PersonItems& items) {
  const int64_t job = update.job.value();
  const bool planned = update.context.kind == v1::SHEET_KIND_PLANNED_WORK;
  const bool begun = (planned ? items.plans_import() : items.works_import()) == job ||
                     update.seen.contains(PersonKey(member.citizen_id_hash));
  if (!begun) {
    work_before_[items.person_id()] = items;
    planned ? items.clear_plans() : items.clear_works();
  }
  if (planned) {
    items.set_plans_import(job);
    *items.add_plans() = row.items.plan;
    return;
  }
  items.set_works_import(job);
  v1::WorkItems& work = *items.add_works();
  work = row.items.work;
  const RegionCode county = household_.region.AtLevel(RegionLevel::kCounty);
  if (!work.work_county().empty() && !update.context.regions.NameOf(county).empty()) {
    work.set_work_in_home_county(
        ToYesNo(update.context.regions.IsNamed(county, work.work_county())));
  }
}

absl::Status SheetHousehold::ApplyPhones(const SheetUpdate& update, const SheetRow& row,
                                         Person& member, v1::PersonItems& items) {
  // Sealing the same number again gives another value: only a number that changed is sealed.
  auto reseal = [&](const char* context, const std::string& phone,
                    std::string& sealed) -> absl::Status {
    std::string before;
    if (!sealed.empty()) {
      JZ_ASSIGN_OR_RETURN(before, update.sealer.Open(context, sealed));
    }
    if (before == phone) return absl::OkStatus();
    sealed.clear();
    if (!phone.empty()) {
      JZ_ASSIGN_OR_RETURN(sealed, update.sealer.Seal(context, phone));
    }
    return absl::OkStatus();
  };
  if (update.columns.Has(SheetKey::kPersonPhone)) {
    JZ_RETURN_IF_ERROR(reseal(kPersonPhoneContext, row.person_phone, member.phone_sealed));
    items.clear_phone_digits();
    items.clear_phone_mobile();
    if (!row.person_phone.empty()) {
      const PhoneFacts phone = PhoneFactsOf(row.person_phone);
      items.set_phone_digits(phone.digits);
      items.set_phone_mobile(phone.mobile);
    }
  }
  if (update.columns.Has(SheetKey::kHouseholdPhone)) {
    JZ_RETURN_IF_ERROR(reseal(kPhoneContext, row.household_phone, household_.phone_sealed));
    v1::HouseholdItems& household = *facts_.mutable_household();
    household.clear_phone_digits();
    household.clear_phone_mobile();
    if (!row.household_phone.empty()) {
      const PhoneFacts phone = PhoneFactsOf(row.household_phone);
      household.set_phone_digits(phone.digits);
      household.set_phone_mobile(phone.mobile);
    }
  }
  return absl::OkStatus();
}

absl::Status SheetHousehold::GroupPhones(const SheetUpdate& update) {
  if (!update.columns.Has(SheetKey::kPersonPhone)) return absl::OkStatus();
  std::vector<std::string> phones(members_.size());
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].phone_sealed.empty()) continue;
    JZ_ASSIGN_OR_RETURN(phones[i],
                        update.sealer.Open(kPersonPhoneContext, members_[i].phone_sealed));
  }
  SetPhoneGroups(phones, facts_);
  return absl::OkStatus();
}

void SheetHousehold::KeepEqualWork() {
  for (v1::PersonItems& items : *facts_.mutable_members()) {
    auto before = work_before_.find(items.person_id());
    if (before == work_before_.end()) continue;
    v1::PersonItems now = items;
    now.set_works_import(before->second.works_import());
    now.set_plans_import(before->second.plans_import());
    if (now.SerializeAsString() == before->second.SerializeAsString()) items = std::move(now);
  }
}

absl::StatusOr<absl::string_view> SheetHousehold::Finish(const SheetUpdate& update) {
  const Date joined_on = identified_on_.value_or(update.context.today);
  int64_t heads = 0;
  for (Person& person : members_) {
    if (joined_.contains(person.id.value())) {
      person.joined_on = std::max(joined_on, person.birth_date);
      if (person.name.empty()) return "NAME_REQUIRED";
      if (person.relation.empty()) return "RELATION_REQUIRED";
    }
    if (person.relation != kHead) continue;
    household_.head = person.id;
    ++heads;
  }
  if (heads > 1) return "HEAD_TWICE";
  // A household whose head has left stays without one until a new head is named.
  if (heads == 0 && (new_ || !household_before_.head.empty())) return "HEAD_MISSING";
  if (members_.size() > kMaxMembers) return "HOUSEHOLD_TOO_LARGE";
  household_.member_count = static_cast<int>(members_.size());
  household_.able_to_work_count =
      static_cast<int>(std::count_if(members_.begin(), members_.end(), AbleToWork));
  if (new_) household_.state = StateOf(facts_.household());
  KeepEqualWork();
  RefreshFacts(household_, members_, facts_);
  JZ_RETURN_IF_ERROR(GroupPhones(update));
  return "";
}

bool SheetHousehold::Changed() const {
  return new_ || !joined_.empty() || PartsOf(household_) != PartsOf(household_before_) ||
         facts_.SerializeAsString() != facts_before_ || !Updated().empty();
}

std::vector<Person> SheetHousehold::Joined() const {
  std::vector<Person> joined;
  for (const Person& person : members_) {
    if (joined_.contains(person.id.value())) joined.push_back(person);
  }
  return joined;
}

// Nobody leaves, and those who join come behind: the first members are those of before.
std::vector<Person> SheetHousehold::Updated() const {
  std::vector<Person> updated;
  for (size_t i = 0; i < members_before_.size(); ++i) {
    if (PartsOf(members_[i]) != PartsOf(members_before_[i])) updated.push_back(members_[i]);
  }
  return updated;
}

ImportedHousehold SheetHousehold::ToImported(Date today) const {
  ImportedHousehold out{
      .household = household_, .members = members_, .income = {}, .adjustments = {}};
  const Date identified_on = identified_on_.value_or(exited_on_.value_or(today));
  const Date exited_on = std::max(identified_on, exited_on_.value_or(identified_on));
  const int count = household_.member_count;
  if (household_.state == HouseholdState::kExited) {
    out.adjustments.push_back({.kind = AdjustmentKind::kAdmit,
                               .reason = kImported,
                               .effective_date = identified_on,
                               .state_before = HouseholdState::kCandidate,
                               .state_after = HouseholdState::kRegistered,
                               .member_count = count});
    out.adjustments.push_back({.kind = AdjustmentKind::kExit,
                               .reason = kImported,
                               .effective_date = exited_on,
                               .state_before = HouseholdState::kRegistered,
                               .state_after = HouseholdState::kExited,
                               .member_count = count});
  }
  out.household.state_since = out.adjustments.empty() ? identified_on : exited_on;
  out.household.version = std::max<int64_t>(1, static_cast<int64_t>(out.adjustments.size()));
  return out;
}

}  // namespace jz::identification
