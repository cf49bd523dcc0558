#include "services/identification/change_conflict.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/mask.h"
#include "common/status/status.h"
#include "google/protobuf/util/json_util.h"
#include "services/identification/domain/household.h"

namespace jz::identification {
namespace {

using crypto::Purpose;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxFields = 50;

// What is compared, and what is shown of it.
struct Value {
  std::string whole;
  std::string shown;
};
using Values = std::map<std::string, Value>;

void Put(Values& values, const std::string& path, const std::string& text) {
  if (!text.empty()) values[path] = {.whole = text, .shown = text};
}

std::string NumberText(const Message& items, const FieldDescriptor& field, int index) {
  const auto& reflection = *items.GetReflection();
  if (field.is_repeated()) return absl::StrCat(reflection.GetRepeatedInt32(items, &field, index));
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    return absl::StrCat(reflection.GetInt32(items, &field));
  }
  return absl::StrCat(reflection.GetInt64(items, &field));
}

std::string MessagesText(const Message& items, const FieldDescriptor& field) {
  std::vector<std::string> parts;
  for (int i = 0; i < items.GetReflection()->FieldSize(items, &field); ++i) {
    std::string json;
    const Message& part = items.GetReflection()->GetRepeatedMessage(items, &field, i);
    if (google::protobuf::util::MessageToJsonString(part, &json).ok()) parts.push_back(json);
  }
  return absl::StrJoin(parts, ",");
}

std::string Text(const Message& items, const FieldDescriptor& field) {
  const auto& reflection = *items.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return MessagesText(items, field);
  if (field.is_repeated()) {
    std::vector<std::string> codes;
    for (int i = 0; i < reflection.FieldSize(items, &field); ++i) {
      codes.push_back(NumberText(items, field, i));
    }
    return absl::StrJoin(codes, ",");
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return reflection.GetEnum(items, &field)->name();
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return reflection.GetString(items, &field);
  }
  return NumberText(items, field, 0);
}

// Every item that is set, under `path`.
void PutItems(const Message& items, const std::string& path, Values& values) {
  std::vector<const FieldDescriptor*> set;
  items.GetReflection()->ListFields(items, &set);
  for (const FieldDescriptor* field : set) {
    if (field->name() == "person_id" || absl::EndsWith(field->name(), "_import")) continue;
    Put(values, absl::StrCat(path, field->name()), Text(items, *field));
  }
}

std::string PathOf(int64_t person) {
  return absl::StrCat("members[", PersonId(person).Name(), "].");
}

absl::StatusOr<Values> ValuesOf(const v1::HouseholdRecord& record, const crypto::Sealer& sealer) {
  Values values;
  Put(values, "group_name", record.group_name());
  Put(values, "national_no", record.national_no());
  Put(values, "exclusion_kinds", absl::StrJoin(record.exclusion_kinds(), ","));
  Put(values, "state", v1::HouseholdState_Name(record.state()));
  if (record.head_person_id() != 0) Put(values, "head", PersonId(record.head_person_id()).Name());
  if (!record.phone_sealed().empty()) {
    JZ_ASSIGN_OR_RETURN(std::string phone, sealer.Open(kPhoneContext, record.phone_sealed()));
    values["phone"] = {.whole = phone, .shown = crypto::MaskPhone(phone, Purpose::kList)};
  }
  Put(values, "bank", record.bank());
  if (!record.bank_account_sealed().empty()) {
    JZ_ASSIGN_OR_RETURN(std::string account,
                        sealer.Open(kBankAccountContext, record.bank_account_sealed()));
    values["bank_account"] = {.whole = account,
                              .shown = crypto::MaskAccount(account, Purpose::kList)};
  }
  PutItems(record.facts().household(), "household.", values);
  PutItems(record.facts().monitoring(), "monitoring.", values);
  for (const v1::PersonRecord& person : record.members()) {
    const std::string path = PathOf(person.person_id());
    values[path + "display_name"] = {.whole = person.name(),
                                     .shown = crypto::MaskName(person.name(), Purpose::kList)};
    JZ_ASSIGN_OR_RETURN(std::string id, sealer.Open(kCitizenIdContext, person.citizen_id_sealed()));
    values[path + "citizen_id"] = {.whole = id, .shown = crypto::MaskCitizenId(id, Purpose::kList)};
    Put(values, path + "national_no", person.national_no());
  }
  for (const v1::PersonItems& items : record.facts().members()) {
    PutItems(items, PathOf(items.person_id()) + "items.", values);
  }
  return values;
}

// A path of a mask that names an item of a message is shown by that item alone.
std::string ProposedText(const Message& values, absl::string_view path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field =
      values.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr) return "";
  if (dot == absl::string_view::npos) {
    if (field->is_repeated()) {
      std::vector<std::string> texts;
      for (int i = 0; i < values.GetReflection()->FieldSize(values, field); ++i) {
        texts.push_back(values.GetReflection()->GetRepeatedString(values, field, i));
      }
      return absl::StrJoin(texts, ",");
    }
    return field->cpp_type() == FieldDescriptor::CPPTYPE_STRING
               ? values.GetReflection()->GetString(values, field)
               : "";
  }
  const Message& items = values.GetReflection()->GetMessage(values, field);
  const FieldDescriptor* item =
      items.GetDescriptor()->FindFieldByName(std::string(path.substr(dot + 1)));
  return item == nullptr ? "" : Text(items, *item);
}

