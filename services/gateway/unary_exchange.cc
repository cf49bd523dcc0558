#include "services/gateway/unary_exchange.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/gateway/etag.h"
#include "services/gateway/response_body.h"
#include "services/gateway/whole_body.h"

namespace jz::gateway {
namespace {

class UnaryExchange final : public Exchange {
 public:
  UnaryExchange(const CallEnvironment& environment, PreparedCall call,
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

  void OnGone() override {
    gone_ = true;
    if (running_ != nullptr) running_->Cancel();
  }

 private:
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
    auto self = std::static_pointer_cast<UnaryExchange>(shared_from_this());
    running_ = call_.channel->Unary(
        call_.route->rpc_path, *message, call_.options,
        [self](google::rpc::Status status, std::string response) {
          self->peer_->Post([self, status = std::move(status), response = std::move(response)] {
            self->Finish(status, response);
          });
        });
  }

  void Finish(const google::rpc::Status& status, const std::string& response) {
    if (gone_) return;
    if (status.code() != 0) {
      return Fail(MakeProblem(status, call_.trace_id, call_.has_if_match));
    }
    const Route& route = *call_.route;
    absl::StatusOr<std::string> body = RenderResponse(environment_.transcoder, route, response);
    if (!body.ok()) return Fail(MakeProblem(body.status(), call_.trace_id));
    HttpResponse answer;
    answer.content_type = ResponseContentType(route, response);
    const std::string etag = EtagOf(route, response);
    if (!etag.empty()) answer.headers.emplace_back("ETag", etag);
    const bool unchanged = route.http_method == "GET" && Matches(call_.if_none_match, etag);
    answer.status = unchanged ? 304 : 200;
    if (!unchanged) answer.body = *std::move(body);
    peer_->Respond(std::move(answer));
  }

  void Fail(const Problem& problem) { peer_->Respond(ProblemResponse(problem, &peer_->record())); }

  const CallEnvironment& environment_;
  const PreparedCall call_;
  const std::shared_ptr<HttpPeer> peer_;
  WholeBody body_;
  std::shared_ptr<rpc::AsyncCall> running_;
  bool gone_ = false;
};

}  // namespace

std::shared_ptr<Exchange> MakeUnaryExchange(const CallEnvironment& environment, PreparedCall call,
                                            std::shared_ptr<HttpPeer> peer) {
  return std::make_shared<UnaryExchange>(environment, std::move(call), std::move(peer));
}

}  // namespace jz::gateway
