#include "services/identification/sheet_cell_text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/sheet_text.h"

namespace jz::identification {
namespace {

namespace v1 = ::jingzhun::identification::v1;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A label that stands for another code too, or that would be taken apart, is no way back.
std::string CodeText(const CodeBook& codes, absl::string_view list, int code) {
  const CodeEntry* entry = codes.Get(list, code);
  if (entry == nullptr) return absl::StrCat(code);
  const bool readable = codes.Find(list, entry->zh) == code && SplitValues(entry->zh).size() == 1;
  return readable ? entry->zh : entry->written;
}

int64_t NumberOf(const FieldDescriptor& field, const Message& items) {
  const auto* reflection = items.GetReflection();
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? reflection->GetInt32(items, &field)
                                                            : reflection->GetInt64(items, &field);
}

std::string YesNoText(const FieldDescriptor& field, const Message& items) {
  const bool presence = absl::StartsWith(field.name(), "has_");
  switch (items.GetReflection()->GetEnumValue(items, &field)) {
    case v1::YES_NO_YES:
      return presence ? "有" : "是";
    case v1::YES_NO_NO:
      return presence ? "" : "否";
    default:
      return "";
  }
}

}  // namespace

std::string ScaledText(int64_t value, int scale) {
  if (scale == 0) return absl::StrCat(value);
  const absl::string_view sign = value < 0 ? "-" : "";
  std::string digits = absl::StrFormat("%0*d", scale + 1, value < 0 ? -value : value);
  absl::string_view decimals = absl::string_view(digits).substr(digits.size() - scale);
  while (absl::ConsumeSuffix(&decimals, "0")) {
  }
  const std::string whole = digits.substr(0, digits.size() - scale);
  return decimals.empty() ? absl::StrCat(sign, whole) : absl::StrCat(sign, whole, ".", decimals);
}

std::string CellTextAt(const CodeBook& codes, const FieldDescriptor& field, const Message& items,
                       int index, bool and_rest) {
  const auto* reflection = items.GetReflection();
  const std::string& list = field.options().GetExtension(v1::column).code_list();
  const int size = reflection->FieldSize(items, &field);
  const int end = and_rest ? size : std::min(size, index + 1);
  std::string text;
  for (int i = index; i < end; ++i) {
    if (!text.empty()) text += ',';
    text += CodeText(codes, list, reflection->GetRepeatedInt32(items, &field, i));
  }
  return text;
}

std::string CellText(const CodeBook& codes, const FieldDescriptor& field, const Message& items) {
  if (field.is_repeated()) return CellTextAt(codes, field, items, 0, /*and_rest=*/true);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return YesNoText(field, items);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return items.GetReflection()->GetString(items, &field);
  }
  const v1::Column& column = field.options().GetExtension(v1::column);
  const int64_t number = NumberOf(field, items);
  if (!field.has_presence() && number == 0) return "";  // codes, months and days: none
  if (field.has_presence() && !items.GetReflection()->HasField(items, &field)) return "";
  if (!column.code_list().empty()) {
    return CodeText(codes, column.code_list(), static_cast<int>(number));
  }
  return ScaledText(number, column.scale());
}

}  // namespace jz::identification
