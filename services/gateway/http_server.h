// The HTTP listener: accepts connections and spreads them over a few threads, each of which runs
// its own connections and nothing else, so that connections need no locks.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/exchange.h"
#include "services/gateway/http_options.h"

namespace jz::gateway {

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
