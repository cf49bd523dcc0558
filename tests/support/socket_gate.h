// A gate between a client and the server behind a Unix socket, to cut the connection at a chosen
// moment.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace jz::testing {

// Passes bytes both ways until told otherwise. Thread-safe.
class SocketGate {
 public:
  enum class Cut {
    kBeforeRequest,  // the server never sees it
    kBeforeReply,    // the server did what was asked; the reply is lost
  };

  explicit SocketGate(std::string server_socket);
  ~SocketGate();
  SocketGate(const SocketGate&) = delete;
  SocketGate& operator=(const SocketGate&) = delete;

  // Connect here instead of to the server.
  const std::string& socket() const { return socket_; }

  // Cuts the next connection whose client sends `text` (within one packet), once.
  void CutAt(std::string text, Cut cut);
  // How many connections were cut so far.
  int cuts() const { return cuts_; }

 private:
  struct Order {
    std::string text;
    Cut cut;
  };
  void Accept();
  void Pump(int client);
  // What is to be done with this request.
  std::optional<Cut> Match(const std::string& request);

  const std::string server_socket_;
  std::string folder_;
  std::string socket_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> cuts_ = 0;
  std::mutex mutex_;
  std::optional<Order> order_;
  std::vector<std::thread> pumps_;
  std::thread acceptor_;
};

}  // namespace jz::testing
