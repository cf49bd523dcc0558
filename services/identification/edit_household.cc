#include "services/identification/edit_household.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/identification/edit_members.h"
#include "services/identification/facts.h"
#include "services/identification/item_edit.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

constexpr int kMaxGroupName = 100;
constexpr int kMaxNumber = 32;
constexpr int kMaxBank = 64;
constexpr size_t kMaxPhone = 20;
constexpr int kMaxPaths = 200;
constexpr char kSafe[] = "01";
constexpr char kDangerousAtLeast[] = "02";
constexpr absl::string_view kHousehold = "household.";
constexpr absl::string_view kMonitoring = "monitoring.";

std::string Written(const CodeBook& codes, absl::string_view list, int code) {
  const CodeEntry* entry = code == 0 ? nullptr : codes.Get(list, code);
  return entry == nullptr ? "" : entry->written;
}

// What the columns of a household say follows its facts.
void SetColumn(absl::string_view item, const CodeBook& codes, HouseholdDraft& draft) {
  Household& household = draft.household();
  v1::HouseholdItems& items = *draft.facts().mutable_household();
  if (item == "main_cause") household.main_cause = Written(codes, "cause", items.main_cause());
  if (item == "housing_grade") {
    household.housing = Written(codes, "housing", items.housing_grade());
    if (items.housing_grade() != 0) {
      items.set_dangerous_house(ToYesNo(household.housing != kSafe));
    }
  }
  if (item == "dangerous_house" && items.dangerous_house() == v1::YES_NO_NO) {
    household.housing = kSafe;
  }
  if (item == "dangerous_house" && items.dangerous_house() == v1::YES_NO_YES) {
    household.housing = std::max<std::string>(household.housing, kDangerousAtLeast);
  }
  auto yes = [](v1::YesNo fact) { return fact == v1::YES_NO_YES; };
  if (item == "safe_water") household.safe_water = yes(items.safe_water());
  if (item == "education_guaranteed") household.education_ok = yes(items.education_guaranteed());
  if (item == "medical_guaranteed") household.medical_ok = yes(items.medical_guaranteed());
}

class HouseholdEditor {
 public:
  HouseholdEditor(const EditContext& context, const v1::HouseholdEdit& edit,
                  const std::string& path, HouseholdDraft& draft, Violations& violations)
      : context_(context), edit_(edit), path_(path), draft_(draft), violations_(violations) {}

