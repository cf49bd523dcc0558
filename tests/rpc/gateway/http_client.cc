#include "tests/rpc/gateway/http_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace jz::testing {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

std::string HttpReply::Header(const std::string& name) const {
  auto found = headers.find(absl::AsciiStrToLower(name));
  return found == headers.end() ? "" : found->second;
}

struct HttpConnection::Impl {
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  boost::beast::flat_buffer buffer;
};

HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection::~HttpConnection() = default;

HttpConnection::HttpConnection(int port) : impl_(std::make_unique<Impl>()) {
  impl_->socket.connect({asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(port)});
  impl_->socket.set_option(asio::ip::tcp::no_delay(true));
}

std::string HttpConnection::Text(const HttpCall& call) {
  std::string text = absl::StrCat(call.method, " ", call.target, " HTTP/1.1\r\nHost: test\r\n");
  for (const auto& [name, value] : call.headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  if (!call.body.empty()) absl::StrAppend(&text, "Content-Length: ", call.body.size(), "\r\n");
  return absl::StrCat(text, "\r\n", call.body);
}

HttpReply HttpConnection::Call(const HttpCall& call) {
  Send(Text(call));
  return Read(call.method == "HEAD");
}

void HttpConnection::Send(absl::string_view bytes) {
  asio::write(impl_->socket, asio::buffer(bytes.data(), bytes.size()));
}

bool HttpConnection::TrySend(absl::string_view bytes) {
  Error error;
  asio::write(impl_->socket, asio::buffer(bytes.data(), bytes.size()), error);
  return !error;
}

HttpReply HttpConnection::Read(bool head) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // Beast 1.74 takes "none" for zero
  parser.skip(head);
  Error error;
  http::read(impl_->socket, impl_->buffer, parser, error);
  HttpReply reply;
  if (!parser.is_header_done()) return reply;
  reply.complete = !error && parser.is_done();
  reply.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    reply.headers[absl::AsciiStrToLower(std::string(field.name_string()))] =
        std::string(field.value());
  }
  reply.body = parser.get().body();
  return reply;
}

std::string HttpConnection::ReadLine() {
  while (true) {
    const absl::string_view seen(static_cast<const char*>(impl_->buffer.data().data()),
                                 impl_->buffer.size());
    if (const size_t end = seen.find('\n'); end != absl::string_view::npos) {
      std::string line(seen.substr(0, end + 1));
      impl_->buffer.consume(line.size());
      return line;
    }
    Error error;
    impl_->buffer.commit(impl_->socket.read_some(impl_->buffer.prepare(16 << 10), error));
    if (error) return "";
  }
}

bool HttpConnection::AtEnd() {
  Error error;
  char byte = 0;
  impl_->socket.read_some(asio::buffer(&byte, 1), error);
  return static_cast<bool>(error);
}

size_t HttpConnection::SendUntilBlocked(size_t most, int quiet_ms) {
  const std::string bytes(64 << 10, 'a');
  size_t sent = 0;
  while (sent < most) {
    pollfd wait{impl_->socket.native_handle(), POLLOUT, 0};
    if (poll(&wait, 1, quiet_ms) != 1) return sent;
    const ssize_t size = send(impl_->socket.native_handle(), bytes.data(),
                              std::min(bytes.size(), most - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size <= 0) return sent;
    sent += static_cast<size_t>(size);
  }
  return sent;
}

void HttpConnection::Close() {
  Error ignored;
  impl_->socket.close(ignored);
}

}  // namespace jz::testing