constexpr char kCleared[] = "(cleared)";

std::map<std::string, std::string> ProposedBy(const v1::HouseholdEdit& whole) {
  const v1::HouseholdEdit edit = Masked(whole);
  std::map<std::string, std::string> proposed;
  auto put = [&](const std::string& path, std::string text) {
    proposed[path] = text.empty() ? kCleared : std::move(text);
  };
  for (const std::string& path : edit.update_mask().paths()) {
    put(path, ProposedText(edit.values(), path));
  }
  for (const v1::MemberEdit& member : edit.members()) {
    for (const std::string& path : member.update_mask().paths()) {
      put(absl::StrCat("members[", member.person(), "].", path),
          ProposedText(member.values(), path));
    }
  }
  for (const v1::LeavingMember& leaving : edit.leaves()) {
    put(absl::StrCat("members[", leaving.person(), "].left_on"), leaving.date());
  }
  for (int i = 0; i < edit.joins_size(); ++i) {
    put(absl::StrCat("joins[", i, "].display_name"), edit.joins(i).values().display_name());
  }
  if (!edit.head().person().empty()) put("head", edit.head().person());
  return proposed;
}

}  // namespace

absl::StatusOr<v1::ChangeConflict> CompareVersions(const v1::HouseholdRecord& base,
                                                   const v1::HouseholdRecord& current,
                                                   const v1::HouseholdEdit& edit,
                                                   const crypto::Sealer& sealer) {
  JZ_ASSIGN_OR_RETURN(const Values before, ValuesOf(base, sealer));
  JZ_ASSIGN_OR_RETURN(const Values now, ValuesOf(current, sealer));
  std::map<std::string, v1::ChangeConflict::Field> fields;
  for (const auto& [path, value] : before) {
    auto other = now.find(path);
    if (other != now.end() && other->second.whole == value.whole) continue;
    fields[path].set_base(value.shown);
    if (other != now.end()) fields[path].set_current(other->second.shown);
  }
  for (const auto& [path, value] : now) {
    if (!before.contains(path)) fields[path].set_current(value.shown);
  }
  for (const auto& [path, text] : ProposedBy(edit)) {
    v1::ChangeConflict::Field& field = fields[path];
    if (auto value = before.find(path); value != before.end()) field.set_base(value->second.shown);
    if (auto value = now.find(path); value != now.end()) field.set_current(value->second.shown);
    field.set_proposed(text);
  }
  v1::ChangeConflict conflict;
  for (auto& [path, field] : fields) {
    if (conflict.fields_size() >= kMaxFields) break;
    field.set_path(path);
    *conflict.add_fields() = std::move(field);
  }
  return conflict;
}

v1::HouseholdEdit Masked(v1::HouseholdEdit edit) {
  auto mask = [](v1::MemberValues& values) {
    values.set_display_name(crypto::MaskName(values.display_name(), Purpose::kList));
    if (!values.citizen_id().empty()) {
      values.set_citizen_id(crypto::MaskCitizenId(values.citizen_id(), Purpose::kList));
    }
    if (!values.phone().empty()) {
      values.set_phone(crypto::MaskPhone(values.phone(), Purpose::kList));
    }
  };
  if (!edit.values().phone().empty()) {
    edit.mutable_values()->set_phone(crypto::MaskPhone(edit.values().phone(), Purpose::kList));
  }
  if (!edit.values().bank_account().empty()) {
    edit.mutable_values()->set_bank_account(
        crypto::MaskAccount(edit.values().bank_account(), Purpose::kList));
  }
  for (v1::MemberEdit& member : *edit.mutable_members()) mask(*member.mutable_values());
  for (v1::JoiningMember& joining : *edit.mutable_joins()) mask(*joining.mutable_values());
  return edit;
}

}  // namespace jz::identification
