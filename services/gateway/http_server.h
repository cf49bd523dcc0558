// The HTTP listener: accepts connections and spreads them over a few threads, each of which runs
// its own connections and nothing else, so that connections need no locks.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/connection.h"
#include "services/gateway/exchange.h"

namespace jz::gateway {

struct HttpServerOptions {
  std::string listen = "127.0.0.1:0";  // port 0 picks one
  int threads = 2;
  int max_connections = 4096;  // more are told 503 and closed
  HttpLimits limits;
};

class HttpServer {
 public:
  // UNAVAILABLE, reason ADDRESS_IN_USE, when the address is taken. `handler` must outlive the
  // server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                           HttpHandler& handler);
  virtual ~HttpServer() = default;  // drains without grace

  virtual int port() const = 0;
  // No new connections; requests at hand may finish within `grace`, then they are cut. Safe to
  // repeat.
  virtual void Drain(absl::Duration grace) = 0;
};

}  // namespace jz::gateway
