#include "services/identification/convert_register.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxNote = 200;

static_assert(static_cast<int>(HouseholdState::kClosed) == v1::HOUSEHOLD_STATE_CLOSED);
static_assert(static_cast<int>(AdjustmentKind::kNaturalIncrease) ==
              v1::ADJUSTMENT_KIND_NATURAL_INCREASE);

// Everything but members, income and what is sealed.
v1::Household PlainFields(const Household& h) {
  v1::Household message;
  message.set_name(h.id.Name());
  message.set_region_code(h.region.ToString());
  message.set_group_name(h.group_name);
  message.set_national_no(h.national_no);
  message.set_state(ToMessage(h.state));
  message.set_state_since(FormatDate(h.state_since));
  message.set_member_count(h.member_count);
  if (!h.head.empty()) message.set_head(h.head.Name());
  message.set_bank(h.bank);
  message.set_main_cause(h.main_cause);
  message.set_housing(h.housing);
  message.set_safe_water(h.safe_water);
  message.set_education_ok(h.education_ok);
  message.set_medical_ok(h.medical_ok);
  for (const std::string& kind : h.exclusion_kinds) message.add_exclusion_kinds(kind);
  message.set_net_income_per_head_fen(h.net_income_per_head_fen);
  message.set_previous_net_income_per_head_fen(h.previous_net_income_per_head_fen);
  message.set_able_to_work_count(h.able_to_work_count);
  message.set_planned_exit_year(h.planned_exit_year);
  message.set_etag(EtagOf(h));
  if (h.import_job != 0) message.set_import_job("jobs/" + EncodeId(h.import_job));
  *message.mutable_create_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(h.created_at));
  *message.mutable_update_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(h.updated_at));
  return message;
}

}  // namespace

v1::HouseholdState ToMessage(HouseholdState state) {
  return static_cast<v1::HouseholdState>(state);
}

std::string ToCaseName(int64_t case_id) { return "cases/" + EncodeId(case_id); }

std::string EtagOf(const Household& household) { return absl::StrCat("v", household.version); }

absl::StatusOr<v1::Member> ToMessage(const Person& person, const crypto::Sealer& sealer,
                                     crypto::Purpose purpose) {
  v1::Member message;
  message.set_name(person.id.Name());
  message.set_national_no(person.national_no);
  message.set_display_name(crypto::MaskName(person.name, purpose));
  JZ_ASSIGN_OR_RETURN(std::string citizen_id,
                      sealer.Open(kCitizenIdContext, person.citizen_id_sealed));
  message.set_citizen_id(crypto::MaskCitizenId(citizen_id, purpose));
  message.set_sex(static_cast<int>(person.sex));
  message.set_birth_date(FormatDate(person.birth_date));
  message.set_relation(person.relation);
  message.set_ethnicity(person.ethnicity);
  message.set_education(person.education);
  message.set_student(person.student);
  for (const std::string& code : person.health) message.add_health(code);
  message.set_labour(person.labour);
  message.set_joined_on(FormatDate(person.joined_on));
  if (person.left_on) message.set_left_on(FormatDate(*person.left_on));
  message.set_left_reason(person.left_reason);
  return message;
}

absl::StatusOr<v1::IncomeStatement> ToMessage(const IncomeStatement& income) {
  v1::IncomeStatement message;
  message.set_year(income.year);
  message.set_version(income.version);
  message.set_wage_fen(income.items.wage_fen);
  message.set_business_fen(income.items.business_fen);
  message.set_property_fen(income.items.property_fen);
  message.set_transfer_fen(income.items.transfer_fen);
  message.set_cost_fen(income.items.cost_fen);
  message.set_net_fen(income.net_fen);
  message.set_net_per_head_fen(income.net_per_head_fen);
  message.set_member_count(income.member_count);
  message.set_reason(income.reason);
  message.set_recorded_by(income.recorded_by);
  *message.mutable_recorded_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(income.recorded_at));
  v1::IncomeRecord record;
  if (!record.ParseFromString(income.record)) {
    return Internal("INCOME_BROKEN", "the items of an income statement do not parse");
  }
  if (record.has_items()) *message.mutable_items() = record.items();
  *message.mutable_lines() = record.lines();
  *message.mutable_excluded() = record.excluded();
  message.set_cost_method(record.cost_method());
  return message;
}

