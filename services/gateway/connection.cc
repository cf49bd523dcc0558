#include "services/gateway/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_cat.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>
#include <sstream>
#include <utility>

#include "common/status/status.h"
#include "services/gateway/request_head.h"
#include "services/gateway/response_head.h"

namespace jz::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::chrono::milliseconds kLingerTimeout{2000};
constexpr size_t kLingerBytes = 16 << 10;

absl::Status HeaderFailure(const boost::system::error_code& error) {
  if (error == http::error::header_limit) {
    return InvalidArgument("HEADER_TOO_LARGE", {}, "the headers are too large");
  }
  if (error == http::error::bad_version) {
    return InvalidArgument("HTTP_VERSION", {}, "only HTTP/1.1 and HTTP/1.0 are served");
  }
  return InvalidArgument("REQUEST_MALFORMED", {},
                         "the request is not HTTP/1.1: " + error.message());
}

bool IsHttpError(const boost::system::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

}  // namespace

Connection::Connection(Socket socket, Wiring wiring)
    : alive_(std::move(wiring.alive)),
      socket_(std::move(socket)),
      handler_(wiring.handler),
      limits_(wiring.limits),
      on_closed_(std::move(wiring.on_closed)) {}

void Connection::Start() {
  Error ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  ReadHeader();
}

void Connection::LimitTime(std::chrono::milliseconds timeout) {
  deadline_ = std::chrono::steady_clock::now() + timeout;
}

void Connection::ReadHeader() {
  phase_ = Phase::kHeader;
  header_begun_ = false;
  timed_out_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.max_header_bytes));
  // No limit here: the handler knows the one of each route. Beast 1.74 takes "none" for zero.
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  LimitTime(limits_.idle_timeout);
  http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](Error error, size_t) { self->OnHeader(error); });
}

void Connection::OnHeader(Error error) {
  if (phase_ == Phase::kClosed) return;
  deadline_ = SteadyTime::max();
  if (error && !timed_out_ && !IsHttpError(error)) return Close();
  BeginRequest();
  if (timed_out_) {
    return FailRequest(InvalidArgument("REQUEST_TIMEOUT", {}, "the headers took too long"));
  }
  if (error) return FailRequest(HeaderFailure(error));
  if (absl::Status head = ReadHead(parser_->get(), &request_); !head.ok()) return FailRequest(head);
  request_.has_body = !parser_->is_done();
  if (auto length = parser_->content_length(); length) request_.content_length = *length;
  continue_wanted_ = WantsContinue(parser_->get());
  keep_alive_ = parser_->keep_alive();
  std::shared_ptr<Exchange> exchange = handler_.Handle(request_, shared_from_this());
  if (exchange == nullptr) return;
  exchange_ = exchange;
  exchange->Start();
}

// From here on a record is kept, and FinishRequest or ClientGone ends it.
void Connection::BeginRequest() {
  phase_ = Phase::kRequest;
  keep_alive_ = false;
  continue_wanted_ = false;
  request_ = HttpRequest();
  record_ = RequestRecord();
  const auto traceparent = parser_->get()["traceparent"];
  request_.trace = telemetry::ContinueTrace({traceparent.data(), traceparent.size()});
  record_.trace_id = request_.trace.trace_id;
  record_.received = absl::Now();
  record_.endpoint = &handler_.broken_request();
}

void Connection::ReadBody(absl::Span<char> into) {
  if (phase_ != Phase::kRequest) return;
  reading_ = true;
  LimitTime(limits_.stall_timeout);
  if (!std::exchange(continue_wanted_, false)) return ReadBodyPart(into);
  static constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this(), exchange = exchange_, into](Error error, size_t) {
                      if (error) return self->OnBodyPart(error, into);
                      self->ReadBodyPart(into);
                    });
}

void Connection::ReadBodyPart(absl::Span<char> into) {
  if (parser_->is_done()) {
    Post([self = shared_from_this(), into] { self->OnBodyPart({}, into); });
    parser_->get().body().size = into.size();
    return;
  }
  parser_->get().body().data = into.data();
  parser_->get().body().size = into.size();
  // The exchange owns the buffer, so it lives as long as the read.
  http::async_read_some(socket_, buffer_, *parser_,
                        [self = shared_from_this(), exchange = exchange_, into](
                            Error error, size_t) { self->OnBodyPart(error, into); });
}

void Connection::OnBodyPart(Error error, absl::Span<char> into) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kLingering) return error ? Close() : Linger();
  if (phase_ != Phase::kRequest) return;  // answered before the body was read
  deadline_ = SteadyTime::max();
  if (timed_out_) {
    return FailRequest(InvalidArgument("REQUEST_TIMEOUT", {}, "the body stopped coming"));
  }
  if (error == http::error::need_buffer) error = {};
  if (error && !IsHttpError(error)) return ClientGone();
  if (error) return FailRequest(InvalidArgument("BODY_MALFORMED", {}, error.message()));
  const size_t size = into.size() - parser_->get().body().size;
  const bool last = parser_->is_done();
  if (size == 0 && !last) return ReadBody(into);
  record_.request_bytes += size;
  std::shared_ptr<Exchange> exchange = exchange_;
  exchange->OnBody(size, last);
}

