#include "tests/bench/frame/http_load.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/clock.h"

namespace jz::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

struct Counts {
  int64_t done = 0;
  int64_t failures = 0;
  bool stop = false;
};

class Client {
 public:
  Client(asio::io_context& context, const HttpLoadOptions& options, Counts& counts)
      : options_(options), counts_(counts), socket_(context) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(options.port)});
    socket_.set_option(asio::ip::tcp::no_delay(true));
    Send();
  }

 private:
  void Send() {
    asio::async_write(socket_, asio::buffer(options_.request), [this](Error error, size_t) {
      if (error) return Fail();
      Receive();
    });
  }

  void Receive() {
    parser_.emplace();
    http::async_read(socket_, buffer_, *parser_, [this](Error error, size_t) {
      if (error) return Fail();
      ++(parser_->get().result_int() == 200 ? counts_.done : counts_.failures);
      if (!counts_.stop) Send();
    });
  }

  void Fail() { ++counts_.failures; }

  const HttpLoadOptions& options_;
  Counts& counts_;
  asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type> socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
};

}  // namespace

LoadResult RunHttpLoad(const HttpLoadOptions& options) {
  asio::io_context context(1);
  Counts counts;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<Client>(context, options, counts));
  }
  const absl::Time start = absl::Now();
  context.run_for(absl::ToChronoNanoseconds(options.duration));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const LoadResult result = {static_cast<double>(counts.done) / seconds, counts.failures};
  counts.stop = true;
  context.run();
  return result;
}

}  // namespace jz::bench
