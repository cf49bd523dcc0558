#include "common/rpc/async_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/rpc/process.h"
#include "common/rpc/window.h"

namespace jz::rpc {
namespace {

constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kLeastReconnectMs = 50;
constexpr int kMostReconnectMs = 2'000;
constexpr int kConnectTimeoutMs = 5'000;

grpc::ByteBuffer ToBuffer(absl::string_view bytes) {
  grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

std::string FromBuffer(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

google::rpc::Status WireStatus(const grpc::Status& status) {
  google::rpc::Status wire;
  if (status.ok()) return wire;
  const bool readable = !status.error_details().empty() &&
                        wire.ParseFromString(status.error_details()) &&
                        wire.code() == static_cast<int>(status.error_code());
  if (readable) return wire;
  wire.Clear();
  wire.set_code(static_cast<int>(status.error_code()));
  wire.set_message(status.error_message());
  return wire;
}

void Prepare(grpc::ClientContext& context, const CallOptions& options) {
  context.set_deadline(absl::ToChronoTime(options.deadline));
  if (!options.authorization.empty()) context.AddMetadata("authorization", options.authorization);
  if (!options.traceparent.empty()) context.AddMetadata("traceparent", options.traceparent);
}

// Lives until both gRPC and the caller let it go.
struct UnaryCall final : AsyncCall {
  void Cancel() override { context.TryCancel(); }

  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  AsyncChannel::UnaryDone done;
};

// gRPC may call OnDone, after which nothing may be started, as soon as no operation and no hold is
// left. The hold is kept while the caller may start operations; `open_` says so, under the lock.
class StreamCall final : public AsyncStream,
                         public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit StreamCall(std::shared_ptr<StreamEvents> events) : events_(std::move(events)) {}

  void Start(grpc::GenericStub& stub, const std::string& method, const CallOptions& options,
             std::shared_ptr<StreamCall> self) {
    self_ = std::move(self);
    Prepare(context_, options);
    stub.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();
    StartCall();
  }

  void Read() override {
    std::lock_guard lock(mutex_);
    if (open_) StartRead(&received_);
  }

  void Write(absl::string_view message, bool last) override {
    grpc::WriteOptions options;
    if (last) options.set_last_message();
    std::lock_guard lock(mutex_);
    if (!open_) return;
    sent_ = ToBuffer(message);
    StartWrite(&sent_, options);
  }

  void Cancel() override {
    context_.TryCancel();
    Close();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Close();
    std::string message = FromBuffer(received_);
    received_.Clear();
    events_->OnRead(std::move(message));
  }

  void OnWriteDone(bool ok) override {
    // A failed write means that the stream has ended. The pending read finds out how.
    if (ok) events_->OnWritten();
  }

  void OnDone(const grpc::Status& status) override {
    std::shared_ptr<StreamCall> self = std::move(self_);
    std::exchange(events_, nullptr)->OnFinished(WireStatus(status));
  }

  void Close() {
    {
      std::lock_guard lock(mutex_);
      if (!open_) return;
      open_ = false;
    }
    RemoveHold();
  }

  grpc::ClientContext context_;
  grpc::ByteBuffer received_;
  grpc::ByteBuffer sent_;
  std::shared_ptr<StreamEvents> events_;
  std::shared_ptr<StreamCall> self_;  // until OnDone
  std::mutex mutex_;
  bool open_ = true;
};

// Retries follow common/rpc/channel: only what is idempotent, only when the service is unavailable.
std::string ServiceConfig(const std::vector<std::string>& idempotent_methods) {
  constexpr char kRetry[] =
      R"("retryPolicy":{"maxAttempts":4,"initialBackoff":"0.05s","maxBackoff":"1s",)"
      R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]})";
  std::string config = R"({"loadBalancingConfig":[{"round_robin":{}}],)"
                       R"("retryThrottling":{"maxTokens":100,"tokenRatio":0.1})";
  std::vector<std::string> names;
  // A name given twice would make the whole configuration invalid.
  for (absl::string_view path :
       std::set<std::string>(idempotent_methods.begin(), idempotent_methods.end())) {
    const std::vector<std::string> parts = absl::StrSplit(absl::StripPrefix(path, "/"), '/');
    if (parts.size() != 2) continue;
    names.push_back(
        absl::StrCat(R"({"service":")", parts[0], R"(","method":")", parts[1], R"("})"));
  }
  if (!names.empty()) {
    absl::StrAppend(&config, R"(,"methodConfig":[{"name":[)", absl::StrJoin(names, ","), "],",
                    kRetry, "}]");
  }
  return config + "}";
}

class AsyncChannelImpl final : public AsyncChannel {
 public:
  explicit AsyncChannelImpl(std::shared_ptr<grpc::Channel> channel)
      : channel_(std::move(channel)), stub_(channel_) {}

  std::shared_ptr<AsyncCall> Unary(const std::string& method, absl::string_view request,
                                   const CallOptions& options, UnaryDone done) override {
    auto call = std::make_shared<UnaryCall>();
    Prepare(call->context, options);
    call->request = ToBuffer(request);
    call->done = std::move(done);
    stub_.UnaryCall(&call->context, method, {}, &call->request, &call->response,
                    [call](const grpc::Status& status) {
                      // Taken out first: what it captured must not outlive its one call.
                      UnaryDone finish = std::exchange(call->done, nullptr);
                      finish(WireStatus(status), FromBuffer(call->response));
                    });
    return call;
  }

  std::shared_ptr<AsyncStream> Stream(const std::string& method, const CallOptions& options,
                                      std::shared_ptr<StreamEvents> events) override {
    auto call = std::make_shared<StreamCall>(std::move(events));
    call->Start(stub_, method, options, call);
    return call;
  }

  State Connection() override {
    switch (channel_->GetState(/*try_to_connect=*/true)) {
      case GRPC_CHANNEL_READY:
        return State::kReady;
      case GRPC_CHANNEL_CONNECTING:
        return State::kConnecting;
      case GRPC_CHANNEL_IDLE:
        return State::kIdle;
      default:
        return State::kFailing;
    }
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

}  // namespace

std::unique_ptr<AsyncChannel> AsyncChannel::Create(const AsyncChannelOptions& options) {
  SkipDeadlockSearch();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetServiceConfigJSON(ServiceConfig(options.idempotent_methods));
  for (const auto& [name, value] : WindowArguments(options.max_message_bytes)) {
    arguments.SetInt(name, value);
  }
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kLeastReconnectMs);
  // Despite its name the time that one attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMostReconnectMs);
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!options.tls_ca.empty()) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = options.tls_ca;
    credentials = grpc::SslCredentials(tls);
  }
  return std::make_unique<AsyncChannelImpl>(
      grpc::CreateCustomChannel(options.target, credentials, arguments));
}

bool IsMetadataValue(absl::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace jz::rpc
