// JSON to and from protobuf's binary form, for every message of the schema (proto3 JSON mapping).
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/type_resolver.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

// Thread-safe.
class Transcoder {
 public:
  // `schema` must outlive it.
  explicit Transcoder(const Schema& schema);

  // Appends to `wire`. Errors: those of CheckJson, and INVALID_REQUEST with a violation
  // (INVALID_VALUE) for what only protobuf's reader finds: malformed instants, base64, contents of
  // an Any.
  absl::Status ToWire(const google::protobuf::Descriptor& message, absl::string_view json,
                      std::string* wire) const;

  // Appends to `json`. Every field is there, set or not (but not unset messages and members of a
  // oneof); enums by name, 64-bit numbers as strings. INTERNAL, reason RESPONSE_UNREADABLE, when
  // the bytes are not that message or hold an Any of a type that the schema has not.
  absl::Status ToJson(const google::protobuf::Descriptor& message, absl::string_view wire,
                      std::string* json) const;

 private:
  const Schema& schema_;
  std::unique_ptr<google::protobuf::util::TypeResolver> types_;
};

// The value of a member of a JSON object, as it is written there; empty when it has none.
absl::string_view JsonMember(absl::string_view object, absl::string_view name);

}  // namespace jz::gateway
