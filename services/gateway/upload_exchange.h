// A body of any length that goes into a stream of request messages as it comes.
#pragma once

#include <memory>

#include "services/gateway/call.h"
#include "services/gateway/exchange.h"

namespace jz::gateway {

// First a message with the parameters, then the body in the bytes field, at most 256 KiB a message.
// No more than that is held: the client is read only as fast as the service takes it. A body that
// is cut, too long or too slow cancels the call, so that the service keeps nothing of it.
std::shared_ptr<Exchange> MakeUploadExchange(const CallEnvironment& environment, PreparedCall call,
                                             std::shared_ptr<HttpPeer> peer);

}  // namespace jz::gateway
