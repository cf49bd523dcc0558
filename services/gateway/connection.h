// One HTTP/1.1 connection: reads requests one after another, hands each to the handler, writes the
// answers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "services/gateway/exchange.h"
#include "services/gateway/http_options.h"

namespace jz::gateway {

using SteadyTime = std::chrono::steady_clock::time_point;
// Without the usual type erasure of executors, which costs at every operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// All on the thread of its io_context, except Post. Keeps itself alive while an operation is under
// way.
class Connection final : public HttpPeer, public std::enable_shared_from_this<Connection> {
 public:
  // `on_closed` runs once, on the connection's thread. `alive` is released when nothing can touch
  // the connection any more.
  struct Wiring {
    HttpHandler& handler;
    const HttpLimits& limits;
    std::function<void(Connection*)> on_closed;
    std::shared_ptr<void> alive;
  };
  Connection(Socket socket, Wiring wiring);

  void Start();
  // Enforces the time limits. Called several times a second: cheaper than timers for each
  // operation.
  void Tick(SteadyTime now);
  // True while only a call behind is under way: then the owner watches for a client that goes away,
  // because nothing is read or written that would notice.
  bool waits_for_call() const { return exchange_ != nullptr && !reading_ && !writing_; }
  int native_handle() { return socket_.native_handle(); }
  // The client went away, or it was told that time is up: cancels the call and closes.
  void ClientGone();
  // Closes when idle, or else after the request at hand.
  void CloseSoon();

  void ReadBody(absl::Span<char> into) override;
  void Respond(HttpResponse response) override;
  void StartStream(HttpResponse head) override;
  void WriteChunk(std::string bytes) override;
  void EndStream(bool complete) override;
  void Post(std::function<void()> task) override;
  RequestRecord& record() override { return record_; }

 private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  enum class Phase {
    kHeader,     // reading the head of a request, or idle
    kRequest,    // the handler or its exchange is at work
    kStream,     // writing an answer in pieces
    kAnswer,     // writing the last of an answer
    kLingering,  // the answer is out; reading what the client still sends
    kClosed,
  };

  void ReadHeader();
  void OnHeader(Error error);
  void BeginRequest();
  void ReadBodyPart(absl::Span<char> into);
  void OnBodyPart(Error error, absl::Span<char> into);
  void FailRequest(const absl::Status& status);
  template <class Buffers>
  void WriteStream(Buffers buffers);
  void OnWritten(Error error);
  void FinishRequest();
  void Linger();
  void Close();
  void LimitTime(std::chrono::milliseconds timeout);

  std::shared_ptr<void> alive_;  // first, so destroyed last
  Socket socket_;
  HttpHandler& handler_;
  const HttpLimits& limits_;
  std::function<void(Connection*)> on_closed_;

  Phase phase_ = Phase::kHeader;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpRequest request_;
  RequestRecord record_;
  std::shared_ptr<Exchange> exchange_;
  // Being written.
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> answer_;
  std::string stream_head_;  // goes out with the first chunk
  std::string written_head_;
  std::string chunk_;

  SteadyTime deadline_ = SteadyTime::max();
  bool header_begun_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool keep_alive_ = false;
  bool continue_wanted_ = false;
  bool timed_out_ = false;
  bool draining_ = false;
};

}  // namespace jz::gateway
