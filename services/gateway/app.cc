#include "services/gateway/app.h"

#include "common/status/status.h"
#include "services/gateway/gateway.h"
#include "services/gateway/http_server.h"

namespace jz::gateway {
namespace {

class AppImpl final : public App {
 public:
  absl::Status Open(const GatewayConfig& config) {
    metrics_ = telemetry::Metrics::Create();
    if (!config.metrics_listen.empty()) {
      JZ_RETURN_IF_ERROR(metrics_->Serve(config.metrics_listen));
    }
    JZ_ASSIGN_OR_RETURN(gateway_, Gateway::Create(config, *metrics_));
    JZ_ASSIGN_OR_RETURN(server_, HttpServer::Start(config.http, *gateway_));
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }
  int metrics_port() const override { return metrics_->port(); }
  void Drain(absl::Duration grace) override { server_->Drain(grace); }

 private:
  std::unique_ptr<telemetry::Metrics> metrics_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<App>> App::Start(const GatewayConfig& config) {
  auto app = std::make_unique<AppImpl>();
  JZ_RETURN_IF_ERROR(app->Open(config));
  return app;
}

}  // namespace jz::gateway
