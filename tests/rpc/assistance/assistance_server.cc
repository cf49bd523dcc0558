#include "tests/rpc/assistance/assistance_server.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "services/assistance/app.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

constexpr char kService[] = "jingzhun.assistance.v1.AssistanceService";

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

idv1::HouseholdChanged Adjusted(const std::string& household, const std::string& region,
                                idv1::HouseholdState state, const std::string& from_date) {
  idv1::HouseholdChanged payload;
  payload.mutable_household()->set_household(household);
  payload.mutable_household()->set_region_code(region);
  payload.mutable_household()->set_state(state);
  payload.mutable_adjustment()->set_effective_date(from_date);
  return payload;
}

void Apply(AssistanceServer& server, const std::vector<idv1::HouseholdChanged>& payloads,
           int64_t version) {
  std::vector<common::v1::Change> changes;
  for (const idv1::HouseholdChanged& payload : payloads) {
    changes.push_back(feed::MakeChange(payload.household().household(),
                                       *RegionCode::Parse(payload.household().region_code()),
                                       version, absl::Now(), payload));
  }
  OkOrDie(server.db().Run(absl::Now() + absl::Seconds(20), [&](sql::Transaction& tx) {
    return feed::ApplyHouseholds(tx, changes);
  }));
}

}  // namespace

AssistanceServer::AssistanceServer(int pool_size) {
  sql::DatabaseOptions database = PrivateMariaDb::Shared().NewSchema();
  db_ = OrDie(sql::Database::Open(database));
  OkOrDie(MigrateService(assistance::Spec(), *db_));
  database.pool_size = pool_size;
  // Many threads of a test wait for few connections on a busy machine.
  database.pool_wait = Allow(absl::Seconds(8));
  app_ = OrDie(assistance::StartAssistance(
      OrDie(OpenFoundation(TestConfig("assistance", database, keys_)))));
}

AssistanceServer::~AssistanceServer() { app_->Drain(absl::Seconds(1)); }

Client AssistanceServer::Officer(const std::string& region) const {
  return Client(
      app_->port(), kService,
      keys_.Token({.subject = "officer", .roles = {"county_officer"}, .regions = {region}}));
}

AssistanceServer& AssistanceTest::server() {
  static AssistanceServer server;
  return server;
}

std::string NewId() { return RandomUuid(); }

std::vector<std::string> Admit(AssistanceServer& server, int count, const std::string& from_date,
                               const std::string& region) {
  static std::atomic<int64_t> next{1};
  const int32_t county = RegionCode::Parse(region)->CountyNumber();
  std::vector<std::string> households;
  std::vector<idv1::HouseholdChanged> payloads;
  for (int i = 0; i < count; ++i) {
    households.push_back(HouseholdId(MakeId(county, next++)).Name());
    idv1::HouseholdChanged& payload = payloads.emplace_back(
        Adjusted(households.back(), region, idv1::HOUSEHOLD_STATE_REGISTERED, from_date));
    payload.mutable_adjustment()->set_kind(idv1::ADJUSTMENT_KIND_ADMIT);
    payload.mutable_adjustment()->set_state_before(idv1::HOUSEHOLD_STATE_CANDIDATE);
  }
  Apply(server, payloads, 1);
  return households;
}

void Remove(AssistanceServer& server, const std::string& household, const std::string& from_date,
            const std::string& region) {
  idv1::HouseholdChanged payload =
      Adjusted(household, region, idv1::HOUSEHOLD_STATE_REMOVED, from_date);
  payload.mutable_adjustment()->set_kind(idv1::ADJUSTMENT_KIND_REMOVE_ERROR);
  payload.mutable_adjustment()->set_reason("INCOME");
  payload.mutable_adjustment()->set_state_before(idv1::HOUSEHOLD_STATE_REGISTERED);
  Apply(server, {payload}, 2);
}

