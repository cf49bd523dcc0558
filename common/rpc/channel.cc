#include "common/rpc/channel.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/sync_stream.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/rpc/window.h"
#include "common/rpc/wire_message.h"
#include "common/rpc/wire_status.h"
#include "common/status/status.h"

namespace jz::rpc {
namespace {

using google::protobuf::Message;
using grpc::ByteBuffer;
using grpc::internal::RpcMethod;

// gRPC chooses a retry policy by exact method names, but "name": [{}] stands for all. So there are
// two channels over the same connections: one for methods that only read, one for all others, which
// gRPC repeats only when it is sure that no server saw them.
constexpr char kReadConfig[] = R"json({
  "loadBalancingConfig": [{"round_robin": {}}],
  "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.05s",
      "maxBackoff": "1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
})json";
constexpr char kWriteConfig[] = R"json({"loadBalancingConfig": [{"round_robin": {}}]})json";

constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kFirstReconnectMs = 50;
constexpr int kMostReconnectMs = 2'000;
constexpr int kConnectTimeoutMs = 5'000;

bool OnlyReads(absl::string_view method) {
  constexpr std::array<absl::string_view, 6> kVerbs = {"Get",      "List",   "Search",
                                                       "BatchGet", "Stream", "Compute"};
  const absl::string_view name = method.substr(method.rfind('/') + 1);
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](absl::string_view verb) {
    // "Listen" does not begin with the word "List".
    return absl::StartsWith(name, verb) &&
           (name.size() == verb.size() || absl::ascii_isupper(name[verb.size()]));
  });
}

std::shared_ptr<grpc::Channel> Connect(const ChannelOptions& options, const char* config) {
  grpc::ChannelArguments args;
  args.SetServiceConfigJSON(config);
  args.SetMaxReceiveMessageSize(options.max_message_bytes);
  args.SetMaxSendMessageSize(options.max_message_bytes);
  for (const auto& [name, value] : WindowArguments(options.max_message_bytes)) {
    args.SetInt(name, value);
  }
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMostReconnectMs);
  // Despite its name the time that one attempt to connect may take.
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  if (options.tls_ca.empty()) {
    return grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), args);
  }
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.tls_ca;
  return grpc::CreateCustomChannel(options.target, grpc::SslCredentials(tls), args);
}

absl::Status RequireDeadline(const CallOptions& options) {
  if (options.deadline < absl::InfiniteFuture()) return absl::OkStatus();
  return InvalidArgument("DEADLINE_REQUIRED", {}, "every call must carry a deadline");
}

// Everything that must live as long as one call.
struct ClientCall {
  ClientCall(absl::string_view name, RpcMethod::RpcType type, const ChannelOptions& channel,
             const CallOptions& options)
      : method_name(name), method(method_name.c_str(), type) {
    context.set_deadline(absl::ToChronoTime(options.deadline));
    if (!options.traceparent.empty()) context.AddMetadata("traceparent", options.traceparent);
    std::string authorization = options.authorization;
    if (authorization.empty() && channel.authorization) authorization = channel.authorization();
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  }

  const std::string method_name;
  const RpcMethod method;
  grpc::ClientContext context;
};

class Responses final : public RawResponses {
 public:
  Responses(grpc::Channel& channel, std::unique_ptr<ClientCall> call, const ByteBuffer& request)
      : call_(std::move(call)),
        reader_(grpc::internal::ClientReaderFactory<ByteBuffer>::Create(
            &channel, call_->method, &call_->context, request)) {}

  // The context must not die while gRPC still uses it.
  ~Responses() override {
    if (finished_) return;
    call_->context.TryCancel();
    (void)Finish();
  }

  bool Read(Message& message) override {
    ByteBuffer bytes;
    if (!reader_->Read(&bytes)) return false;
    broken_ = Parse(bytes, message);
    if (broken_.ok()) return true;
    call_->context.TryCancel();
    return false;
  }

  absl::Status Finish() override {
    finished_ = true;
    const absl::Status status = FromGrpc(reader_->Finish());
    return broken_.ok() ? status : broken_;
  }

  void Cancel() override { call_->context.TryCancel(); }

