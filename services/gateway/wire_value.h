// Writes field values given as text (path and query parameters, headers) in protobuf's binary form.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"

namespace jz::gateway {

// Appends one value of the last field of `path` to `wire`, inside its parents. Fields that are
// written again merge, as protobuf defines it: lists grow, single values are replaced. Text forms
// are those of proto3 JSON without the quotes; enums by name or number. Returns what is wrong with
// the text, if anything; then nothing is written. The text is not repeated there.
absl::optional<std::string> AppendText(
    absl::Span<const google::protobuf::FieldDescriptor* const> path, absl::string_view text,
    std::string* wire);

// Appends a length-delimited field: bytes, text or an encoded message.
void AppendBytes(int field_number, absl::string_view bytes, std::string* wire);

// The last value of a top-level string or bytes field, or an empty view.
absl::string_view FindBytes(absl::string_view wire, int field_number);

}  // namespace jz::gateway
