// How the HTTP server listens, and its limits.
#pragma once

#include <chrono>
#include <string>

namespace jz::gateway {

struct HttpLimits {
  int max_header_bytes = 16 << 10;
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds header_timeout{10'000};  // for the head of a request
  std::chrono::milliseconds stall_timeout{60'000};   // without progress on a body or an answer
};

struct HttpServerOptions {
  std::string listen = "127.0.0.1:0";  // port 0 picks one
  int threads = 2;
  int max_connections = 4096;  // more are told 503 and closed
  HttpLimits limits;
};

}  // namespace jz::gateway
