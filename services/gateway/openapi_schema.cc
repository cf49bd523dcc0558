#include "services/gateway/openapi_schema.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jingzhun/common/v1/options.pb.h"
#include "services/gateway/comments.h"
#include "services/gateway/json_value.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::ordered_json;

ordered_json Reference(absl::string_view name) {
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

ordered_json Typed(const char* type, const char* format = nullptr) {
  ordered_json schema = {{"type", type}};
  if (format != nullptr) schema["format"] = format;
  return schema;
}

ordered_json ElementSchema(const FieldDescriptor& field);

// Google's messages with a JSON form of their own.
ordered_json WellKnownSchema(const Descriptor& message) {
  switch (message.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Typed("string", "date-time");
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return Describe(Typed("string"), "Seconds with the suffix s, for example `1.5s`.");
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return Describe(Typed("string"), "Field names in lowerCamelCase, separated by commas.");
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return Typed("object");
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return {{"type", "array"}, {"items", ordered_json::object()}};
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return ordered_json::object();
    case Descriptor::WELLKNOWNTYPE_ANY:
      return {{"type", "object"},
              {"description", "A message of the type that `@type` names."},
              {"properties", {{"@type", Typed("string")}}},
              {"required", ordered_json::array({"@type"})},
              {"additionalProperties", true}};
    default:
      break;
  }
  ordered_json schema = ElementSchema(*message.FindFieldByName("value"));
  schema["nullable"] = true;
  return schema;
}

ordered_json ElementSchema(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Typed("integer", "int32");
    case FieldDescriptor::CPPTYPE_UINT32: {
      ordered_json schema = Typed("integer", "int64");
      schema["minimum"] = 0;
      return schema;
    }
    case FieldDescriptor::CPPTYPE_INT64:
      return Typed("string", "int64");
    case FieldDescriptor::CPPTYPE_UINT64:
      return Typed("string", "uint64");
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Typed("number", "float");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Typed("number", "double");
    case FieldDescriptor::CPPTYPE_BOOL:
      return Typed("boolean");
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? Typed("string", "byte")
                                                         : Typed("string");
    case FieldDescriptor::CPPTYPE_ENUM:
      return Reference(field.enum_type()->full_name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return MessageReference(*field.message_type());
}

std::string FieldDescription(const FieldDescriptor& field) {
  std::string text = CommentOf(field);
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr || oneof->field_count() < 2) return text;
  absl::StrAppend(&text, text.empty() ? "" : "\n\n", "At most one of");
  for (int i = 0; i < oneof->field_count(); ++i) {
    absl::StrAppend(&text, i == 0 ? " `" : ", `", oneof->field(i)->json_name(), "`");
  }
  return text + ".";
}

ordered_json EnumSchema(const EnumDescriptor& type) {
  ordered_json names = ordered_json::array();
  std::string description = CommentOf(type);
  for (int i = 0; i < type.value_count(); ++i) {
    names.push_back(type.value(i)->name());
    const std::string comment = CommentOf(*type.value(i));
    absl::StrAppend(&description, description.empty() ? "" : "\n", i == 0 ? "\n" : "", "- `",
                    type.value(i)->name(), "`", comment.empty() ? "" : ": ", comment);
  }
  return Describe({{"type", "string"}, {"enum", std::move(names)}}, description);
}

ordered_json MessageSchema(const Descriptor& message) {
  ordered_json properties = ordered_json::object();
  for (int i = 0; i < message.field_count(); ++i) {
    properties[message.field(i)->json_name()] = FieldSchema(*message.field(i));
  }
  return Describe({{"type", "object"}, {"properties", std::move(properties)}}, CommentOf(message));
}

ordered_json ProblemSchema() {
  const auto text = [](const char* description) { return Describe(Typed("string"), description); };
  ordered_json violation = {
      {"type", "object"},
      {"properties",
       {{"field", text("Field of the request, for example `households[3].region_code`.")},
        {"rule", text("What it breaks, UPPER_SNAKE.")},
        {"description", text("For a developer to read.")}}}};
  ordered_json properties = {
      {"type", text("Names the kind of problem: a URN of domain and reason.")},
      {"title", text("The kind of error in words.")},
      {"status", Describe(Typed("integer", "int32"), "The HTTP status.")},
      {"detail", text("What went wrong, for a developer to read.")},
      {"instance", text("Trace id of the request; the logs of all services have it.")},
      {"code", text("google.rpc.Code, for example `NOT_FOUND`.")},
      {"reason", text("Why, UPPER_SNAKE; stable, made for programs.")},
      {"domain", text("Who says so: `funds.jingzhun`, or `gateway.jingzhun`.")},
      {"metadata", {{"type", "object"}, {"additionalProperties", Typed("string")}}},
      {"violations", {{"type", "array"}, {"items", std::move(violation)}}},
  };
  return Describe({{"type", "object"}, {"properties", std::move(properties)}},
                  "An error (RFC 9457 problem details).");
}

bool IsGoogles(absl::string_view full_name) { return absl::StartsWith(full_name, "google."); }

}  // namespace

ordered_json Describe(ordered_json schema, absl::string_view description) {
  if (description.empty()) return schema;
  if (schema.contains("$ref")) schema = {{"allOf", ordered_json::array({std::move(schema)})}};
  schema["description"] = std::string(description);
  return schema;
}

ordered_json MessageReference(const Descriptor& message) {
  if (IsFreeForm(message) || HasTextForm(message)) return WellKnownSchema(message);
  // google.protobuf.Empty and the like.
  if (IsGoogles(message.full_name())) return Typed("object");
  return Reference(message.full_name());
}

ordered_json FieldSchema(const FieldDescriptor& field) {
  ordered_json schema;
  if (field.is_map()) {
    schema = {{"type", "object"},
              {"additionalProperties", ElementSchema(*field.message_type()->map_value())}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", ElementSchema(field)}};
  } else {
    schema = ElementSchema(field);
  }
  const auto& options = field.options();
  const std::string& resource = options.GetExtension(jingzhun::common::v1::resource);
  const bool region = options.GetExtension(jingzhun::common::v1::region);
  const bool personal = options.GetExtension(jingzhun::common::v1::personal);
  schema = Describe(std::move(schema), FieldDescription(field));
  if (!resource.empty() && !schema.contains("$ref")) schema["x-resource"] = resource;
  if (region && !schema.contains("$ref")) schema["x-region"] = true;
  if (personal && !schema.contains("$ref")) schema["x-personal"] = true;
  return schema;
}

ordered_json ComponentSchemas(const Schema& schema) {
  ordered_json schemas = ordered_json::object();
  schemas["Problem"] = ProblemSchema();
  for (const Descriptor* message : schema.messages()) {
    if (IsGoogles(message->full_name()) || message->options().map_entry()) continue;
    schemas[message->full_name()] = MessageSchema(*message);
  }
  for (const EnumDescriptor* type : schema.enums()) {
    const bool null_value = type->full_name() == "google.protobuf.NullValue";
    if (IsGoogles(type->full_name()) && !null_value) continue;
    schemas[type->full_name()] = EnumSchema(*type);
  }
  return schemas;
}

}  // namespace jz::gateway
