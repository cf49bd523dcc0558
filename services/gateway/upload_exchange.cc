#include "services/gateway/upload_exchange.h"

#include "services/gateway/response_body.h"
#include "services/gateway/whole_body.h"
#include "services/gateway/wire_value.h"

namespace jz::gateway {
namespace {

constexpr size_t kChunkBytes = 256 << 10;

// Events come on gRPC's threads and are carried to the connection's.
class UploadExchange final : public Exchange, public rpc::StreamEvents {
 public:
  UploadExchange(const CallEnvironment& environment, PreparedCall call,
                 std::shared_ptr<HttpPeer> peer)
      : environment_(environment), call_(std::move(call)), peer_(std::move(peer)) {}

  void Start() override {
    stream_ = call_.channel->Stream(call_.route->rpc_path, call_.options, Self());
    body_done_ = !call_.has_body;
    if (call_.has_body) chunk_.resize(kChunkBytes);
    writing_ = true;
    stream_->Write(call_.parameters, /*last=*/body_done_);
    stream_->Read();  // the one response, or the news that the service has ended the call
    Advance();
  }

  void OnBody(size_t size, bool last) override {
    reading_ = false;
    filled_ += size;
    received_ += size;
    body_done_ = last;
    if (received_ <= environment_.limits.max_upload_bytes) return Advance();
    OnGone();
    const absl::Status error =
        BodyError(WholeBody::State::kTooLarge, environment_.limits.max_upload_bytes);
    Respond(ProblemResponse(MakeProblem(error, call_.trace_id), &peer_->record()));
  }

  void OnGone() override {
    gone_ = true;
    stream_->Cancel();
  }

  void OnRead(std::string message) override {
    peer_->Post([self = Self(), message = std::move(message)]() mutable {
      self->response_ = std::move(message);
      self->stream_->Read();  // to the end, which carries the status
    });
  }

  void OnWritten() override {
    peer_->Post([self = Self()] {
      self->writing_ = false;
      self->Advance();
    });
  }

  void OnFinished(google::rpc::Status status) override {
    peer_->Post([self = Self(), status = std::move(status)] { self->Finish(status); });
  }

 private:
  std::shared_ptr<UploadExchange> Self() {
    return std::static_pointer_cast<UploadExchange>(shared_from_this());
  }

  // Sends what is there as soon as the last message is taken; reads on while there is room.
  void Advance() {
    if (gone_ || answered_) return;
    if (!writing_ && !last_sent_ && call_.has_body && (sent_ < filled_ || body_done_)) {
      std::string message;
      AppendBytes(call_.route->body_field->number(), {&chunk_[sent_], filled_ - sent_}, &message);
      sent_ = filled_;
      writing_ = true;
      last_sent_ = body_done_;
      stream_->Write(message, /*last=*/body_done_);
    }
    if (body_done_ || reading_) return;
    if (sent_ == filled_) sent_ = filled_ = 0;
    if (filled_ == chunk_.size()) return;
    reading_ = true;
    peer_->ReadBody({&chunk_[filled_], chunk_.size() - filled_});
  }

  void Finish(const google::rpc::Status& status) {
    if (gone_ || answered_) return;
    if (status.code() != 0) {
      return Respond(ProblemResponse(MakeProblem(status, call_.trace_id), &peer_->record()));
    }
    absl::StatusOr<std::string> body =
        RenderResponse(environment_.transcoder, *call_.route, response_);
    if (!body.ok()) {
      return Respond(ProblemResponse(MakeProblem(body.status(), call_.trace_id), &peer_->record()));
    }
    HttpResponse answer;
    answer.content_type = ResponseContentType(*call_.route, response_);
    answer.body = *std::move(body);
    Respond(std::move(answer));
  }

  // A read of the body may still be under way; the connection deals with that.
  void Respond(HttpResponse answer) {
    answered_ = true;
    peer_->Respond(std::move(answer));
  }

  const CallEnvironment& environment_;
  const PreparedCall call_;
  const std::shared_ptr<HttpPeer> peer_;
  std::shared_ptr<rpc::AsyncStream> stream_;
  std::string chunk_;  // [0, sent_) is sent, [sent_, filled_) is not
  size_t sent_ = 0;
  size_t filled_ = 0;
  uint64_t received_ = 0;
  std::string response_;
  bool body_done_ = false;
  bool last_sent_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool answered_ = false;
  bool gone_ = false;
};

}  // namespace

std::shared_ptr<Exchange> MakeUploadExchange(const CallEnvironment& environment, PreparedCall call,
                                             std::shared_ptr<HttpPeer> peer) {
  return std::make_shared<UploadExchange>(environment, std::move(call), std::move(peer));
}

}  // namespace jz::gateway