absl::StatusOr<v1::Household> ToMessage(const HouseholdView& view, const crypto::Sealer& sealer,
                                        crypto::Purpose purpose) {
  v1::Household message = PlainFields(view.household);
  message.set_head_name(crypto::MaskName(view.head_name, purpose));
  if (!view.household.phone_sealed.empty()) {
    JZ_ASSIGN_OR_RETURN(std::string phone, sealer.Open(kPhoneContext, view.household.phone_sealed));
    message.set_phone(crypto::MaskPhone(phone, purpose));
  }
  if (!view.household.bank_account_sealed.empty()) {
    JZ_ASSIGN_OR_RETURN(std::string account,
                        sealer.Open(kBankAccountContext, view.household.bank_account_sealed));
    message.set_bank_account(crypto::MaskAccount(account, purpose));
  }
  for (const Person& person : view.members) {
    JZ_ASSIGN_OR_RETURN(*message.add_members(), ToMessage(person, sealer, purpose));
  }
  if (view.income) {
    JZ_ASSIGN_OR_RETURN(*message.mutable_latest_income(), ToMessage(*view.income));
  }
  if (view.facts) *message.mutable_facts() = *view.facts;
  return message;
}

absl::StatusOr<std::vector<MemberChange>> MemberChangesFrom(
    const v1::RecordMemberChangesRequest& request, Date today) {
  Violations violations;
  CheckBatch("changes", request.changes_size(), kMaxBatch, violations);
  std::set<int64_t> seen;
  std::vector<MemberChange> changes;
  for (int i = 0; i < std::min(request.changes_size(), kMaxBatch); ++i) {
    const auto& from = request.changes(i);
    const std::string field = absl::StrCat("changes[", i, "]");
    MemberChange change{.person = {},
                        .kind = from.kind(),
                        .date = {},
                        .household_etag = from.household_etag(),
                        .note = from.note()};
    if (auto person = PersonId::Parse(from.person()); person.ok()) {
      change.person = *person;
      if (!seen.insert(person->value()).second) {
        violations.Add(field + ".person", "PERSON_DUPLICATE", "the person comes twice");
      }
    } else {
      violations.Add(field + ".person", "RESOURCE_NAME_FORMAT", "the name of a person");
    }
    if (!IsDeparture(from.kind())) {
      violations.Add(field + ".kind", "MEMBER_CHANGE_KIND", "01, 02, 03, 04, 08, 11 or 12");
    }
    absl::StatusOr<Date> date = ParseDate(from.date());
    if (!date.ok()) {
      violations.Add(field + ".date", "DATE_FORMAT", "a civil day, YYYY-MM-DD");
    } else if (*date > today) {
      violations.Add(field + ".date", "DATE_FUTURE", "it lies in the future");
    }
    change.date = date.value_or(today);
    if (CountCharacters(from.note()) > kMaxNote || HasControlCharacter(from.note())) {
      violations.Add(field + ".note", "TEXT_FORMAT", "at most 200 characters, none a control");
    }
    changes.push_back(std::move(change));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return changes;
}

absl::StatusOr<std::vector<HouseholdId>> HouseholdIdsFrom(
    const v1::BatchGetHouseholdsRequest& request) {
  Violations violations;
  CheckBatch("names", request.names_size(), kMaxBatch, violations);
  std::set<int64_t> seen;
  std::vector<HouseholdId> ids;
  for (int i = 0; i < std::min(request.names_size(), kMaxBatch); ++i) {
    const std::string field = absl::StrCat("names[", i, "]");
    absl::StatusOr<HouseholdId> id = HouseholdId::Parse(request.names(i));
    if (!id.ok()) {
      violations.Add(field, "RESOURCE_NAME_FORMAT", "the name of a household");
    } else if (!seen.insert(id->value()).second) {
      violations.Add(field, "HOUSEHOLD_DUPLICATE", "the household comes twice");
    } else {
      ids.push_back(*id);
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return ids;
}

}  // namespace jz::identification
