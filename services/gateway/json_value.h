// Which JSON values a field takes (proto3 JSON mapping).
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace jz::gateway {

// A JSON value that is neither object, list nor null.
struct JsonValue {
  enum class Kind { kBool, kInteger, kUnsigned, kFloat, kString };
  Kind kind = Kind::kBool;
  int64_t integer = 0;
  uint64_t unsigned_integer = 0;
  double floating = 0;
  absl::string_view text;
};

struct JsonVerdict {
  const char* rule = nullptr;  // null: the field takes the value
  std::string description;
};

// For one value of `field`: an element when it is repeated. Forms inside strings (instants, base64)
// are left to protobuf's reader.
JsonVerdict CheckScalar(const google::protobuf::FieldDescriptor& field, const JsonValue& value);

// "a string", "an integer (int32)", "an object".
std::string NameOfJsonType(const google::protobuf::FieldDescriptor& field);

// Any, Struct, Value, ListValue: what is inside does not follow fields.
bool IsFreeForm(const google::protobuf::Descriptor& message);
// Messages that JSON shows as one value: instants, durations, field masks, wrappers.
bool HasTextForm(const google::protobuf::Descriptor& message);
// Whether a free-form message may be an object, or a value of the field a list or null.
bool TakesObject(const google::protobuf::Descriptor& message);
bool TakesList(const google::protobuf::FieldDescriptor& field);
bool TakesNull(const google::protobuf::FieldDescriptor& field);

}  // namespace jz::gateway
