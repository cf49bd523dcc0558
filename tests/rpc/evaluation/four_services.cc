#include "tests/rpc/evaluation/four_services.h"

#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/feed/outbox.h"
#include "gtest/gtest.h"
#include "services/assistance/app.h"
#include "services/evaluation/app.h"
#include "services/funds/app.h"
#include "services/identification/app.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

template <class T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::abort();
  }
  return *std::move(result);
}

void OkOrDie(const absl::Status& status) {
  OrDie<int>(status.ok() ? absl::StatusOr<int>(0) : status);
}

absl::Time Soon() { return absl::Now() + Allow(absl::Seconds(20)); }

}  // namespace

FourServices::FourServices() {
  std::ofstream(keys_.folder() + "/service.token")
      << keys_.Token({.subject = "service", .roles = {"service"}, .regions = {"000000000000"}});
  for (const ServiceSpec& spec :
       {identification::Spec(), assistance::Spec(), funds::Spec(), evaluation::Spec()}) {
    schemas_[spec.name] = PrivateMariaDb::Shared().NewSchema();
    ServiceConfig config = TestConfig(spec.name, schemas_[spec.name], keys_);
    config.token_file = keys_.folder() + "/service.token";
    if (spec.name == "evaluation") {
      for (const std::string& peer : spec.peers) {
        config.peers[peer] = absl::StrCat("127.0.0.1:", apps_.at(peer)->port());
      }
    }
    auto foundation = OrDie(OpenFoundation(std::move(config)));
    OkOrDie(MigrateService(spec, *foundation->db));
    apps_[spec.name] = OrDie(spec.start(std::move(foundation)));
  }
  Publish("identification", RegisterChanges());
  Publish("assistance", AssistanceChanges());
  Publish("funds", FundsChanges());
  const bool projected = Comes([](const ev1::ProjectionStatus& status) {
    return status.household_count() == 7 && status.visit_count() == 2 &&
           status.payment_count() == 5;
  });
  if (!projected) OkOrDie(absl::InternalError(Status().DebugString()));
}

FourServices::~FourServices() {
  for (const char* name : {"evaluation", "funds", "assistance", "identification"}) End(name);
}

void FourServices::Publish(const std::string& source,
                           const std::vector<common::v1::Change>& changes) {
  auto db = OrDie(sql::Database::Open(schemas_.at(source)));
  OkOrDie(db->Run(Soon(), [&](sql::Transaction& tx) { return feed::Publish(tx, changes); }));
}

void FourServices::End(const std::string& service) {
  auto app = apps_.find(service);
  if (app == apps_.end()) return;
  app->second->Drain(absl::Seconds(1));
  apps_.erase(app);
}

Client FourServices::Evaluator(const std::string& region) const {
  return Client(apps_.at("evaluation")->port(), "jingzhun.evaluation.v1.EvaluationService",
                keys_.Token({.subject = "evaluator", .roles = {"evaluator"}, .regions = {region}}));
}

ev1::ProjectionStatus FourServices::Status(const std::string& region) const {
  ev1::GetProjectionStatusRequest request;
  request.set_region_code(region);
  return OrDie(Evaluator().Call<ev1::ProjectionStatus>("GetProjectionStatus", request));
}

bool FourServices::Comes(const std::function<bool(const ev1::ProjectionStatus&)>& so) const {
  const absl::Time until = Soon();
  while (!so(Status())) {
    if (absl::Now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

ev1::CreateEvaluationRequest OfTheYear(int year, const std::string& region) {
  ev1::CreateEvaluationRequest request;
  request.set_region_code(region);
  request.set_period_start(absl::StrCat(year, "-01-01"));
  request.set_period_end(absl::StrCat(year, "-12-31"));
  request.set_request_id(RandomUuid());
  return request;
}

absl::StatusOr<ev1::Evaluation> Evaluate(const Client& client,
                                         const ev1::CreateEvaluationRequest& request) {
  return client.Call<ev1::Evaluation>("CreateEvaluation", request);
}

}  // namespace jz::testing