 private:
  std::unique_ptr<ClientCall> call_;
  std::unique_ptr<grpc::ClientReader<ByteBuffer>> reader_;
  absl::Status broken_;
  bool finished_ = false;
};

class Requests final : public RawRequests {
 public:
  Requests(grpc::Channel& channel, std::unique_ptr<ClientCall> call)
      : call_(std::move(call)),
        writer_(grpc::internal::ClientWriterFactory<ByteBuffer>::Create(
            &channel, call_->method, &call_->context, &response_)) {}

  ~Requests() override {
    if (finished_) return;
    call_->context.TryCancel();
    (void)writer_->Finish();
  }

  bool Write(const Message& message) override {
    ByteBuffer bytes;
    broken_ = Serialize(message, bytes);
    return broken_.ok() && writer_->Write(bytes);
  }

  absl::Status Finish(Message& response) override {
    finished_ = true;
    if (!broken_.ok()) call_->context.TryCancel();
    writer_->WritesDone();
    absl::Status status = FromGrpc(writer_->Finish());
    if (!broken_.ok()) return broken_;
    if (!status.ok()) return status;
    return Parse(response_, response);
  }

 private:
  std::unique_ptr<ClientCall> call_;
  ByteBuffer response_;
  std::unique_ptr<grpc::ClientWriter<ByteBuffer>> writer_;
  absl::Status broken_;
  bool finished_ = false;
};

// Streams that could not begin.
class NoResponses final : public RawResponses {
 public:
  explicit NoResponses(absl::Status status) : status_(std::move(status)) {}
  bool Read(Message&) override { return false; }
  absl::Status Finish() override { return status_; }
  void Cancel() override {}

 private:
  const absl::Status status_;
};

class NoRequests final : public RawRequests {
 public:
  explicit NoRequests(absl::Status status) : status_(std::move(status)) {}
  bool Write(const Message&) override { return false; }
  absl::Status Finish(Message&) override { return status_; }

 private:
  const absl::Status status_;
};

class GrpcChannel final : public Channel {
 public:
  explicit GrpcChannel(const ChannelOptions& options)
      : options_(options),
        reads_(Connect(options, kReadConfig)),
        writes_(Connect(options, kWriteConfig)) {}

  absl::Status Unary(absl::string_view method, const Message& request, Message& response,
                     const CallOptions& options) override {
    JZ_RETURN_IF_ERROR(RequireDeadline(options));
    ByteBuffer sent;
    ByteBuffer received;
    JZ_RETURN_IF_ERROR(Serialize(request, sent));
    ClientCall call(method, RpcMethod::NORMAL_RPC, options_, options);
    JZ_RETURN_IF_ERROR(FromGrpc(grpc::internal::BlockingUnaryCall(&ChannelFor(method), call.method,
                                                                  &call.context, sent, &received)));
    return Parse(received, response);
  }

  std::unique_ptr<RawResponses> ServerStream(absl::string_view method, const Message& request,
                                             const CallOptions& options) override {
    ByteBuffer sent;
    absl::Status status = RequireDeadline(options);
    if (status.ok()) status = Serialize(request, sent);
    if (!status.ok()) return std::make_unique<NoResponses>(status);
    return std::make_unique<Responses>(
        ChannelFor(method),
        std::make_unique<ClientCall>(method, RpcMethod::SERVER_STREAMING, options_, options), sent);
  }

  std::unique_ptr<RawRequests> ClientStream(absl::string_view method,
                                            const CallOptions& options) override {
    if (absl::Status status = RequireDeadline(options); !status.ok()) {
      return std::make_unique<NoRequests>(status);
    }
    return std::make_unique<Requests>(
        ChannelFor(method),
        std::make_unique<ClientCall>(method, RpcMethod::CLIENT_STREAMING, options_, options));
  }

 private:
  grpc::Channel& ChannelFor(absl::string_view method) const {
    return OnlyReads(method) ? *reads_ : *writes_;
  }

  const ChannelOptions options_;
  const std::shared_ptr<grpc::Channel> reads_;
  const std::shared_ptr<grpc::Channel> writes_;
};

}  // namespace

std::unique_ptr<Channel> Channel::Create(const ChannelOptions& options) {
  return std::make_unique<GrpcChannel>(options);
}

}  // namespace jz::rpc
