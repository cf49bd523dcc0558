#include "tests/bench/frame/http2_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace jz::bench {
namespace {

constexpr size_t kPrefix = 5;  // before a gRPC message: a flag and the length
constexpr int32_t kWindow = 16 << 20;
// What comes meanwhile is read at once, and what it makes room for is sent at once.
constexpr absl::Duration kPause = absl::Microseconds(500);

[[noreturn]] void Die(const char* what) {
  std::printf("http2 load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

void Require(bool ok, const char* what) {
  if (!ok) Die(what);
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Require(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "connect");
  const int on = 1;
  Require(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "TCP_NODELAY");
  Require(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
  return fd;
}

struct Counts {
  int64_t done = 0;
  int64_t failures = 0;
  int running = 0;
  bool stop = false;
};

std::string Prefix(size_t message_size) {
  const uint32_t size = htonl(static_cast<uint32_t>(message_size));
  std::string prefix(kPrefix, '\0');
  std::memcpy(prefix.data() + 1, &size, sizeof(size));
  return prefix;
}

// A call in flight; after its end the next one takes its place.
struct Call {
  std::string request;  // with the prefix
  size_t sent = 0;
  std::string answer;
  bool status_ok = false;

  bool Succeeded() const {
    return status_ok && answer.size() >= kPrefix &&
           answer.compare(0, kPrefix, Prefix(answer.size() - kPrefix)) == 0;
  }
};

class Connection {
 public:
  Connection(const LoadOptions& options, Counts& counts, int calls)
      : options_(options), counts_(counts), fd_(Connect(options.port)), calls_(calls) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                               {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
    for (Call& call : calls_) Begin(call);
    Send();
  }

  ~Connection() {
    nghttp2_session_del(session_);
    close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return fd_; }

  void ReceiveAndSend() {
    static std::array<uint8_t, 256 << 10> buffer;
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    Require(count > 0, "receive");
    Require(nghttp2_session_mem_recv(session_, buffer.data(), static_cast<size_t>(count)) == count,
            "malformed frames");
    Send();
  }

 private:
  void Begin(Call& call) {
    call = {};
    const std::string rest = options_.rest_of_request ? options_.rest_of_request() : "";
    call.request =
        absl::StrCat(Prefix(options_.request.size() + rest.size()), options_.request, rest);
    const std::array headers = {
        Header(":method", "POST"),        Header(":scheme", "http"),
        Header(":path", options_.method), Header(":authority", "127.0.0.1"),
        Header("te", "trailers"),         Header("content-type", "application/grpc"),
        Header("grpc-timeout", "10S"),    Header("authorization", options_.token)};
    nghttp2_data_provider body = {};
    body.source.ptr = &call;
    body.read_callback = ReadRequest;
    Require(
        nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &body, &call) > 0,
        "submit");
    ++counts_.running;
  }

  // The text must stay until the request is sent.
  static nghttp2_nv Header(absl::string_view name, absl::string_view value) {
    return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
  }

  void End(Call& call) {
    --counts_.running;
    ++(call.Succeeded() ? counts_.done : counts_.failures);
    if (!counts_.stop) Begin(call);
  }

  void Send() {
    const uint8_t* data = nullptr;
    ssize_t count = 0;
    while ((count = nghttp2_session_mem_send(session_, &data)) > 0) {
      out_.append(reinterpret_cast<const char*>(data), static_cast<size_t>(count));
    }
    Require(count == 0, "make frames");
    absl::string_view left = out_;
    while (!left.empty()) {
      const ssize_t sent = send(fd_, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        left.remove_prefix(static_cast<size_t>(sent));
        continue;
      }
      Require(errno == EAGAIN || errno == EINTR, "send");
      pollfd ready = {fd_, POLLOUT, 0};
      poll(&ready, 1, -1);
    }
    out_.clear();
  }

  static ssize_t ReadRequest(nghttp2_session*, int32_t, uint8_t* to, size_t length, uint32_t* flags,
                             nghttp2_data_source* source, void*) {
    Call& call = *static_cast<Call*>(source->ptr);
    const size_t count = std::min(length, call.request.size() - call.sent);
    std::memcpy(to, call.request.data() + call.sent, count);
    call.sent += count;
    if (call.sent == call.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  static Call& CallOf(nghttp2_session* session, int32_t stream) {
    return *static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream));
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t, void*) {
    const absl::string_view key(reinterpret_cast<const char*>(name), name_size);
    if (key != "grpc-status") return 0;
    CallOf(session, frame->hd.stream_id).status_ok = value_size == 1 && value[0] == '0';
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data,
                    size_t size, void*) {
    CallOf(session, stream).answer.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnClose(nghttp2_session* session, int32_t stream, uint32_t, void* self) {
    static_cast<Connection*>(self)->End(CallOf(session, stream));
    return 0;
  }

  const LoadOptions& options_;
  Counts& counts_;
  const int fd_;
  std::vector<Call> calls_;
  nghttp2_session* session_ = nullptr;
  std::string out_;
};

}  // namespace

LoadResult RunHttp2Load(const LoadOptions& options) {
  Counts counts;
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<pollfd> ready;
  for (int i = 0; i < options.channels; ++i) {
    connections.push_back(
        std::make_unique<Connection>(options, counts, (options.in_flight + i) / options.channels));
    ready.push_back({connections.back()->fd(), POLLIN, 0});
  }
  const absl::Time start = absl::Now();
  double calls_per_second = 0;
  while (counts.running > 0) {
    Require(poll(ready.data(), ready.size(), 10) >= 0 || errno == EINTR, "poll");
    for (size_t i = 0; i < ready.size(); ++i) {
      if (ready[i].revents != 0) connections[i]->ReceiveAndSend();
    }
    const absl::Duration elapsed = absl::Now() - start;
    if (!counts.stop && elapsed >= options.duration) {
      calls_per_second = static_cast<double>(counts.done) / absl::ToDoubleSeconds(elapsed);
      counts.stop = true;
    }
    absl::SleepFor(kPause);
  }
  return {calls_per_second, counts.failures};
}

}  // namespace jz::bench
