#include "services/gateway/gateway.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status.h"
#include "services/gateway/openapi.h"
#include "services/gateway/stream_exchange.h"
#include "services/gateway/unary_exchange.h"
#include "services/gateway/upload_exchange.h"

namespace jz::gateway {
namespace {

using telemetry::Severity;

constexpr char kHealthPath[] = "/healthz";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream in(path, std::ios::binary);
  if (!in) return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A misspelt service would be silently missing otherwise.
absl::Status CheckTargets(const Schema& schema, const GatewayConfig& config) {
  std::set<std::string> known;
  for (const auto* service : schema.services()) known.insert(ServiceName(*service));
  for (const auto& [name, address] : config.targets) {
    if (known.count(name) != 0) continue;
    return FailedPrecondition("TARGET_UNKNOWN", {{"service", name}},
                              absl::StrCat("--targets names ", name, "; the descriptors have ",
                                           absl::StrJoin(known, ", ")));
  }
  for (const std::string& name : known) {
    if (config.targets.count(name) != 0) continue;
    telemetry::Log(Severity::kWarning, "service without target is not served", {{"service", name}});
  }
  return absl::OkStatus();
}

// Reads may be repeated when a service is unavailable: a restart of one replica should not be seen.
std::vector<std::string> ReadMethods(const RouteTable& routes, const std::string& service) {
  std::vector<std::string> methods;
  for (const Route& route : routes.routes()) {
    if (route.service == service && route.http_method == "GET") methods.push_back(route.rpc_path);
  }
  return methods;
}

const char* StateName(rpc::AsyncChannel::State state) {
  switch (state) {
    case rpc::AsyncChannel::State::kReady:
      return "READY";
    case rpc::AsyncChannel::State::kConnecting:
      return "CONNECTING";
    case rpc::AsyncChannel::State::kIdle:
      return "IDLE";
    case rpc::AsyncChannel::State::kFailing:
      break;
  }
  return "UNREACHABLE";
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Create(const GatewayConfig& config,
                                                         telemetry::Metrics& metrics) {
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<Schema> schema, Schema::Load(config.descriptors));
  JZ_RETURN_IF_ERROR(CheckTargets(*schema, config));
  std::set<std::string> services;
  for (const auto& [name, address] : config.targets) services.insert(name);
  JZ_ASSIGN_OR_RETURN(std::vector<Route> made, MakeRoutes(*schema, services));
  JZ_ASSIGN_OR_RETURN(RouteTable routes, RouteTable::Make(std::move(made)));

  JZ_ASSIGN_OR_RETURN(const std::string tls_ca, ReadFile(config.tls_ca_file));
  Channels channels;
  for (const auto& [name, address] : config.targets) {
    rpc::AsyncChannelOptions options;
    options.target = address;
    options.tls_ca = tls_ca;
    options.max_message_bytes = config.max_response_bytes;
    options.idempotent_methods = ReadMethods(routes, name);
    channels[name] = rpc::AsyncChannel::Create(options);
  }
  return std::unique_ptr<Gateway>(new Gateway(std::move(schema), std::move(routes),
                                              std::move(channels), config.calls, metrics));
}

Gateway::Gateway(std::unique_ptr<Schema> schema, RouteTable routes, Channels channels,
                 const CallLimits& limits, telemetry::Metrics& metrics)
    : schema_(std::move(schema)),
      routes_(std::move(routes)),
      channels_(std::move(channels)),
      transcoder_(*schema_),
      limits_(limits),
      budget_(limits.max_buffered_bytes),
      environment_{*schema_, transcoder_, limits_, budget_},
      metrics_(metrics) {
  for (const Route& route : routes_.routes()) {
    endpoints_[&route] = NewEndpoint(absl::StrCat(route.http_method, " ", route.path.text));
  }
  AddPages(MakePages(OpenApi(*schema_, routes_.routes())));
  health_ = NewEndpoint(kHealthPath);
  unmatched_ = NewEndpoint("(no route)");
  broken_ = NewEndpoint("(malformed)");
}

void Gateway::AddPages(std::vector<Page> pages) {
  for (Page& page : pages) {
    pages_[page.path] = {NewEndpoint(page.path), std::move(page.response)};
  }
}

Endpoint Gateway::NewEndpoint(std::string label) {
  telemetry::Metrics::Rpc& metric = metrics_.ForRpc("gateway", label);
  return {std::move(label), &metric};
}

std::shared_ptr<Exchange> Gateway::Handle(const HttpRequest& request,
                                          const std::shared_ptr<HttpPeer>& peer) {
  RouteTable::Found found = routes_.Find(request.method, request.path);
  if (found.route == nullptr) {
    auto page = pages_.find(request.path);
    if (page != pages_.end()) {
      ServePage(page->second, request, *peer);
    } else if (request.path == kHealthPath) {
      ServeHealth(request, *peer);
    } else {
      RefuseRoute(request, std::move(found.allowed), *peer);
    }
    return nullptr;
  }
  const Route& route = *found.route;
  peer->record().endpoint = &endpoints_.at(&route);
  absl::StatusOr<PreparedCall> call = PrepareCall(environment_, route, found.values, request);
  if (!call.ok()) {
    const Problem problem = MakeProblem(call.status(), request.trace.trace_id);
    peer->Respond(ProblemResponse(problem, &peer->record()));
    return nullptr;
  }
  call->channel = channels_.at(route.service).get();
  switch (route.kind) {
    case Route::Kind::kServerStream:
      return MakeStreamExchange(environment_, *std::move(call), peer);
    case Route::Kind::kUpload:
      return MakeUploadExchange(environment_, *std::move(call), peer);
    case Route::Kind::kUnary:
      break;
  }
  return MakeUnaryExchange(environment_, *std::move(call), peer);
}

void Gateway::ServePage(const OwnPage& page, const HttpRequest& request, HttpPeer& peer) {
  peer.record().endpoint = &page.endpoint;
  if (request.method != "GET") return RefuseRoute(request, {"GET"}, peer);
  peer.Respond(page.response);
}

// Says that this process serves. A service that cannot be reached is shown but makes nothing
// unhealthy here: restarting the gateway would not help it.
void Gateway::ServeHealth(const HttpRequest& request, HttpPeer& peer) {
  peer.record().endpoint = &health_;
  if (request.method != "GET") return RefuseRoute(request, {"GET"}, peer);
  nlohmann::ordered_json health = {{"status", "SERVING"}};
  for (const auto& [name, channel] : channels_) {
    health["services"][name] = StateName(channel->Connection());
  }
  HttpResponse response;
  response.content_type = "application/json";
  response.body = health.dump();
  peer.Respond(std::move(response));
}

void Gateway::RefuseRoute(const HttpRequest& request, std::vector<std::string> allowed,
                          HttpPeer& peer) {
  if (peer.record().endpoint == &broken_) peer.record().endpoint = &unmatched_;
  const std::string& trace_id = request.trace.trace_id;
  if (allowed.empty()) {
    const absl::Status error = NotFound("ROUTE_NOT_FOUND", {}, "nothing is served at this path");
    return peer.Respond(ProblemResponse(MakeProblem(error, trace_id), &peer.record()));
  }
  allowed.push_back("OPTIONS");
  const std::string allow = absl::StrJoin(allowed, ", ");
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
  } else {
    const absl::Status error =
        MakeError(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED", {{"allow", allow}},
                  "this path is not served with this method");
    response = ProblemResponse(MakeProblem(error, trace_id), &peer.record());
  }
  response.headers.emplace_back("Allow", allow);
  peer.Respond(std::move(response));
}

void Gateway::Finished(const RequestRecord& record) {
  const absl::Duration took = absl::Now() - record.received;
  record.endpoint->metric->Finished(record.code, took);
  telemetry::Log(record.status >= 500 ? Severity::kWarning : Severity::kInfo, "http",
                 {{"route", record.endpoint->label},
                  {"status", int64_t{record.status}},
                  {"code", absl::StatusCodeToString(record.code)},
                  {"reason", record.reason},
                  {"duration_us", absl::ToInt64Microseconds(took)},
                  {"request_bytes", static_cast<int64_t>(record.request_bytes)},
                  {"response_bytes", static_cast<int64_t>(record.response_bytes)},
                  {"trace_id", record.trace_id}});
}

void Gateway::ConnectionRefused() { metrics_.Count("jz_gateway_connections_refused_total", {}); }

}  // namespace jz::gateway
