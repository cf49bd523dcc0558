// The headers that every answer carries.
#pragma once

#include <boost/beast/http/fields.hpp>

#include "absl/strings/string_view.h"
#include "services/gateway/http_message.h"

namespace jz::gateway {

// Content type, the response's own headers, the trace id, and what keeps a browser from guessing,
// framing, caching or running anything. A response may set a header of its own instead of a
// default. Values with control characters are left out: they could end the header.
void SetHeaders(const HttpResponse& response, absl::string_view trace_id,
                boost::beast::http::fields* fields);

}  // namespace jz::gateway
