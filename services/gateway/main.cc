#include <cstdio>

#include "common/rpc/server.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"
#include "services/gateway/app.h"

namespace jz::gateway {
namespace {

using telemetry::Severity;

Severity LogLevel(const std::string& name) {
  if (name == "debug") return Severity::kDebug;
  if (name == "warning") return Severity::kWarning;
  if (name == "error") return Severity::kError;
  return Severity::kInfo;
}

absl::Status Run(int argc, const char* const* argv) {
  std::string printed;
  JZ_ASSIGN_OR_RETURN(const GatewayConfig config, ReadConfig(argc, argv, &printed));
  telemetry::StartLogging("gateway", LogLevel(config.log_level));
  telemetry::Log(Severity::kInfo, "starting", {{"config", printed}});
  JZ_ASSIGN_OR_RETURN(const std::unique_ptr<App> app, App::Start(config));
  telemetry::Log(Severity::kInfo, "serving", {{"port", int64_t{app->port()}}});
  rpc::WaitForSignal();
  telemetry::Log(Severity::kInfo, "draining");
  app->Drain(config.drain_grace);
  return absl::OkStatus();
}

}  // namespace
}  // namespace jz::gateway

int main(int argc, char** argv) {
  jz::rpc::BlockSignals();
  const absl::Status status = jz::gateway::Run(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "gateway: %s: %s\n", jz::ReasonOf(status).c_str(),
               std::string(status.message()).c_str());
  return 1;
}
