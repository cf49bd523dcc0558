#include "services/funds/app.h"

#include <utility>

#include "common/feed/consumer.h"
#include "common/feed/households.h"
#include "common/status/status.h"
#include "services/funds/service.h"

namespace jz::funds {

std::vector<sql::Migration> Migrations();  // made from migrations/*.sql

namespace {

absl::StatusOr<std::vector<absl::Status>> WritePostings(sql::Transaction& tx,
                                                        absl::Span<Posting* const> postings) {
  JZ_RETURN_IF_ERROR(PostAll(tx, postings, Atomicity::kEach));
  // Each posting carries its own status; what a caller makes of a refusal is up to the caller.
  return std::vector<absl::Status>(postings.size());
}

class FundsApp : public App {
 public:
  explicit FundsApp(std::unique_ptr<Foundation> foundation)
      : foundation_(std::move(foundation)),
        outbox_(feed::Outbox::Start(*foundation_->db)),
        posting_writer_(*foundation_->db, sql::CoalescingOptions(), WritePostings),
        deps_{*foundation_->db, *foundation_->sealer, *foundation_->page_tokens, *foundation_->ids,
              *outbox_,         posting_writer_} {}

  absl::Status Start() {
    std::vector<rpc::Router> routers;
    routers.push_back(FundsRouter(deps_));
    JZ_ASSIGN_OR_RETURN(server_, foundation_->Serve(std::move(routers)));
    if (foundation_->config.peers["identification"].empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(identification_, foundation_->ChannelTo("identification"));
    consumer_ = feed::Consumer::Start(*identification_, *foundation_->db, *foundation_->metrics,
                                      {.source = "identification",
                                       .method = feed::kIdentificationFeed,
                                       .types = {feed::kHouseholdChanged}},
                                      feed::ApplyHouseholds);
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }
  void Drain(absl::Duration grace) override {
    server_->Drain(grace);
    consumer_.reset();
  }

 private:
  std::unique_ptr<Foundation> foundation_;
  std::unique_ptr<feed::Outbox> outbox_;
  sql::CoalescingWriter<Posting> posting_writer_;
  Deps deps_;
  std::unique_ptr<rpc::Channel> identification_;
  std::unique_ptr<feed::Consumer> consumer_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

rpc::Router FundsRouter(const Deps& deps) {
  rpc::Router router("jingzhun.funds.v1.FundsService");
  AddLedger(router, deps);
  AddBudget(router, deps);
  AddBatches(router, deps);
  AddPayments(router, deps);
  router.ServerStream<common::v1::StreamChangesRequest, common::v1::StreamChangesResponse>(
      "StreamChanges",
      [&deps](const rpc::CallContext& ctx, const common::v1::StreamChangesRequest& request,
              rpc::Writer<common::v1::StreamChangesResponse>& writer) {
        return deps.outbox.Stream(ctx, request, writer);
      });
  return router;
}

absl::StatusOr<std::unique_ptr<App>> StartFunds(std::unique_ptr<Foundation> foundation) {
  auto app = std::make_unique<FundsApp>(std::move(foundation));
  JZ_RETURN_IF_ERROR(app->Start());
  return app;
}

ServiceSpec Spec() {
  std::vector<sql::Migration> migrations = feed::households::Migrations();
  for (sql::Migration& migration : Migrations()) migrations.push_back(std::move(migration));
  return {.name = "funds",
          .peers = {"identification"},
          .migrations = std::move(migrations),
          .start = StartFunds};
}

}  // namespace jz::funds
