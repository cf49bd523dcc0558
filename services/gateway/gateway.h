// Answers requests: own pages, or a call to the service that the route belongs to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/call.h"
#include "services/gateway/config.h"
#include "services/gateway/exchange.h"
#include "services/gateway/pages.h"
#include "services/gateway/route_table.h"

namespace jz::gateway {

// Thread-safe.
class Gateway final : public HttpHandler {
 public:
  // Fails as Schema::Load, MakeRoutes and RouteTable do, and with FAILED_PRECONDITION, reason
  // TARGET_UNKNOWN, for a target whose service the descriptors do not have. `metrics` must outlive
  // it.
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(const GatewayConfig& config,
                                                         telemetry::Metrics& metrics);

  std::shared_ptr<Exchange> Handle(const HttpRequest& request,
                                   const std::shared_ptr<HttpPeer>& peer) override;
  const Endpoint& broken_request() const override { return broken_; }
  void Finished(const RequestRecord& record) override;
  void ConnectionRefused() override;

 private:
  using Channels = std::map<std::string, std::unique_ptr<rpc::AsyncChannel>>;
  struct OwnPage {
    Endpoint endpoint;
    HttpResponse response;
  };

  Gateway(std::unique_ptr<Schema> schema, RouteTable routes, Channels channels,
          const CallLimits& limits, telemetry::Metrics& metrics);
  void AddPages(std::vector<Page> pages);
  Endpoint NewEndpoint(std::string label);
  void ServePage(const OwnPage& page, const HttpRequest& request, HttpPeer& peer);
  void ServeHealth(const HttpRequest& request, HttpPeer& peer);
  void RefuseRoute(const HttpRequest& request, std::vector<std::string> allowed, HttpPeer& peer);

  const std::unique_ptr<Schema> schema_;
  const RouteTable routes_;
  const Channels channels_;
  const Transcoder transcoder_;
  const CallLimits limits_;
  BodyBudget budget_;
  const CallEnvironment environment_;
  telemetry::Metrics& metrics_;
  std::unordered_map<const Route*, Endpoint> endpoints_;
  std::map<std::string, OwnPage, std::less<>> pages_;
  Endpoint health_;
  Endpoint unmatched_;
  Endpoint broken_;
};

}  // namespace jz::gateway