std::vector<std::string> MakeCadres(const Client& client, int count, int household_limit,
                                    const std::string& region) {
  av1::BatchCreateUnitsRequest units;
  av1::Unit& unit = *units.add_units();
  unit.set_region_code(region);
  unit.set_code(NewId().substr(0, 32));
  unit.set_title("县农业农村局");
  unit.set_level("04");
  units.set_request_id(NewId());
  const std::string unit_name =
      OrDie(client.Call<av1::BatchCreateUnitsResponse>("BatchCreateUnits", units)).units(0).name();
  av1::BatchCreateCadresRequest cadres;
  for (int i = 0; i < count; ++i) {
    av1::Cadre& cadre = *cadres.add_cadres();
    cadre.set_region_code(region);
    cadre.set_unit(unit_name);
    cadre.set_staff_number(absl::StrCat(i));
    cadre.set_display_name("李四");
    cadre.set_household_limit(household_limit);
  }
  cadres.set_request_id(NewId());
  std::vector<std::string> names;
  const auto made = OrDie(client.Call<av1::BatchCreateCadresResponse>("BatchCreateCadres", cadres));
  for (const av1::Cadre& cadre : made.cadres()) names.push_back(cadre.name());
  return names;
}

av1::Pairing Paired(const std::string& household, const std::string& cadre,
                    const std::string& from_date, const std::string& to_date) {
  av1::Pairing pairing;
  pairing.set_household(household);
  pairing.set_cadre(cadre);
  pairing.set_from_date(from_date);
  pairing.set_to_date(to_date);
  return pairing;
}

absl::StatusOr<av1::BatchCreatePairingsResponse> Pair(const Client& client,
                                                      const std::vector<av1::Pairing>& pairings,
                                                      const std::string& request_id) {
  av1::BatchCreatePairingsRequest request;
  for (const av1::Pairing& pairing : pairings) *request.add_pairings() = pairing;
  request.set_request_id(request_id);
  return client.Call<av1::BatchCreatePairingsResponse>("BatchCreatePairings", request);
}

absl::Status End(const Client& client, const av1::Pairing& pairing, const std::string& to_date) {
  av1::BatchEndPairingsRequest request;
  request.add_names(pairing.name());
  request.set_to_date(to_date);
  request.set_request_id(NewId());
  return client.Call<av1::BatchEndPairingsResponse>("BatchEndPairings", request).status();
}

std::vector<av1::Pairing> PairingsOf(const Client& client, const std::string& household) {
  av1::ListPairingsRequest request;
  request.set_household(household);
  auto response = OrDie(client.Call<av1::ListPairingsResponse>("ListPairings", request));
  return {response.pairings().begin(), response.pairings().end()};
}

absl::StatusOr<av1::BatchCreatePlansResponse> Plan(const Client& client,
                                                   const std::string& household, int year) {
  av1::BatchCreatePlansRequest request;
  av1::Plan& plan = *request.add_plans();
  plan.set_household(household);
  plan.set_year(year);
  av1::Measure& measure = *plan.add_measures();
  measure.set_group("industry");
  measure.set_description("发展黑木耳种植");
  measure.set_due_date(absl::StrCat(year, "-12-31"));
  request.set_request_id(NewId());
  return client.Call<av1::BatchCreatePlansResponse>("BatchCreatePlans", request);
}

av1::Visit Visited(const std::string& household, const std::string& cadre,
                   const std::string& date) {
  av1::Visit visit;
  visit.set_client_id(NewId());
  visit.set_household(household);
  visit.set_cadre(cadre);
  visit.set_visit_date(date);
  visit.set_summary("了解生产生活情况");
  visit.mutable_stored_at()->set_seconds(1'500'000'000);
  return visit;
}

absl::StatusOr<av1::UploadVisitsResponse> Upload(const Client& client,
                                                 const std::vector<av1::Visit>& visits,
                                                 const std::string& request_id) {
  av1::UploadVisitsRequest request;
  for (const av1::Visit& visit : visits) *request.add_visits() = visit;
  request.set_request_id(request_id);
  return client.Call<av1::UploadVisitsResponse>("UploadVisits", request);
}

std::vector<av1::Visit> VisitsOf(const Client& client, const std::string& household) {
  av1::ListVisitsRequest request;
  request.set_household(household);
  request.set_page_size(1000);
  auto response = OrDie(client.Call<av1::ListVisitsResponse>("ListVisits", request));
  return {response.visits().begin(), response.visits().end()};
}

}  // namespace jz::testing