  absl::Status EditValues() {
    if (edit_.update_mask().paths_size() > kMaxPaths) {
      violations_.Add(path_ + ".update_mask", "TOO_MANY", absl::StrCat("at most ", kMaxPaths));
      return absl::OkStatus();
    }
    for (const std::string& name : edit_.update_mask().paths()) {
      JZ_RETURN_IF_ERROR(EditValue(name));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status EditValue(absl::string_view name) {
    const v1::HouseholdValues& values = edit_.values();
    const std::string field = absl::StrCat(path_, ".values.", name);
    Household& household = draft_.household();
    if (absl::string_view item = name; absl::ConsumePrefix(&item, kHousehold)) {
      EditItem(values.household(), item, context_.codes, field, *draft_.facts().mutable_household(),
               violations_);
      SetColumn(item, context_.codes, draft_);
    } else if (absl::ConsumePrefix(&item, kMonitoring)) {
      EditMonitoring(item, field);
    } else if (name == "group_name") {
      CheckText(values.group_name(), kMaxGroupName, field, nullptr, violations_);
      household.group_name = values.group_name();
    } else if (name == "national_no") {
      CheckText(values.national_no(), kMaxNumber, field, nullptr, violations_);
      household.national_no = values.national_no();
    } else if (name == "exclusion_kinds") {
      EditExclusions(field);
    } else if (name == "phone") {
      return EditPhone(field);
    } else if (name == "bank") {
      CheckText(values.bank(), kMaxBank, field, nullptr, violations_);
      household.bank = values.bank();
    } else if (name == "bank_account") {
      return EditBankAccount(field);
    } else {
      violations_.Add(path_ + ".update_mask", "ITEM_UNKNOWN",
                      absl::StrCat("no item ", field, " that can be corrected"));
    }
    return absl::OkStatus();
  }

  void EditMonitoring(absl::string_view item, const std::string& field) {
    if (!draft_.facts().has_monitoring()) {
      return violations_.Add(field, "HOUSEHOLD_NOT_MONITORED", "the household is not monitored");
    }
    EditItem(edit_.values().monitoring(), item, context_.codes, field,
             *draft_.facts().mutable_monitoring(), violations_);
  }

  void EditExclusions(const std::string& field) {
    std::set<std::string> kinds;
    for (const std::string& kind : edit_.values().exclusion_kinds()) {
      if (!context_.codes.FindWritten("exclusion", kind) || kind.size() != 2) {
        violations_.Add(field, "CODE_UNKNOWN", "01 to 11");
      } else if (!kinds.insert(kind).second) {
        violations_.Add(field, "CODE_DUPLICATE", "a kind comes twice");
      }
    }
    draft_.household().exclusion_kinds.assign(kinds.begin(), kinds.end());
  }

  absl::Status EditPhone(const std::string& field) {
    const std::string& phone = edit_.values().phone();
    CheckPhone(phone, field, violations_);
    v1::HouseholdItems& items = *draft_.facts().mutable_household();
    items.clear_phone_digits();
    items.clear_phone_mobile();
    if (!phone.empty()) {
      const PhoneFacts facts = PhoneFactsOf(phone);
      items.set_phone_digits(facts.digits);
      items.set_phone_mobile(facts.mobile);
    }
    return SetPhone(context_.sealer, phone, kPhoneContext, draft_.household().phone_sealed);
  }

  absl::Status EditBankAccount(const std::string& field) {
    std::string& sealed = draft_.household().bank_account_sealed;
    sealed.clear();
    const std::string& account = edit_.values().bank_account();
    if (account.empty()) return absl::OkStatus();
    std::optional<std::string> digits = PlainAccount(account);
    if (!digits) {
      violations_.Add(field, "BANK_ACCOUNT_FORMAT", "8 to 32 digits");
      return absl::OkStatus();
    }
    JZ_ASSIGN_OR_RETURN(sealed, context_.sealer.Seal(kBankAccountContext, *digits));
    return absl::OkStatus();
  }

  const EditContext& context_;
  const v1::HouseholdEdit& edit_;
  const std::string& path_;
  HouseholdDraft& draft_;
  Violations& violations_;
};

}  // namespace

void CheckPhone(absl::string_view phone, absl::string_view field, Violations& violations) {
  const bool plausible =
      phone.size() <= kMaxPhone && std::all_of(phone.begin(), phone.end(), [](char c) {
        return absl::ascii_isdigit(c) || c == '-' || c == '+';
      });
  if (!plausible) violations.Add(field, "PHONE_FORMAT", "digits, - and +, at most 20");
}

absl::Status SetPhone(const crypto::Sealer& sealer, const std::string& phone, const char* context,
                      std::string& sealed) {
  sealed.clear();
  if (phone.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(sealed, sealer.Seal(context, phone));
  return absl::OkStatus();
}

void CheckComposition(const HouseholdDraft& draft, const std::string& path,
                      Violations& violations) {
  const std::vector<Person>& members = draft.members();
  if (members.size() > kMaxMembers) {
    violations.Add(path, "HOUSEHOLD_TOO_LARGE", "at most 50 members");
  }
  if (members.empty()) return;
  int heads = 0;
  bool named = false;
  for (const Person& person : members) {
    if (person.relation == kHeadRelation) ++heads;
    named |= person.id == draft.household().head && person.relation == kHeadRelation;
  }
  if (heads > 1) {
    violations.Add(path + ".head", "HEAD_TWICE", "a household has one head (户主)");
  } else if (!named) {
    violations.Add(path + ".head", "HEAD_REQUIRED",
                   "a household with members has a head (户主): name one");
  }
}

absl::Status ApplyEdit(sql::Transaction& tx, const EditContext& context,
                       const v1::HouseholdEdit& edit, const std::string& path,
                       HouseholdDraft& draft) {
  const HouseholdState state = draft.household().state;
  if (state == HouseholdState::kRemoved || state == HouseholdState::kClosed) {
    return FailedPrecondition("HOUSEHOLD_NOT_ACTIVE", {{"household", draft.household().id.Name()}},
                              "the household was removed or closed");
  }
  Violations violations;
  if (edit.update_mask().paths().empty() && edit.members().empty() && edit.joins().empty() &&
      edit.leaves().empty() && !edit.has_head()) {
    violations.Add(path, "EDIT_EMPTY", "it changes nothing");
  }
  JZ_RETURN_IF_ERROR(HouseholdEditor(context, edit, path, draft, violations).EditValues());
  MemberEditor members(context, edit, path, draft, violations);
  JZ_RETURN_IF_ERROR(members.EditAll(tx));
  members.SetHead();
  CheckComposition(draft, path, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  // A household without members waits for a case that closes it.
  if (draft.members().empty()) draft.household().head = PersonId();
  return draft.Recount(context.sealer);
}

}  // namespace jz::identification
