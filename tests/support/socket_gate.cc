#include "tests/support/socket_gate.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace jz::testing {
namespace {

constexpr int kPollMs = 20;

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

int Connect(const std::string& path) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = AddressOf(path);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

// What can be read now; empty at the end of the stream.
std::string ReadSome(int fd) {
  std::string buffer(64 << 10, '\0');
  ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
  buffer.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return buffer;
}

bool SendAll(int fd, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    ssize_t size = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return false;
    sent += static_cast<size_t>(size);
  }
  return true;
}

}  // namespace

SocketGate::SocketGate(std::string server_socket) : server_socket_(std::move(server_socket)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "jz_gate.XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
  socket_ = folder_ + "/socket";
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = AddressOf(socket_);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, 64) != 0) {
    std::perror("socket gate");
    std::abort();
  }
  acceptor_ = std::thread([this] { Accept(); });
}

SocketGate::~SocketGate() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& pump : pumps_) pump.join();
  close(listener_);
  std::filesystem::remove_all(folder_);
}

void SocketGate::CutAt(std::string text, Cut cut) {
  std::lock_guard lock(mutex_);
  order_ = Order{.text = std::move(text), .cut = cut};
}

std::optional<SocketGate::Cut> SocketGate::Match(const std::string& request) {
  std::lock_guard lock(mutex_);
  if (!order_ || request.find(order_->text) == std::string::npos) return std::nullopt;
  Cut cut = order_->cut;
  order_.reset();
  return cut;
}

void SocketGate::Accept() {
  while (!stopping_) {
    pollfd waiting = {.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMs) <= 0) continue;
    int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) pumps_.emplace_back([this, client] { Pump(client); });
  }
}

void SocketGate::Pump(int client) {
  int server = Connect(server_socket_);
  bool lose_reply = false;
  while (!stopping_ && server >= 0) {
    pollfd waiting[2] = {{.fd = client, .events = POLLIN, .revents = 0},
                         {.fd = server, .events = POLLIN, .revents = 0}};
    if (poll(waiting, 2, kPollMs) <= 0) continue;
    if (waiting[0].revents != 0) {
      std::string request = ReadSome(client);
      std::optional<Cut> cut = Match(request);
      if (cut.has_value()) ++cuts_;
      if (request.empty() || cut == Cut::kBeforeRequest || !SendAll(server, request)) break;
      lose_reply = cut == Cut::kBeforeReply;
    }
    if (waiting[1].revents != 0) {
      std::string reply = ReadSome(server);
      if (reply.empty() || lose_reply || !SendAll(client, reply)) break;
    }
  }
  close(client);
  if (server >= 0) close(server);
}

}  // namespace jz::testing
