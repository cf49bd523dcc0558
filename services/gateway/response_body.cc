#include "services/gateway/response_body.h"

#include "services/gateway/wire_value.h"

namespace jz::gateway {

using google::protobuf::FieldDescriptor;

absl::StatusOr<std::string> RenderResponse(const Transcoder& transcoder, const Route& route,
                                           absl::string_view wire) {
  if (route.raw_response()) return std::string(FindBytes(wire, route.response_field->number()));
  std::string json;
  absl::Status status = transcoder.ToJson(*route.method->output_type(), wire, &json);
  if (!status.ok()) return status;
  if (route.response_field == nullptr) return json;
  const absl::string_view member = JsonMember(json, route.response_field->json_name());
  return member.empty() ? "null" : std::string(member);
}

std::string ResponseContentType(const Route& route, absl::string_view wire) {
  if (!route.raw_response()) {
    return route.kind == Route::Kind::kServerStream ? "application/x-ndjson" : "application/json";
  }
  const FieldDescriptor* type = route.method->output_type()->FindFieldByName("content_type");
  if (type != nullptr && type->type() == FieldDescriptor::TYPE_STRING && !type->is_repeated()) {
    const absl::string_view value = FindBytes(wire, type->number());
    if (!value.empty()) return std::string(value);
  }
  return "application/octet-stream";
}

}  // namespace jz::gateway
