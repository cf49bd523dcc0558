// Checks the JSON of a request against its message before protobuf converts it. Protobuf's reader
// stops at the first error, takes "yes" for true, one value for a list and the same field twice; a
// caller should be told of all of that, at once and by field.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

inline constexpr int kMaxJsonDepth = 32;

// INVALID_ARGUMENT with reason JSON_SYNTAX, JSON_ENCODING (not UTF-8), JSON_DEPTH, or
// INVALID_REQUEST with one violation for each unknown field (UNKNOWN_FIELD), field given twice
// (DUPLICATE_FIELD), value of the wrong kind (WRONG_TYPE), number that does not fit (OUT_OF_RANGE)
// and unknown enum value (UNKNOWN_ENUM). Values are not repeated in the texts. Never recurses, so
// depth costs no stack.
absl::Status CheckJson(const Schema& schema, const google::protobuf::Descriptor* message,
                       absl::string_view json);

}  // namespace jz::gateway
