// A request with one message in and a stream of messages out, sent as lines of JSON (or raw bytes).
#pragma once

#include <memory>

#include "services/gateway/call.h"
#include "services/gateway/exchange.h"

namespace jz::gateway {

// At most one message is read ahead of what the client has taken. An error before the first message
// is an ordinary problem; later, it is the last line, {"error": {…}}, and the answer is cut.
std::shared_ptr<Exchange> MakeStreamExchange(const CallEnvironment& environment, PreparedCall call,
                                             std::shared_ptr<HttpPeer> peer);

}  // namespace jz::gateway