// Answers for a request that cannot be read any further.
void Connection::FailRequest(const absl::Status& status) {
  keep_alive_ = false;
  if (exchange_ != nullptr) exchange_->OnGone();
  Respond(ProblemResponse(MakeProblem(status, request_.trace.trace_id), &record_));
}

void Connection::Respond(HttpResponse response) {
  if (phase_ != Phase::kRequest) return;
  phase_ = Phase::kAnswer;
  record_.status = response.status;
  record_.response_bytes = response.body.size();
  // What is left of the body cannot be told from the next request.
  if (!parser_->is_done() || draining_) keep_alive_ = false;
  answer_.emplace();
  answer_->result(static_cast<unsigned>(response.status));
  answer_->version(request_.http_1_0 ? 10 : 11);
  answer_->keep_alive(keep_alive_);
  SetHeaders(response, request_.trace.trace_id, &*answer_);
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) answer_->content_length(response.body.size());
  if (!request_.head) answer_->body() = std::move(response.body);
  writing_ = true;
  LimitTime(limits_.stall_timeout);
  http::async_write(socket_, *answer_,
                    [self = shared_from_this()](Error error, size_t) { self->OnWritten(error); });
}

void Connection::StartStream(HttpResponse head) {
  if (phase_ != Phase::kRequest) return;
  phase_ = Phase::kStream;
  record_.status = head.status;
  if (!parser_->is_done() || draining_) keep_alive_ = false;
  http::response<http::empty_body> message;
  message.result(static_cast<unsigned>(head.status));
  message.keep_alive(keep_alive_);
  SetHeaders(head, request_.trace.trace_id, &message);
  message.chunked(true);
  std::ostringstream text;
  text << message.base();
  stream_head_ = text.str();
}

void Connection::WriteChunk(std::string bytes) {
  if (phase_ != Phase::kStream || bytes.empty()) return;
  record_.response_bytes += bytes.size();
  written_head_ = std::exchange(stream_head_, {});
  chunk_ = std::move(bytes);
  WriteStream(boost::beast::buffers_cat(asio::buffer(written_head_),
                                        http::make_chunk(asio::buffer(chunk_))));
}

void Connection::EndStream(bool complete) {
  if (phase_ != Phase::kStream) return;
  if (!complete) return ClientGone();
  phase_ = Phase::kAnswer;
  written_head_ = std::exchange(stream_head_, {});
  WriteStream(boost::beast::buffers_cat(asio::buffer(written_head_), http::make_chunk_last()));
}

template <class Buffers>
void Connection::WriteStream(Buffers buffers) {
  writing_ = true;
  LimitTime(limits_.stall_timeout);
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](Error error, size_t) { self->OnWritten(error); });
}

void Connection::OnWritten(Error error) {
  writing_ = false;
  if (phase_ == Phase::kClosed) return;
  deadline_ = SteadyTime::max();
  if (error) return ClientGone();
  if (phase_ == Phase::kAnswer) return FinishRequest();
  std::shared_ptr<Exchange> exchange = exchange_;
  exchange->OnChunkWritten();
}

void Connection::FinishRequest() {
  handler_.Finished(record_);
  exchange_.reset();
  answer_.reset();
  if (keep_alive_ && !draining_) return ReadHeader();
  Error ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  LimitTime(kLingerTimeout);
  Linger();
}

// Closing with unread bytes would make the system reset the connection, and the client could lose
// the answer.
void Connection::Linger() {
  phase_ = Phase::kLingering;
  if (reading_) return;  // comes back from there
  reading_ = true;
  buffer_.clear();
  socket_.async_read_some(
      buffer_.prepare(kLingerBytes),
      [self = shared_from_this()](Error error, size_t) { self->OnBodyPart(error, {}); });
}

void Connection::Post(std::function<void()> task) {
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), task = std::move(task)] { task(); });
}

void Connection::Tick(SteadyTime now) {
  if (phase_ == Phase::kHeader && parser_->got_some() && !header_begun_) {
    header_begun_ = true;
    deadline_ = std::min(deadline_, now + limits_.header_timeout);
  }
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  const bool idle = phase_ == Phase::kHeader && !parser_->got_some();
  if (idle || phase_ == Phase::kLingering) return Close();
  if (writing_) return ClientGone();
  timed_out_ = true;
  Error ignored;
  socket_.cancel(ignored);  // the read that is under way finds timed_out_ and answers
}

void Connection::CloseSoon() {
  draining_ = true;
  if (phase_ == Phase::kHeader && !parser_->got_some()) Close();
}

void Connection::ClientGone() {
  const bool in_request =
      phase_ == Phase::kRequest || phase_ == Phase::kAnswer || phase_ == Phase::kStream;
  if (in_request) {
    if (exchange_ != nullptr) exchange_->OnGone();
    if (record_.code == absl::StatusCode::kOk) {
      record_.status = 499;
      record_.code = absl::StatusCode::kCancelled;
      record_.reason = "CLIENT_GONE";
    }
    handler_.Finished(record_);
  }
  Close();
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  exchange_.reset();
  Error ignored;
  socket_.close(ignored);
  on_closed_(this);
}

}  // namespace jz::gateway
