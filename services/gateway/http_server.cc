#include "services/gateway/http_server.h"

#include <poll.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "common/status/status.h"
#include "services/gateway/connection.h"

namespace jz::gateway {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kAcceptPause{100};
// For those that are cut after the grace: their calls are cancelled and end at once.
constexpr absl::Duration kAfterGrace = absl::Seconds(10);

constexpr absl::string_view kRefusal =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

// Counts connections that anything can still touch.
class AliveCount : public std::enable_shared_from_this<AliveCount> {
 public:
  std::shared_ptr<void> NewToken() {
    ++count_;
    return std::shared_ptr<void>(nullptr, [self = shared_from_this()](void*) {
      std::lock_guard lock(self->mutex_);
      if (--self->count_ == 0) self->none_.notify_all();
    });
  }
  int count() const { return count_; }
  bool WaitForNone(absl::Duration timeout) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, absl::ToChronoNanoseconds(timeout), [this] { return count_ == 0; });
  }

 private:
  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

// One thread and its connections.
class Worker {
 public:
  Worker(HttpHandler& handler, const HttpLimits& limits)
      : handler_(handler), limits_(limits), work_(context_.get_executor()), timer_(context_) {
    Tick();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Worker() { Stop(); }

  void Stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  asio::io_context& context() { return context_; }

  void Add(Socket socket, std::shared_ptr<void> alive) {
    Connection::Wiring wiring{handler_, limits_, [this](Connection* gone) { open_.erase(gone); },
                              std::move(alive)};
    auto connection = std::make_shared<Connection>(std::move(socket), std::move(wiring));
    open_.emplace(connection.get(), connection);
    connection->Start();
    if (draining_) connection->CloseSoon();
  }

  void CloseSoon() {
    asio::post(context_, [this] {
      draining_ = true;
      ForEach([](Connection& connection) { connection.CloseSoon(); });
    });
  }

  void CutAll() {
    asio::post(context_,
               [this] { ForEach([](Connection& connection) { connection.ClientGone(); }); });
  }

 private:
  // The visitor may close connections.
  template <class Visit>
  void ForEach(Visit visit) {
    std::vector<std::shared_ptr<Connection>> connections;
    connections.reserve(open_.size());
    for (const auto& entry : open_) connections.push_back(entry.second);
    for (const auto& connection : connections) visit(*connection);
  }

  void Tick() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](Error error) {
      if (error) return;
      const SteadyTime now = std::chrono::steady_clock::now();
      ForEach([now](Connection& connection) { connection.Tick(now); });
      CancelForGoneClients();
      Tick();
    });
  }

  // One system call for all connections that wait for a service.
  void CancelForGoneClients() {
    std::vector<pollfd> sockets;
    std::vector<std::shared_ptr<Connection>> waiting;
    for (const auto& [pointer, connection] : open_) {
      if (!pointer->waits_for_call()) continue;
      sockets.push_back({pointer->native_handle(), POLLRDHUP, 0});
      waiting.push_back(connection);
    }
    if (sockets.empty() || poll(sockets.data(), sockets.size(), 0) <= 0) return;
    for (size_t i = 0; i < sockets.size(); ++i) {
      if ((sockets[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) waiting[i]->ClientGone();
    }
  }

  HttpHandler& handler_;
  const HttpLimits& limits_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open_;
  bool draining_ = false;
  std::thread thread_;
};

absl::StatusOr<Tcp::endpoint> ParseEndpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  int port = -1;
  Error error;
  Tcp::endpoint endpoint;
  if (colon != std::string::npos && absl::SimpleAtoi(text.substr(colon + 1), &port)) {
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    endpoint.address(asio::ip::make_address(host, error));
  }
  if (error || port < 0 || port > 65535) {
    return InvalidArgument("ADDRESS_INVALID", {{"address", text}},
                           "not an address and port: " + text);
  }
  endpoint.port(static_cast<uint16_t>(port));
  return endpoint;
}

class HttpServerImpl final : public HttpServer {
 public:
  HttpServerImpl(const HttpServerOptions& options, HttpHandler& handler)
      : options_(options), handler_(handler), alive_(std::make_shared<AliveCount>()) {
    for (int i = 0; i < options_.threads; ++i) {
      workers_.push_back(std::make_unique<Worker>(handler_, options_.limits));
    }
    acceptor_.emplace(workers_[0]->context());
    pause_.emplace(workers_[0]->context());
  }

  ~HttpServerImpl() override {
    Drain(absl::ZeroDuration());
    for (const auto& worker : workers_) worker->Stop();  // before the acceptor that they use goes
  }

  absl::Status Listen() {
    JZ_ASSIGN_OR_RETURN(const Tcp::endpoint endpoint, ParseEndpoint(options_.listen));
    Error error;
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return MakeError(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE",
                       {{"address", options_.listen}},
                       "cannot listen on " + options_.listen + ": " + error.message());
    }
    port_ = acceptor_->local_endpoint().port();
    asio::post(workers_[0]->context(), [this] { Accept(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Drain(absl::Duration grace) override {
    if (std::exchange(drained_, true)) return;
    asio::post(workers_[0]->context(), [this] {
      Error ignored;
      acceptor_->close(ignored);
    });
    for (const auto& worker : workers_) worker->CloseSoon();
    if (alive_->WaitForNone(grace)) return;
    for (const auto& worker : workers_) worker->CutAll();
    alive_->WaitForNone(kAfterGrace);
  }

 private:
  using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;

  void Accept() {
    Worker& worker = *workers_[next_++ % workers_.size()];
    acceptor_->async_accept(worker.context(), [this, &worker](Error error, Socket socket) {
      if (error == asio::error::operation_aborted || !acceptor_->is_open()) return;
      if (error) return PauseAccepting();
      if (alive_->count() >= options_.max_connections) {
        Refuse(std::move(socket));
      } else {
        asio::post(worker.context(),
                   [&worker, socket = std::move(socket), alive = alive_->NewToken()]() mutable {
                     worker.Add(std::move(socket), std::move(alive));
                   });
      }
      Accept();
    });
  }

  // Out of file descriptors, most likely: trying again at once would spin.
  void PauseAccepting() {
    pause_->expires_after(kAcceptPause);
    pause_->async_wait([this](Error error) {
      if (!error && acceptor_->is_open()) Accept();
    });
  }

  void Refuse(Socket socket) {
    handler_.ConnectionRefused();
    Error ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kRefusal.data(), kRefusal.size()), ignored);
    socket.shutdown(Tcp::socket::shutdown_both, ignored);
  }

  const HttpServerOptions options_;
  HttpHandler& handler_;
  std::shared_ptr<AliveCount> alive_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<Acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  size_t next_ = 0;
  int port_ = 0;
  bool drained_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                              HttpHandler& handler) {
  auto server = std::make_unique<HttpServerImpl>(options, handler);
  JZ_RETURN_IF_ERROR(server->Listen());
  return server;
}

}  // namespace jz::gateway
