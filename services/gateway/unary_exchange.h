// A request with one message each way.
#pragma once

#include <memory>

#include "services/gateway/call.h"
#include "services/gateway/exchange.h"

namespace jz::gateway {

std::shared_ptr<Exchange> MakeUnaryExchange(const CallEnvironment& environment, PreparedCall call,
                                            std::shared_ptr<HttpPeer> peer);

}  // namespace jz::gateway
