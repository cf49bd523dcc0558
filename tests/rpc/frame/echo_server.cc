#include "tests/rpc/frame/echo_server.h"

#include <cstdio>
#include <cstdlib>

namespace jz::testing {
namespace {

constexpr char kRoles[] = R"({"roles": [
  {"name": "caller", "permissions": ["testing.echo.call"]},
  {"name": "stranger", "permissions": []}
]})";

absl::StatusOr<pb::EchoResponse> Echo(const rpc::CallContext&, const pb::EchoRequest& request) {
  pb::EchoResponse response;
  response.set_text(request.text());
  response.set_count(request.count());
  return response;
}

absl::Status CountTo(const rpc::CallContext&, const pb::EchoRequest& request,
                     rpc::Writer<pb::EchoResponse>& writer) {
  for (int64_t i = 1; i <= request.count(); ++i) {
    pb::EchoResponse response;
    response.set_count(i);
    response.set_text(request.text());
    if (absl::Status status = writer.Write(response); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::EchoResponse> Sum(const rpc::CallContext&,
                                     rpc::Reader<pb::EchoRequest>& reader) {
  pb::EchoResponse response;
  pb::EchoRequest request;
  while (true) {
    const absl::StatusOr<bool> more = reader.Read(request);
    if (!more.ok()) return more.status();
    if (!*more) return response;
    response.set_count(response.count() + request.count());
  }
}

template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "echo server: %s\n", value.status().ToString().c_str());
  std::abort();
}

}  // namespace

rpc::Router EchoRouter(EchoHandlers handlers) {
  if (!handlers.unary) handlers.unary = Echo;
  if (!handlers.stream) handlers.stream = CountTo;
  if (!handlers.upload) handlers.upload = Sum;
  rpc::Router router(kEchoService);
  if (handlers.deferred) {
    router.Deferred<pb::EchoRequest, pb::EchoResponse>("Echo", handlers.deferred);
  } else {
    router.Unary<pb::EchoRequest, pb::EchoResponse>("Echo", handlers.unary);
  }
  for (const char* method : {"GetEcho", "Forbid", "Hurry"}) {
    router.Unary<pb::EchoRequest, pb::EchoResponse>(method, handlers.unary);
  }
  router.ServerStream<pb::EchoRequest, pb::EchoResponse>("StreamEchoes", handlers.stream);
  router.ClientStream<pb::EchoRequest, pb::EchoResponse>("Upload", handlers.upload);
  return router;
}

EchoServer::EchoServer(EchoHandlers handlers, rpc::ServerOptions options)
    : keys_(kRoles),
      metrics_(telemetry::Metrics::Create()),
      authenticator_(Must(auth::Authenticator::Create(keys_.auth()))) {
  options.service = "testing";
  server_ = Must(
      rpc::Server::Start(options, {EchoRouter(std::move(handlers))}, *authenticator_, *metrics_));
  port_ = server_->port();
}

std::string EchoServer::Token() const {
  return keys_.Token({.subject = "caller-1", .roles = {"caller"}, .regions = {"520000000000"}});
}

Client EchoServer::NewClient() const { return Client(port_, kEchoService, Token()); }

void Signal::Set() {
  std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

bool Signal::Wait(absl::Duration timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(timeout), [this] { return set_; });
}

pb::EchoRequest EchoOf(absl::string_view text, int64_t count) {
  pb::EchoRequest request;
  request.set_text(std::string(text));
  request.set_count(count);
  return request;
}

}  // namespace jz::testing
