// What the gateway can be told.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "services/gateway/call.h"
#include "services/gateway/http_options.h"

namespace jz::gateway {

struct GatewayConfig {
  HttpServerOptions http;
  CallLimits calls;
  std::string metrics_listen;  // empty: no metrics port
  std::string descriptors;     // file; see Schema::Load
  // Address of each service, by its name in the proto package: "funds" -> "127.0.0.1:9003".
  // Services without one are not served.
  std::map<std::string, std::string> targets;
  std::string tls_ca_file;  // empty: no TLS to the services
  int max_response_bytes = 16 << 20;
  absl::Duration drain_grace = absl::Seconds(10);
  std::string log_level = "info";
};

// Reads flags and environment. On success `printed` is the configuration for the log.
absl::StatusOr<GatewayConfig> ReadConfig(int argc, const char* const* argv, std::string* printed);

// "funds=127.0.0.1:9003,evaluation=127.0.0.1:9004". INVALID_ARGUMENT, reason TARGETS_INVALID.
absl::StatusOr<std::map<std::string, std::string>> ParseTargets(absl::string_view text);

}  // namespace jz::gateway
