// Messages, enums and fields as OpenAPI 3.0 schemas (proto3 JSON mapping).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

// All messages and enums of the suite, by full name, and `Problem`. Google's own messages stand for
// one JSON value each and are written where they are used.
nlohmann::ordered_json ComponentSchemas(const Schema& schema);

nlohmann::ordered_json MessageReference(const google::protobuf::Descriptor& message);

// With the field's comment and what its options say of it.
nlohmann::ordered_json FieldSchema(const google::protobuf::FieldDescriptor& field);

// The schema with a description; a bare reference cannot carry one in 3.0.
nlohmann::ordered_json Describe(nlohmann::ordered_json schema, absl::string_view description);

}  // namespace jz::gateway
