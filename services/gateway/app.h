// The wiring of the gateway. Tests start it on port 0.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/config.h"

namespace jz::gateway {

class App {
 public:
  static absl::StatusOr<std::unique_ptr<App>> Start(const GatewayConfig& config);
  virtual ~App() = default;

  virtual int port() const = 0;
  virtual int metrics_port() const = 0;  // 0 without
  // No new connections; requests at hand may finish within `grace`.
  virtual void Drain(absl::Duration grace) = 0;
};

}  // namespace jz::gateway
