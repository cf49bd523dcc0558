#include "services/gateway/wire_value.h"

#include <charconv>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/time_util.h"
#include "google/protobuf/wire_format_lite.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using Problem = absl::optional<std::string>;

void AppendVarint(uint64_t value, std::string* wire) {
  uint8_t buffer[10];
  const uint8_t* end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  wire->append(reinterpret_cast<const char*>(buffer), end - buffer);
}

void AppendTag(int field_number, WireFormatLite::WireType type, std::string* wire) {
  AppendVarint(WireFormatLite::MakeTag(field_number, type), wire);
}

void AppendVarintField(const FieldDescriptor& field, uint64_t value, std::string* wire) {
  AppendTag(field.number(), WireFormatLite::WIRETYPE_VARINT, wire);
  AppendVarint(value, wire);
}

template <class Value>
void AppendFixedField(const FieldDescriptor& field, Value value, std::string* wire) {
  static_assert(sizeof(Value) == 4 || sizeof(Value) == 8);
  AppendTag(
      field.number(),
      sizeof(Value) == 4 ? WireFormatLite::WIRETYPE_FIXED32 : WireFormatLite::WIRETYPE_FIXED64,
      wire);
  char bytes[sizeof(Value)];
  std::memcpy(bytes, &value, sizeof(Value));  // the wire is little-endian, as all our machines are
  wire->append(bytes, sizeof(Value));
}

// The whole text, nothing before or after, in range.
template <class Number>
bool ParseNumber(absl::string_view text, Number* value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

template <class Number, class Append>
Problem AppendNumber(absl::string_view text, absl::string_view type, Append append) {
  Number value{};
  if (!ParseNumber(text, &value)) return absl::StrCat("is not a number of type ", type);
  append(value);
  return absl::nullopt;
}

Problem AppendBool(const FieldDescriptor& field, absl::string_view text, std::string* wire) {
  if (text != "true" && text != "false") return "is neither true nor false";
  AppendVarintField(field, text == "true" ? 1 : 0, wire);
  return absl::nullopt;
}

Problem AppendEnum(const FieldDescriptor& field, absl::string_view text, std::string* wire) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByName(std::string(text));
  int number = 0;
  if (value == nullptr && ParseNumber(text, &number)) {
    value = field.enum_type()->FindValueByNumber(number);
  }
  if (value == nullptr) return absl::StrCat("is not a value of ", field.enum_type()->name());
  AppendVarintField(field, static_cast<uint64_t>(int64_t{value->number()}), wire);
  return absl::nullopt;
}

Problem AppendBase64(const FieldDescriptor& field, absl::string_view text, std::string* wire) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes) && !absl::Base64Unescape(text, &bytes)) {
    return "is not base64";
  }
  AppendBytes(field.number(), bytes, wire);
  return absl::nullopt;
}

template <class Message>
Problem AppendParsed(const FieldDescriptor& field, bool parsed, const Message& message,
                     absl::string_view form, std::string* wire) {
  if (!parsed) return absl::StrCat("is not ", form);
  AppendBytes(field.number(), message.SerializeAsString(), wire);
  return absl::nullopt;
}

// "displayName,filter.regionCode" as JSON has it, or "display_name" as the protos and their
// comments do.
bool ParseFieldMask(const std::string& text, google::protobuf::FieldMask* mask) {
  const bool proto_names = absl::c_all_of(text, [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.' || c == ',';
  });
  if (!proto_names) return google::protobuf::util::FieldMaskUtil::FromJsonString(text, mask);
  google::protobuf::util::FieldMaskUtil::FromString(text, mask);
  return true;
}

// Messages that have a text form in proto3 JSON.
Problem AppendWellKnown(const FieldDescriptor& field, absl::string_view text, std::string* wire) {
  const std::string owned(text);
  switch (field.message_type()->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP: {
      google::protobuf::Timestamp value;
      const bool parsed = google::protobuf::util::TimeUtil::FromString(owned, &value);
      return AppendParsed(field, parsed, value, "an instant such as 2017-06-14T08:00:00Z", wire);
    }
    case Descriptor::WELLKNOWNTYPE_DURATION: {
      google::protobuf::Duration value;
      const bool parsed = google::protobuf::util::TimeUtil::FromString(owned, &value);
      return AppendParsed(field, parsed, value, "a duration such as 1.5s", wire);
    }
    case Descriptor::WELLKNOWNTYPE_FIELDMASK: {
      google::protobuf::FieldMask value;
      const bool parsed = ParseFieldMask(owned, &value);
      return AppendParsed(field, parsed, value, "a list of field names", wire);
    }
    default:
      break;
  }
  const bool wrapper =
      field.message_type()->well_known_type() >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE &&
      field.message_type()->well_known_type() <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
  if (!wrapper) return "is a message; give its fields one by one, as parent.field";
  const FieldDescriptor* inner = field.message_type()->FindFieldByName("value");
  std::string value;
  Problem problem = AppendText({&inner, 1}, text, &value);
  if (!problem.has_value()) AppendBytes(field.number(), value, wire);
  return problem;
}

