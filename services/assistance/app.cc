#include "services/assistance/app.h"

#include "common/feed/consumer.h"
#include "common/feed/households.h"
#include "common/status/status.h"
#include "services/assistance/service.h"

namespace jz::assistance {

std::vector<sql::Migration> Migrations();  // made from migrations/*.sql

namespace {

class AssistanceApp : public App {
 public:
  static absl::StatusOr<std::unique_ptr<App>> Start(std::unique_ptr<Foundation> foundation) {
    auto app = std::make_unique<AssistanceApp>(std::move(foundation));
    Foundation& base = *app->foundation_;
    std::vector<rpc::Router> routers;
    routers.push_back(AssistanceRouter(app->deps_));
    JZ_ASSIGN_OR_RETURN(app->server_, base.Serve(std::move(routers)));
    if (!base.config.peers["identification"].empty()) {
      JZ_ASSIGN_OR_RETURN(app->identification_, base.ChannelTo("identification"));
      app->consumer_ = feed::Consumer::Start(*app->identification_, *base.db, *base.metrics,
                                             {.source = "identification",
                                              .method = feed::kIdentificationFeed,
                                              .types = {feed::kHouseholdChanged}},
                                             feed::ApplyHouseholds);
    }
    return app;
  }

  explicit AssistanceApp(std::unique_ptr<Foundation> foundation)
      : foundation_(std::move(foundation)),
        outbox_(feed::Outbox::Start(*foundation_->db)),
        deps_{*foundation_->db, *foundation_->sealer, *foundation_->page_tokens, *foundation_->ids,
              *outbox_} {}

  int port() const override { return server_->port(); }
  void Drain(absl::Duration grace) override {
    server_->Drain(grace);
    consumer_.reset();
  }

 private:
  std::unique_ptr<Foundation> foundation_;
  std::unique_ptr<feed::Outbox> outbox_;
  Deps deps_;
  std::unique_ptr<rpc::Channel> identification_;
  std::unique_ptr<feed::Consumer> consumer_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<App>> StartAssistance(std::unique_ptr<Foundation> foundation) {
  return AssistanceApp::Start(std::move(foundation));
}

ServiceSpec Spec() {
  std::vector<sql::Migration> migrations = feed::households::Migrations();
  for (sql::Migration& migration : Migrations()) migrations.push_back(std::move(migration));
  return {.name = "assistance",
          .peers = {"identification"},
          .migrations = std::move(migrations),
          .start = StartAssistance};
}

rpc::Router AssistanceRouter(const Deps& deps) {
  rpc::Router router("jingzhun.assistance.v1.AssistanceService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("BatchCreateUnits", BatchCreateUnits);
  unary("ListUnits", ListUnits);
  unary("BatchCreateCadres", BatchCreateCadres);
  unary("ListCadres", ListCadres);
  unary("BatchCreatePairings", BatchCreatePairings);
  unary("BatchEndPairings", BatchEndPairings);
  unary("ListPairings", ListPairings);
  unary("BatchCreatePlans", BatchCreatePlans);
  unary("BatchCompleteMeasures", BatchCompleteMeasures);
  unary("GetPlan", GetPlan);
  unary("ListPlans", ListPlans);
  unary("UploadVisits", UploadVisits);
  unary("ListVisits", ListVisits);
  unary("ComputeCoverage", ComputeCoverage);
  unary("GetProjectionStatus", GetProjectionStatus);
  router.ServerStream<common::v1::StreamChangesRequest, common::v1::StreamChangesResponse>(
      "StreamChanges",
      [&deps](const rpc::CallContext& ctx, const common::v1::StreamChangesRequest& request,
              rpc::Writer<common::v1::StreamChangesResponse>& writer) {
        return deps.outbox.Stream(ctx, request, writer);
      });
  return router;
}

}  // namespace jz::assistance
