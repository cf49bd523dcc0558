#include "services/evaluation/app.h"

#include "common/feed/consumer.h"
#include "common/feed/households.h"
#include "common/status/status.h"
#include "services/evaluation/service.h"
#include "services/evaluation/store/projection_store.h"

namespace jz::evaluation {

std::vector<sql::Migration> Migrations();  // made from migrations/*.sql

namespace {

struct Source {
  const char* name;
  const char* method;
  std::vector<std::string> types;
  feed::ApplyFn apply;
};

std::vector<Source> Sources() {
  return {{"identification",
           feed::kIdentificationFeed,
           {feed::kHouseholdChanged},
           feed::ApplyHouseholds},
          {"assistance",
           "/jingzhun.assistance.v1.AssistanceService/StreamChanges",
           {},
           ApplyAssistance},
          {"funds",
           "/jingzhun.funds.v1.FundsService/StreamChanges",
           {"jingzhun.funds.v1.PaymentConfirmed"},
           ApplyFunds}};
}

class EvaluationApp : public App {
 public:
  explicit EvaluationApp(std::unique_ptr<Foundation> foundation)
      : foundation_(std::move(foundation)),
        deps_{*foundation_->db, *foundation_->page_tokens, *foundation_->ids} {}

  absl::Status Start() {
    std::vector<rpc::Router> routers;
    routers.push_back(EvaluationRouter(deps_));
    JZ_ASSIGN_OR_RETURN(server_, foundation_->Serve(std::move(routers)));
    for (Source& source : Sources()) {
      if (foundation_->config.peers[source.name].empty()) continue;
      JZ_ASSIGN_OR_RETURN(std::unique_ptr<rpc::Channel> channel,
                          foundation_->ChannelTo(source.name));
      channels_.push_back(std::move(channel));
      consumers_.push_back(feed::Consumer::Start(
          *channels_.back(), *foundation_->db, *foundation_->metrics,
          {.source = source.name, .method = source.method, .types = std::move(source.types)},
          std::move(source.apply)));
    }
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }
  void Drain(absl::Duration grace) override {
    server_->Drain(grace);
    consumers_.clear();
  }

 private:
  std::unique_ptr<Foundation> foundation_;
  Deps deps_;
  std::vector<std::unique_ptr<rpc::Channel>> channels_;
  std::vector<std::unique_ptr<feed::Consumer>> consumers_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<App>> StartEvaluation(std::unique_ptr<Foundation> foundation) {
  auto app = std::make_unique<EvaluationApp>(std::move(foundation));
  JZ_RETURN_IF_ERROR(app->Start());
  return app;
}

ServiceSpec Spec() {
  std::vector<sql::Migration> migrations = feed::households::Migrations();
  for (sql::Migration& migration : Migrations()) migrations.push_back(std::move(migration));
  return {.name = "evaluation",
          .peers = {"identification", "assistance", "funds"},
          .migrations = std::move(migrations),
          .start = StartEvaluation};
}

rpc::Router EvaluationRouter(const Deps& deps) {
  rpc::Router router("jingzhun.evaluation.v1.EvaluationService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("CreateEvaluation", CreateEvaluation);
  unary("GetEvaluation", GetEvaluation);
  unary("ListEvaluations", ListEvaluations);
  unary("GetProjectionStatus", GetProjectionStatus);
  return router;
}

}  // namespace jz::evaluation