Problem AppendLeaf(const FieldDescriptor& field, absl::string_view text, std::string* wire) {
  const char* type = field.type_name();
  auto varint = [&](auto value) { AppendVarintField(field, static_cast<uint64_t>(value), wire); };
  auto fixed = [&](auto value) { AppendFixedField(field, value, wire); };
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
      // Negative numbers are ten bytes long, as if they had 64 bits.
      return AppendNumber<int32_t>(text, type, [&](int32_t value) { varint(int64_t{value}); });
    case FieldDescriptor::TYPE_INT64:
      return AppendNumber<int64_t>(text, type, varint);
    case FieldDescriptor::TYPE_UINT32:
      return AppendNumber<uint32_t>(text, type, varint);
    case FieldDescriptor::TYPE_UINT64:
      return AppendNumber<uint64_t>(text, type, varint);
    case FieldDescriptor::TYPE_SINT32:
      return AppendNumber<int32_t>(
          text, type, [&](int32_t value) { varint(WireFormatLite::ZigZagEncode32(value)); });
    case FieldDescriptor::TYPE_SINT64:
      return AppendNumber<int64_t>(
          text, type, [&](int64_t value) { varint(WireFormatLite::ZigZagEncode64(value)); });
    case FieldDescriptor::TYPE_FIXED32:
      return AppendNumber<uint32_t>(text, type, fixed);
    case FieldDescriptor::TYPE_FIXED64:
      return AppendNumber<uint64_t>(text, type, fixed);
    case FieldDescriptor::TYPE_SFIXED32:
      return AppendNumber<int32_t>(text, type, fixed);
    case FieldDescriptor::TYPE_SFIXED64:
      return AppendNumber<int64_t>(text, type, fixed);
    case FieldDescriptor::TYPE_FLOAT:
      return AppendNumber<float>(text, type, fixed);
    case FieldDescriptor::TYPE_DOUBLE:
      return AppendNumber<double>(text, type, fixed);
    case FieldDescriptor::TYPE_BOOL:
      return AppendBool(field, text, wire);
    case FieldDescriptor::TYPE_ENUM:
      return AppendEnum(field, text, wire);
    case FieldDescriptor::TYPE_BYTES:
      return AppendBase64(field, text, wire);
    case FieldDescriptor::TYPE_STRING:
      AppendBytes(field.number(), text, wire);
      return absl::nullopt;
    case FieldDescriptor::TYPE_MESSAGE:
      if (field.is_map()) return "is a map, which only a body can hold";
      return AppendWellKnown(field, text, wire);
    default:
      return "has a type that is not supported";
  }
}

}  // namespace

Problem AppendText(absl::Span<const FieldDescriptor* const> path, absl::string_view text,
                   std::string* wire) {
  if (path.size() == 1) return AppendLeaf(*path.front(), text, wire);
  std::string inner;
  Problem problem = AppendText(path.subspan(1), text, &inner);
  if (!problem.has_value()) AppendBytes(path.front()->number(), inner, wire);
  return problem;
}

void AppendBytes(int field_number, absl::string_view bytes, std::string* wire) {
  AppendTag(field_number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, wire);
  AppendVarint(bytes.size(), wire);
  wire->append(bytes.data(), bytes.size());
}

absl::string_view FindBytes(absl::string_view wire, int field_number) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(wire.data()), static_cast<int>(wire.size()));
  const uint32_t wanted =
      WireFormatLite::MakeTag(field_number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  absl::string_view found;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != wanted) {
      if (!WireFormatLite::SkipField(&in, tag)) break;
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) break;
    const size_t begin = in.CurrentPosition();
    if (size > wire.size() - begin || !in.Skip(static_cast<int>(size))) break;
    found = wire.substr(begin, size);
  }
  return found;
}

}  // namespace jz::gateway
