// What an RPC's response looks like over HTTP.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/gateway/route.h"
#include "services/gateway/transcoder.h"

namespace jz::gateway {

// The JSON of the response, or of the field that `response_body` names; or that field's bytes.
absl::StatusOr<std::string> RenderResponse(const Transcoder& transcoder, const Route& route,
                                           absl::string_view wire);

// application/json, application/x-ndjson for a stream, or for bytes what the response's own field
// `content_type` says (else application/octet-stream).
std::string ResponseContentType(const Route& route, absl::string_view wire);

}  // namespace jz::gateway
