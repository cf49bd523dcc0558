// From Beast's view of a request to the gateway's own.
#pragma once

#include <boost/beast/http/message.hpp>

#include "absl/status/status.h"
#include "services/gateway/http_message.h"

namespace jz::gateway {

// Fills `request` with views into `header`. Errors: HTTP_VERSION (only 1.0 and 1.1), HEADER_INVALID
// (no or several Host, repeated or unprintable headers that are passed on, a target that is not a
// path), URI_TOO_LONG, METHOD_NOT_ALLOWED (CONNECT, TRACE).
absl::Status ReadHead(const boost::beast::http::request_header<>& header, HttpRequest* request);

// The client waits for "100 Continue" before it sends the body.
bool WantsContinue(const boost::beast::http::request_header<>& header);

}  // namespace jz::gateway
