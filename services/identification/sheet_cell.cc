#include "services/identification/sheet_cell.h"

#include <limits>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/sheet_text.h"
#include "services/identification/facts.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxText = 200;
constexpr absl::string_view kMeasures = "m_";
constexpr absl::string_view kPhoneDigits = "phone_digits";

void SetInt(const FieldDescriptor& field, int64_t value, Message& items) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    items.GetReflection()->SetInt32(&items, &field, static_cast<int32_t>(value));
  } else {
    items.GetReflection()->SetInt64(&items, &field, value);
  }
}

absl::string_view ReadNumber(absl::string_view cell, int scale, const FieldDescriptor& field,
                             Message& items) {
  const std::optional<int64_t> value = ParseScaled(cell, scale);
  if (!value) return "NUMBER_FORMAT";
  // Only balances can be negative: incomes may lie below nothing, areas and counts cannot.
  if (*value < 0 && !absl::EndsWith(field.name(), "_fen")) return "NUMBER_NEGATIVE";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 &&
      *value > std::numeric_limits<int32_t>::max()) {
    return "NUMBER_RANGE";
  }
  SetInt(field, *value, items);
  return "";
}

// A code whose label the text names.
std::optional<int> Named(const CodeBook& codes, absl::string_view list, absl::string_view text) {
  for (const CodeEntry& entry : codes.List(list)) {
    if (entry.code != 0 && absl::StrContains(text, entry.zh)) return entry.code;
  }
  return codes.Find(list, "supported");
}

std::optional<int> FindCode(const CodeBook& codes, absl::string_view list, absl::string_view text) {
  std::optional<int> code = codes.Find(list, text);
  if (!code) code = codes.Find(list, WithoutDotZero(text));
  if (!code && absl::StartsWith(list, kMeasures)) code = Named(codes, list, text);
  return code;
}

absl::string_view ReadCode(absl::string_view cell, const CodeBook& codes, absl::string_view list,
                           const FieldDescriptor& field, Message& items) {
  const std::optional<int> code = FindCode(codes, list, cell);
  if (!code) return "CODE_UNKNOWN";
  if (*code != 0) SetInt(field, *code, items);
  return "";
}

void AddOnce(const FieldDescriptor& field, int code, Message& items) {
  const auto* reflection = items.GetReflection();
  for (int i = 0; i < reflection->FieldSize(items, &field); ++i) {
    if (reflection->GetRepeatedInt32(items, &field, i) == code) return;
  }
  reflection->AddInt32(&items, &field, code);
}

absl::string_view ReadCodes(absl::string_view cell, const CodeBook& codes, absl::string_view list,
                            const FieldDescriptor& field, Message& items) {
  // A label can have a separator in it.
  if (const std::optional<int> whole = codes.Find(list, cell)) {
    if (*whole != 0) AddOnce(field, *whole, items);
    return "";
  }
  for (absl::string_view value : SplitValues(cell)) {
    const std::optional<int> code = FindCode(codes, list, value);
    if (!code) return "CODE_UNKNOWN";
    if (*code != 0) AddOnce(field, *code, items);
  }
  return "";
}

void SetYesNo(const FieldDescriptor& field, bool yes, Message& items) {
  items.GetReflection()->SetEnumValue(&items, &field, ToYesNo(yes));
}

absl::string_view ReadYesNo(absl::string_view cell, const FieldDescriptor& field, Message& items) {
  const std::optional<bool> answer = ParseYesNo(WithoutDotZero(cell));
  if (!answer) return "YES_NO_FORMAT";
  SetYesNo(field, *answer, items);
  return "";
}

absl::string_view ReadText(absl::string_view cell, const FieldDescriptor& field, Message& items) {
  if (HasControlCharacter(cell)) return "TEXT_CONTROL_CHARACTER";
  if (CountCharacters(cell) > kMaxText) return "TEXT_TOO_LONG";
  items.GetReflection()->SetString(&items, &field, std::string(cell));
  return "";
}

absl::string_view ReadPhone(absl::string_view cell, const FieldDescriptor& field,
                            const FieldDescriptor& mobile, Message& items) {
  const PhoneFacts phone = PhoneFactsOf(WithoutDotZero(cell));
  SetInt(field, phone.digits, items);
  items.GetReflection()->SetEnumValue(&items, &mobile, phone.mobile);
  return "";
}

absl::string_view ReadTime(absl::string_view cell, v1::ColumnKind kind,
                           const FieldDescriptor& field, Message& items) {
  if (kind == v1::COLUMN_KIND_MONTH) {
    const std::optional<int> month = ParseMonth(cell);
    if (!month) return "MONTH_FORMAT";
    SetInt(field, *month, items);
    return "";
  }
  const std::optional<Date> day = ParseSheetDay(cell);
  if (!day) return "DATE_FORMAT";
  SetInt(field, ToDayNumber(*day), items);
  return "";
}

// A name that is not kept: only whether there is one.
bool TellsPresence(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
         absl::StartsWith(field.name(), "has_");
}

}  // namespace

const FieldDescriptor* MobileBeside(const FieldDescriptor& field) {
  if (!absl::EndsWith(field.name(), kPhoneDigits)) return nullptr;
  const absl::string_view stem =
      absl::string_view(field.name()).substr(0, field.name().size() - kPhoneDigits.size());
  return field.containing_type()->FindFieldByName(absl::StrCat(stem, "phone_mobile"));
}

absl::string_view ReadCell(absl::string_view cell, const CodeBook& codes,
                           const FieldDescriptor& field, Message& items) {
  if (TellsPresence(field)) {
    SetYesNo(field, !cell.empty(), items);
    return "";
  }
  if (cell.empty()) return "";
  const v1::Column& column = field.options().GetExtension(v1::column);
  if (const FieldDescriptor* mobile = MobileBeside(field)) {
    return ReadPhone(cell, field, *mobile, items);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return ReadYesNo(cell, field, items);
  if (field.is_repeated()) return ReadCodes(cell, codes, column.code_list(), field, items);
  if (!column.code_list().empty()) return ReadCode(cell, codes, column.code_list(), field, items);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return ReadText(cell, field, items);
  if (column.kind() != v1::COLUMN_KIND_UNSPECIFIED) {
    return ReadTime(cell, column.kind(), field, items);
  }
  return ReadNumber(cell, column.scale(), field, items);
}

void CopyField(const FieldDescriptor& field, const Message& from, Message& to) {
  const auto* reflection = from.GetReflection();
  to.GetReflection()->ClearField(&to, &field);
  if (field.is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(from, &field); ++i) {
      to.GetReflection()->AddInt32(&to, &field, reflection->GetRepeatedInt32(from, &field, i));
    }
    return;
  }
  if (!reflection->HasField(from, &field)) return;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return to.GetReflection()->SetInt32(&to, &field, reflection->GetInt32(from, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return to.GetReflection()->SetInt64(&to, &field, reflection->GetInt64(from, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return to.GetReflection()->SetEnumValue(&to, &field, reflection->GetEnumValue(from, &field));
    default:
      return to.GetReflection()->SetString(&to, &field, reflection->GetString(from, &field));
  }
}

}  // namespace jz::identification
