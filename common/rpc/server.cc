#include "common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/adaptor.h"
#include "common/rpc/process.h"
#include "common/rpc/window.h"
#include "common/status/status.h"

namespace jz::rpc {
namespace {

constexpr int kKeepaliveMs = 60'000;
constexpr int kLeastPingIntervalMs = 10'000;  // rpc::Channel pings every 30 s
// Callers connect anew now and then, so that they find new replicas. Running calls are not cut.
constexpr int kConnectionAgeMs = 10 * 60'000;
constexpr std::chrono::seconds kLastBytes(1);

// Process-wide switches of gRPC, to be set before any server is built.
void EnablePlugins() {
  static const bool once = [] {
    SkipDeadlockSearch();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)once;
}

class RoutedServer final : public Server {
 public:
  RoutedServer(const ServerOptions& options, std::vector<Routes> routes,
               auth::Authenticator& authenticator, const Clock& clock)
      : shared_{.domain = absl::StrCat(options.service, ".jingzhun"),
                .authenticator = authenticator,
                .clock = clock,
                .gate = {},
                .unary = Executor(options.threads, options.queue),
                .streams = Executor(options.stream_threads, 0)} {
    for (Routes& each : routes) {
      services_.push_back(std::make_unique<RoutedService>(shared_, std::move(each)));
    }
  }

  ~RoutedServer() override { Drain(absl::ZeroDuration()); }

  absl::Status Listen(const ServerOptions& options) {
    EnablePlugins();
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port_);
    for (const auto& service : services_) builder.RegisterService(service.get());
    builder.SetMaxReceiveMessageSize(options.max_message_bytes);
    for (const auto& [name, value] : WindowArguments(options.max_message_bytes)) {
      builder.AddChannelArgument(name, value);
    }
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a taken port is an error
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kLeastPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMs);
    // Only reflection is served by gRPC's synchronous threads.
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
    grpc_ = builder.BuildAndStart();
    if (grpc_ == nullptr || port_ == 0) {
      return FailedPrecondition("ADDRESS_TAKEN", {{"address", options.listen}},
                                absl::StrCat("cannot listen on ", options.listen));
    }
    for (const auto& service : services_) {
      grpc_->GetHealthCheckService()->SetServingStatus(service->name(), true);
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Drain(absl::Duration grace) override {
    std::lock_guard lock(drain_);
    if (std::exchange(drained_, true)) return;
    if (grpc_ != nullptr) {
      grpc_->GetHealthCheckService()->Shutdown();
      shared_.gate.Close();
      const bool empty = shared_.gate.WaitEmpty(grace);
      // Answers that were given may still be on their way. Else it cancels what is left: streams
      // end, queued calls are not started. Handlers that run are waited for, since they use what
      // the caller will destroy; their deadlines bound that.
      grpc_->Shutdown(std::chrono::system_clock::now() + (empty ? kLastBytes : kLastBytes.zero()));
      shared_.gate.WaitEmpty(absl::InfiniteDuration());
    }
    shared_.unary.Stop();
    shared_.streams.Stop();
  }

 private:
  Shared shared_;
  std::vector<std::unique_ptr<RoutedService>> services_;
  std::unique_ptr<grpc::Server> grpc_;
  int port_ = 0;
  std::mutex drain_;
  bool drained_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<Router>& routers,
                                                      auth::Authenticator& authenticator,
                                                      telemetry::Metrics& metrics,
                                                      const Clock& clock) {
  JZ_ASSIGN_OR_RETURN(std::vector<Routes> routes, MakeRoutes(options, routers, metrics));
  auto server = std::make_unique<RoutedServer>(options, std::move(routes), authenticator, clock);
  JZ_RETURN_IF_ERROR(server->Listen(options));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace jz::rpc
