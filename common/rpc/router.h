// The table of a proto service: one plain function per RPC. No gRPC header is needed to fill it.
//
//   rpc::Router FundsRouter(FundsDeps& deps) {
//     rpc::Router router("jingzhun.funds.v1.FundsService");
//     router.Unary<GetAccountRequest, Account>(
//         "GetAccount", [&](const rpc::CallContext& ctx, const GetAccountRequest& request) {
//           return GetAccount(deps, ctx, request);
//         });
//     return router;
//   }
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/rpc/context.h"
#include "common/status/status.h"
#include "google/protobuf/message.h"

namespace jz::rpc {

// The caller's side of a stream of responses. Not thread-safe.
class RawWriter {
 public:
  virtual ~RawWriter() = default;
  // Blocks while the caller reads slower. CANCELLED when the caller is gone, UNAVAILABLE (reason
  // SERVER_DRAINING) when the server drains: end the handler then.
  virtual absl::Status Write(const google::protobuf::Message& message) = 0;
  // True when the handler should end (caller gone, deadline over, server drains).
  virtual bool ShouldEnd() const = 0;
};

class RawReader {
 public:
  virtual ~RawReader() = default;
  // False at the end of the stream. CANCELLED when the caller broke off; bad messages are errors.
  virtual absl::StatusOr<bool> Read(google::protobuf::Message& message) = 0;
};

template <class Response>
class Writer {
 public:
  explicit Writer(RawWriter& raw) : raw_(raw) {}
  absl::Status Write(const Response& response) { return raw_.Write(response); }
  bool ShouldEnd() const { return raw_.ShouldEnd(); }

 private:
  RawWriter& raw_;
};

template <class Request>
class Reader {
 public:
  explicit Reader(RawReader& raw) : raw_(raw) {}
  absl::StatusOr<bool> Read(Request& request) { return raw_.Read(request); }

 private:
  RawReader& raw_;
};

// The end of a call that outlives its handler. Thread-safe.
class RawAnswer {
 public:
  // One of the two, once: the call, its context and its request are gone then.
  virtual void Finish(const google::protobuf::Message& response) = 0;
  virtual void Fail(const absl::Status& status) = 0;

 protected:
  ~RawAnswer() = default;
};

// Ends the call from any thread, when it is called; once. A call whose Answer is dropped ends with
// INTERNAL.
template <class Response>
class Answer {
 public:
  explicit Answer(RawAnswer& raw) : raw_(&raw) {}
  Answer(Answer&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (raw_ != nullptr) raw_->Fail(Internal("ANSWER_MISSING", "the handler gave no answer"));
  }

  void operator()(const absl::StatusOr<Response>& response) {
    RawAnswer& raw = *std::exchange(raw_, nullptr);
    response.ok() ? raw.Finish(*response) : raw.Fail(response.status());
  }

 private:
  RawAnswer* raw_;
};

// A method with its types erased; made by Router, used by Server.
struct Method {
  using Message = google::protobuf::Message;
  enum class Kind { kUnary, kServerStream, kClientStream };

  std::string name;  // "GetAccount"
  Kind kind = Kind::kUnary;
  const Message* request = nullptr;  // prototypes
  const Message* response = nullptr;
  std::function<absl::Status(const CallContext&, const Message& request, Message& response)> unary;
  // Instead of `unary` when the answer comes later.
  std::function<void(const CallContext&, const Message& request, RawAnswer&)> deferred;
  std::function<absl::Status(const CallContext&, const Message& request, RawWriter&)> server_stream;
  std::function<absl::Status(const CallContext&, RawReader&, Message& response)> client_stream;
};

class Router {
 public:
  // `service` is the proto's full name, "jingzhun.funds.v1.FundsService".
  explicit Router(absl::string_view service) : service_(service) {}

  // `handler`: absl::StatusOr<Response>(const CallContext&, const Request&). May block.
  template <class Request, class Response, class Handler>
  void Unary(absl::string_view name, Handler handler) {
    Method& method = Add<Request, Response>(name, Method::Kind::kUnary);
    method.unary = [handler](const CallContext& ctx, const Method::Message& request,
                             Method::Message& response) -> absl::Status {
      absl::StatusOr<Response> result = handler(ctx, static_cast<const Request&>(request));
      if (!result.ok()) return result.status();
      static_cast<Response&>(response) = *std::move(result);
      return absl::OkStatus();
    };
  }

  // The other form of a unary method, for a write that shares its commit with others
  // (sql::CoalescingWriter::WriteThen): hundreds can wait for the disk and hold no thread.
  // `handler`: void(const CallContext&, const Request&, Answer<Response>). It checks, hands the
  // write and the answer on, and returns; context and request stay until the answer.
  template <class Request, class Response, class Handler>
  void Deferred(absl::string_view name, Handler handler) {
    Method& method = Add<Request, Response>(name, Method::Kind::kUnary);
    method.deferred = [handler](const CallContext& ctx, const Method::Message& request,
                                RawAnswer& raw) {
      handler(ctx, static_cast<const Request&>(request), Answer<Response>(raw));
    };
  }

  // `handler`: absl::Status(const CallContext&, const Request&, Writer<Response>&). Holds one of
  // the server's stream threads for its whole life.
  template <class Request, class Response, class Handler>
  void ServerStream(absl::string_view name, Handler handler) {
    Method& method = Add<Request, Response>(name, Method::Kind::kServerStream);
    method.server_stream = [handler](const CallContext& ctx, const Method::Message& request,
                                     RawWriter& raw) -> absl::Status {
      Writer<Response> writer(raw);
      return handler(ctx, static_cast<const Request&>(request), writer);
    };
  }

  // `handler`: absl::StatusOr<Response>(const CallContext&, Reader<Request>&). Holds a stream
  // thread.
  template <class Request, class Response, class Handler>
  void ClientStream(absl::string_view name, Handler handler) {
    Method& method = Add<Request, Response>(name, Method::Kind::kClientStream);
    method.client_stream = [handler](const CallContext& ctx, RawReader& raw,
                                     Method::Message& response) -> absl::Status {
      Reader<Request> reader(raw);
      absl::StatusOr<Response> result = handler(ctx, reader);
      if (!result.ok()) return result.status();
      static_cast<Response&>(response) = *std::move(result);
      return absl::OkStatus();
    };
  }

  const std::string& service() const { return service_; }
  const std::vector<Method>& methods() const { return methods_; }

 private:
  template <class Request, class Response>
  Method& Add(absl::string_view name, Method::Kind kind) {
    Method& method = methods_.emplace_back();
    method.name = std::string(name);
    method.kind = kind;
    method.request = &Request::default_instance();
    method.response = &Response::default_instance();
    return method;
  }

  std::string service_;
  std::vector<Method> methods_;
};

}  // namespace jz::rpc
