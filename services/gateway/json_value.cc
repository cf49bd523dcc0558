#include "services/gateway/json_value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Kind = JsonValue::Kind;

JsonVerdict Wrong(const FieldDescriptor& field) {
  return {"WRONG_TYPE", absl::StrCat("must be ", NameOfJsonType(field))};
}

JsonVerdict OutOfRange(const FieldDescriptor& field) {
  return {"OUT_OF_RANGE", absl::StrCat("does not fit in ", field.cpp_type_name())};
}

// A whole number as sign and magnitude wide enough for both 64-bit types.
enum class Whole { kYes, kNo, kTooLarge, kInexact };

// A double from here on may stand for another number than the one that was written.
constexpr double kFirstInexact = 9007199254740992;  // 2^53

Whole ReadWhole(const JsonValue& value, __int128* whole) {
  switch (value.kind) {
    case Kind::kInteger:
      *whole = value.integer;
      return Whole::kYes;
    case Kind::kUnsigned:
      *whole = value.unsigned_integer;
      return Whole::kYes;
    case Kind::kFloat:
      if (!(std::abs(value.floating) < 1e20)) return Whole::kTooLarge;
      *whole = static_cast<__int128>(value.floating);
      if (std::abs(value.floating) >= kFirstInexact) return Whole::kInexact;
      return std::trunc(value.floating) == value.floating ? Whole::kYes : Whole::kNo;
    case Kind::kString:
      break;
    case Kind::kBool:
      return Whole::kNo;
  }
  const char* end = value.text.data() + value.text.size();
  int64_t integer = 0;
  auto result = std::from_chars(value.text.data(), end, integer);
  *whole = integer;
  if (result.ec == std::errc::result_out_of_range) {
    uint64_t large = 0;
    result = std::from_chars(value.text.data(), end, large);
    *whole = large;
    if (result.ec == std::errc::result_out_of_range) return Whole::kTooLarge;
  }
  return result.ec == std::errc() && result.ptr == end ? Whole::kYes : Whole::kNo;
}

template <class Number>
JsonVerdict CheckWhole(const FieldDescriptor& field, const JsonValue& value) {
  __int128 whole = 0;
  const Whole found = ReadWhole(value, &whole);
  if (found == Whole::kNo) return Wrong(field);
  const bool fits = found != Whole::kTooLarge && whole >= std::numeric_limits<Number>::min() &&
                    whole <= std::numeric_limits<Number>::max();
  if (!fits) return OutOfRange(field);
  if (found == Whole::kInexact) {
    return {"OUT_OF_RANGE", "is exact from 2^53 on only without point and exponent"};
  }
  return {};
}

JsonVerdict CheckFloating(const FieldDescriptor& field, const JsonValue& value) {
  if (value.kind == Kind::kBool) return Wrong(field);
  if (value.kind != Kind::kString) return {};
  const bool special = value.text == "NaN" || value.text == "Infinity" || value.text == "-Infinity";
  double number = 0;
  const char* end = value.text.data() + value.text.size();
  auto [parsed, error] = std::from_chars(value.text.data(), end, number);
  if (!special && (error != std::errc() || parsed != end)) return Wrong(field);
  return {};
}

JsonVerdict CheckEnum(const FieldDescriptor& field, const JsonValue& value) {
  const EnumDescriptor& type = *field.enum_type();
  bool known = false;
  switch (value.kind) {
    case Kind::kString:
      known = type.FindValueByName(std::string(value.text)) != nullptr;
      break;
    case Kind::kInteger:
    case Kind::kUnsigned: {
      const int64_t number = value.kind == Kind::kInteger
                                 ? value.integer
                                 : static_cast<int64_t>(value.unsigned_integer);
      known = number == static_cast<int>(number) &&
              type.FindValueByNumber(static_cast<int>(number)) != nullptr;
      break;
    }
    default:
      return Wrong(field);
  }
  if (!known) return {"UNKNOWN_ENUM", absl::StrCat("is not a value of ", type.name())};
  return {};
}

JsonVerdict CheckMessage(const FieldDescriptor& field, const JsonValue& value) {
  const Descriptor& message = *field.message_type();
  if (message.well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE) return {};
  if (!HasTextForm(message)) return Wrong(field);
  const FieldDescriptor* inner = message.FindFieldByName("value");
  if (inner != nullptr) return CheckScalar(*inner, value);
  if (value.kind != Kind::kString) return Wrong(field);
  return {};
}

bool IsValue(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
}

}  // namespace

JsonVerdict CheckScalar(const FieldDescriptor& field, const JsonValue& value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return CheckWhole<int32_t>(field, value);
    case FieldDescriptor::CPPTYPE_INT64:
      return CheckWhole<int64_t>(field, value);
    case FieldDescriptor::CPPTYPE_UINT32:
      return CheckWhole<uint32_t>(field, value);
    case FieldDescriptor::CPPTYPE_UINT64:
      return CheckWhole<uint64_t>(field, value);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return CheckFloating(field, value);
    case FieldDescriptor::CPPTYPE_BOOL:
      return value.kind == Kind::kBool ? JsonVerdict() : Wrong(field);
    case FieldDescriptor::CPPTYPE_STRING:
      return value.kind == Kind::kString ? JsonVerdict() : Wrong(field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(field, value);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckMessage(field, value);
  }
  return Wrong(field);
}

std::string NameOfJsonType(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? "base64 in a string" : "a string";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("a name of ", field.enum_type()->name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default:
      return absl::StrCat("an integer (", field.cpp_type_name(), ")");
  }
  const Descriptor& message = *field.message_type();
  if (!HasTextForm(message)) {
    return message.well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE ? "a list"
                                                                            : "an object";
  }
  const FieldDescriptor* inner = message.FindFieldByName("value");
  return inner != nullptr ? NameOfJsonType(*inner)
                          : absl::StrCat("a ", message.name(), " in a string");
}

bool IsFreeForm(const Descriptor& message) {
  switch (message.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_ANY:
    case Descriptor::WELLKNOWNTYPE_STRUCT:
    case Descriptor::WELLKNOWNTYPE_VALUE:
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return true;
    default:
      return false;
  }
}

bool HasTextForm(const Descriptor& message) {
  return message.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED && !IsFreeForm(message);
}

bool TakesObject(const Descriptor& message) {
  return message.well_known_type() != Descriptor::WELLKNOWNTYPE_LISTVALUE;
}

bool TakesList(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
  return IsValue(field) ||
         field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_LISTVALUE;
}

bool TakesNull(const FieldDescriptor& field) {
  const bool null_enum = field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
                         field.enum_type()->full_name() == "google.protobuf.NullValue";
  return null_enum || IsValue(field);
}

}  // namespace jz::gateway
