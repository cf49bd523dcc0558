// The flow-control window of HTTP/2 streams, for both ends of a connection.
#pragma once

#include <grpc/grpc.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace jz::rpc {

// A window that a whole message fits into, and that stays so. gRPC 1.51 sometimes forgets to open a
// window again when a message is larger than it: the stream then stands still until some ping, 10
// to 30 seconds later (measured with messages of 1 MiB, in one run of ten; never with these
// settings). Its bandwidth probe would make the window smaller again.
inline std::array<std::pair<std::string, int>, 2> WindowArguments(int max_message_bytes) {
  constexpr int kFraming = 64 << 10;
  const int window = std::min(max_message_bytes, std::numeric_limits<int>::max() - kFraming);
  return {
      {{GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, window + kFraming}, {GRPC_ARG_HTTP2_BDP_PROBE, 0}}};
}

}  // namespace jz::rpc
