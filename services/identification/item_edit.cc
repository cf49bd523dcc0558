#include "services/identification/item_edit.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/csv.h"

namespace jz::identification {
namespace {

namespace v1 = ::jingzhun::identification::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxText = 200;
constexpr int kMaxCodes = 20;
constexpr int kMaxEpisodes = 50;
constexpr int kMaxMonthsOfYear = 12;
constexpr int64_t kMaxNumber = 1'000'000'000'000;

// Those with a column that follow from something else: the identity number, a phone number, an
// income statement, a decision.
constexpr absl::string_view kDerived[] = {
    "PersonItems.id_type",
    "PersonItems.sex",
    "PersonItems.birth_date",
    "HouseholdItems.household_type",
    "HouseholdItems.net_income_per_head_fen",
    "MonitoringItems.monitored_category",
    "MonitoringItems.contact_phone_digits",
};

struct Limit {
  absl::string_view item;
  int most;
};
constexpr Limit kLimits[] = {{"other_causes", 2}, {"risks", 5}};

const v1::Column& ColumnOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::column);
}

int64_t NumberAt(const Message& items, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *items.GetReflection();
  if (field.is_repeated()) return reflection.GetRepeatedInt32(items, &field, index);
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? reflection.GetInt32(items, &field)
                                                            : reflection.GetInt64(items, &field);
}

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
}

bool IsMonth(int64_t number) {
  const int64_t month = number % 100;
  return number >= 190'001 && number <= 219'912 && month >= 1 && month <= 12;
}

bool IsDay(int64_t number) { return ParseDate(absl::StrCat(number)).ok() && number <= 21'991'231; }

void CheckCodes(const Message& items, const FieldDescriptor& field, const CodeBook& codes,
                const std::string& path, Violations& violations) {
  const std::string& list = ColumnOf(field).code_list();
  const int size = field.is_repeated() ? items.GetReflection()->FieldSize(items, &field) : 1;
  int most = kMaxCodes;
  for (const Limit& limit : kLimits) {
    if (field.name() == limit.item) most = limit.most;
  }
  if (size > most) return violations.Add(path, "TOO_MANY", absl::StrCat("at most ", most));
  std::set<int64_t> seen;
  for (int i = 0; i < size; ++i) {
    const int64_t code = NumberAt(items, field, i);
    // 0 of a single code says that there is nothing.
    if (code == 0 && !field.is_repeated()) continue;
    if (codes.Get(list, static_cast<int>(code)) == nullptr) {
      violations.Add(path, "CODE_UNKNOWN", absl::StrCat("no code of list ", list, " today"));
    }
    if (!seen.insert(code).second) violations.Add(path, "CODE_DUPLICATE", "a code comes twice");
  }
}

void CheckNumber(const Message& items, const FieldDescriptor& field, const std::string& path,
                 Violations& violations) {
  const int64_t number = NumberAt(items, field, 0);
  const v1::ColumnKind kind = ColumnOf(field).kind();
  const bool optional_zero = number == 0 && kind != v1::COLUMN_KIND_UNSPECIFIED;
  if (optional_zero) return;  // absent
  if (kind == v1::COLUMN_KIND_MONTH) {
    if (!IsMonth(number)) violations.Add(path, "MONTH_FORMAT", "a month, YYYYMM");
  } else if (kind == v1::COLUMN_KIND_DAY) {
    if (!IsDay(number)) violations.Add(path, "DATE_FORMAT", "a day, YYYYMMDD");
  } else if (number < 0 && !absl::EndsWith(field.name(), "_fen")) {
    violations.Add(path, "NUMBER_NEGATIVE", "it cannot be negative");
  } else if (number > kMaxNumber || number < -kMaxNumber) {
    violations.Add(path, "NUMBER_RANGE", "it is too large");
  } else if (absl::EndsWith(field.name(), "_months") && number > kMaxMonthsOfYear) {
    violations.Add(path, "NUMBER_RANGE", "0 to 12 months");
  }
}

void CheckMessages(const Message& items, const FieldDescriptor& field, const CodeBook& codes,
                   const std::string& path, Violations& violations) {
  const int size = items.GetReflection()->FieldSize(items, &field);
  if (size > kMaxEpisodes) {
    return violations.Add(path, "TOO_MANY", absl::StrCat("at most ", kMaxEpisodes));
  }
  for (int i = 0; i < size; ++i) {
    const Message& part = items.GetReflection()->GetRepeatedMessage(items, &field, i);
    std::vector<const FieldDescriptor*> set;
    part.GetReflection()->ListFields(part, &set);
    for (const FieldDescriptor* item : set) {
      CheckItem(part, *item, codes, absl::StrCat(path, "[", i, "].", item->name()), violations);
    }
  }
}

void Replace(const Message& from, const FieldDescriptor& field, Message& to) {
  to.GetReflection()->ClearField(&to, &field);
  // The rest of a message with one field only merges into what it lacks.
  std::unique_ptr<Message> only(from.New());
  only->CopyFrom(from);
  std::vector<const FieldDescriptor*> set;
  only->GetReflection()->ListFields(*only, &set);
  for (const FieldDescriptor* other : set) {
    if (other != &field) only->GetReflection()->ClearField(only.get(), other);
  }
  to.MergeFrom(*only);
}

}  // namespace

bool IsEditable(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return field.is_repeated();  // works, plans
  }
  if (!field.options().HasExtension(v1::column)) return false;
  const std::string name = absl::StrCat(field.containing_type()->name(), ".", field.name());
  return std::find(std::begin(kDerived), std::end(kDerived), name) == std::end(kDerived);
}

void CheckItem(const Message& items, const FieldDescriptor& field, const CodeBook& codes,
               const std::string& path, Violations& violations) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return CheckMessages(items, field, codes, path, violations);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    if (!v1::YesNo_IsValid(items.GetReflection()->GetEnumValue(items, &field))) {
      violations.Add(path, "YES_NO_UNKNOWN", "YES_NO_YES, YES_NO_NO, or absent");
    }
    return;
  }
  if (!ColumnOf(field).code_list().empty()) {
    return CheckCodes(items, field, codes, path, violations);
  }
  if (IsNumber(field)) return CheckNumber(items, field, path, violations);
  const std::string text = items.GetReflection()->GetString(items, &field);
  if (CountCharacters(text) > kMaxText || HasControlCharacter(text)) {
    violations.Add(path, "TEXT_FORMAT", "at most 200 characters, none a control");
  }
}

void EditItem(const Message& from, absl::string_view name, const CodeBook& codes,
              const std::string& path, Message& to, Violations& violations) {
  const FieldDescriptor* field = from.GetDescriptor()->FindFieldByName(std::string(name));
  if (field == nullptr) return violations.Add(path, "ITEM_UNKNOWN", "there is no such item");
  if (!IsEditable(*field)) {
    return violations.Add(path, "ITEM_NOT_EDITABLE", "it follows from other items or a decision");
  }
  Violations own;
  CheckItem(from, *field, codes, path, own);
  if (!own.empty()) return CheckItem(from, *field, codes, path, violations);
  Replace(from, *field, to);
}

void EditItemsThatAreSet(const Message& from, const CodeBook& codes, const std::string& path,
                         Message& to, Violations& violations) {
  std::vector<const FieldDescriptor*> set;
  from.GetReflection()->ListFields(from, &set);
  for (const FieldDescriptor* field : set) {
    EditItem(from, field->name(), codes, absl::StrCat(path, ".", field->name()), to, violations);
  }
}

}  // namespace jz::identification
