#include "services/gateway/stream_exchange.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "services/gateway/response_body.h"
#include "services/gateway/whole_body.h"

namespace jz::gateway {
namespace {

// Events come on gRPC's threads and are carried to the connection's.
class StreamExchange final : public Exchange, public rpc::StreamEvents {
 public:
  StreamExchange(const CallEnvironment& environment, PreparedCall call,
                 std::shared_ptr<HttpPeer> peer)
      : environment_(environment),
        call_(std::move(call)),
        peer_(std::move(peer)),
        body_(*peer_, environment.budget, BodyLimit(*call_.route, environment.limits)) {}

  void Start() override {
    if (!call_.has_body) return Send();
    OnBodyState(body_.Begin(call_.content_length));
  }

  void OnBody(size_t size, bool last) override { OnBodyState(body_.Take(size, last)); }

  void OnChunkWritten() override {
    writing_ = false;
    if (failed_) return peer_->EndStream(/*complete=*/false);
    Forward();
  }

  void OnGone() override {
    gone_ = true;
    if (stream_ != nullptr) stream_->Cancel();
  }

  void OnRead(std::string message) override {
    peer_->Post([self = Self(), message = std::move(message)]() mutable {
      self->next_ = std::move(message);
      self->Forward();
    });
  }

  void OnWritten() override {}

  void OnFinished(google::rpc::Status status) override {
    peer_->Post([self = Self(), status = std::move(status)] {
      self->finished_ = status;
      self->Forward();
    });
  }

 private:
  std::shared_ptr<StreamExchange> Self() {
    return std::static_pointer_cast<StreamExchange>(shared_from_this());
  }

  void OnBodyState(WholeBody::State state) {
    if (state == WholeBody::State::kMore) return;
    if (state == WholeBody::State::kDone) return Send();
    body_.Release();
    Fail(MakeProblem(BodyError(state, environment_.limits.max_body_bytes), call_.trace_id));
  }

  void Send() {
    absl::StatusOr<std::string> message = RequestMessage(environment_, call_, body_.text());
    body_.Release();
    if (!message.ok()) return Fail(MakeProblem(message.status(), call_.trace_id));
    stream_ = call_.channel->Stream(call_.route->rpc_path, call_.options, Self());
    stream_->Write(*message, /*last=*/true);
    stream_->Read();
  }

  // Writes what has come, when the client has taken what came before.
  void Forward() {
    if (gone_ || writing_ || failed_) return;
    if (next_.has_value()) {
      const std::string message = *std::exchange(next_, std::nullopt);
      stream_->Read();
      WriteMessage(message);
    } else if (finished_.has_value()) {
      if (finished_->code() != 0) return Fail(MakeProblem(*finished_, call_.trace_id));
      if (!started_) StartStream("");
      peer_->EndStream(/*complete=*/true);
    }
  }

  void WriteMessage(const std::string& message) {
    absl::StatusOr<std::string> body =
        RenderResponse(environment_.transcoder, *call_.route, message);
    if (!body.ok()) {
      stream_->Cancel();
      return Fail(MakeProblem(body.status(), call_.trace_id));
    }
    if (!started_) StartStream(message);
    if (!call_.route->raw_response()) body->push_back('\n');
    if (body->empty()) return Forward();
    writing_ = true;
    peer_->WriteChunk(*std::move(body));
  }

  void StartStream(absl::string_view first_message) {
    started_ = true;
    HttpResponse head;
    head.content_type = ResponseContentType(*call_.route, first_message);
    peer_->StartStream(std::move(head));
  }

  void Fail(const Problem& problem) {
    failed_ = true;
    HttpResponse answer = ProblemResponse(problem, &peer_->record());
    if (!started_) return peer_->Respond(std::move(answer));
    if (call_.route->raw_response()) return peer_->EndStream(/*complete=*/false);
    writing_ = true;
    peer_->WriteChunk(absl::StrCat("{\"error\":", answer.body, "}\n"));
  }

  const CallEnvironment& environment_;
  const PreparedCall call_;
  const std::shared_ptr<HttpPeer> peer_;
  WholeBody body_;
  std::shared_ptr<rpc::AsyncStream> stream_;
  std::optional<std::string> next_;
  std::optional<google::rpc::Status> finished_;
  bool started_ = false;
  bool writing_ = false;
  bool failed_ = false;
  bool gone_ = false;
};

}  // namespace

std::shared_ptr<Exchange> MakeStreamExchange(const CallEnvironment& environment, PreparedCall call,
                                             std::shared_ptr<HttpPeer> peer) {
  return std::make_shared<StreamExchange>(environment, std::move(call), std::move(peer));
}

}  // namespace jz::gateway
