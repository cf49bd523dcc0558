#include "tests/rpc/identification/register_service.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::testing {
namespace {

constexpr char kRegisterService[] = "jingzhun.identification.v1.RegisterService";
constexpr char kRegionService[] = "jingzhun.identification.v1.RegionService";
constexpr char kStatisticsService[] = "jingzhun.identification.v1.StatisticsService";

bool Ended(const cv1::Job& job) {
  return job.state() == cv1::JOB_STATE_SUCCEEDED || job.state() == cv1::JOB_STATE_FAILED ||
         job.state() == cv1::JOB_STATE_CANCELLED;
}

void Must(const absl::Status& status) {
  if (!status.ok()) {
    ADD_FAILURE() << status;
    std::abort();
  }
}

}  // namespace

RegisterService::RegisterService() {
  db_ = *sql::Database::Open(database_);
  Restart();
  ImportRegions();
}

void RegisterService::Restart() {
  app_.reset();
  auto foundation = OpenFoundation(TestConfig("identification", database_, keys_));
  Must(foundation.status());
  Must(MigrateService(identification::Spec(), *(*foundation)->db));
  auto app = identification::StartIdentification(*std::move(foundation));
  Must(app.status());
  app_ = *std::move(app);
}

Client RegisterService::Register(const std::string& role, const std::string& region) const {
  return Client(app_->port(), kRegisterService, Token(role, region));
}

Client RegisterService::Statistics(const std::string& role, const std::string& region) const {
  return Client(app_->port(), kStatisticsService, Token(role, region));
}

Client RegisterService::Regions(const std::string& role, const std::string& region) const {
  return Client(app_->port(), kRegionService, Token(role, region));
}

void RegisterService::ImportRegions() {
  idv1::ImportRegionsRequest request;
  request.set_request_id("regions");
  for (const char* code : {kProvince, "230200000000", kCounty, kTownship, kVillage, kOtherVillage,
                           kClosedVillage, kNeighbour, "230222101000", kNeighbourVillage}) {
    idv1::Region& region = *request.add_regions();
    region.set_code(code);
    region.set_display_name(code);
    region.set_valid_from("2000-01-01");
    if (code == std::string(kClosedVillage)) region.set_valid_to("2015-12-31");
  }
  Must(Regions().Call<idv1::ImportRegionsResponse>("ImportRegions", request).status());
}

absl::StatusOr<cv1::Job> RegisterService::Send(const Client& client, const Upload& upload) const {
  auto stream = client.WithTimeout(absl::Minutes(2)).ClientStream("ImportHouseholds");
  idv1::ImportHouseholdsRequest message;
  message.set_region_code(upload.region);
  message.set_mode(upload.mode);
  message.set_file_name("register.csv");
  message.set_request_id(upload.request_id);
  message.set_atomicity(upload.atomicity);
  message.set_max_duplicate_percent(upload.max_duplicate_percent);
  bool open = stream->Write(message);
  message.Clear();
  for (size_t at = 0; open && at < upload.csv.size(); at += upload.piece) {
    message.set_data(upload.csv.substr(at, upload.piece));
    open = stream->Write(message);
  }
  cv1::Job job;
  JZ_RETURN_IF_ERROR(stream->Finish(job));
  return job;
}

cv1::Job RegisterService::Await(const Client& client, const cv1::Job& job) const {
  cv1::GetJobRequest request;
  request.set_name(job.name());
  cv1::Job now = job;
  const absl::Time until = absl::Now() + absl::Minutes(2);
  while (!Ended(now) && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(5));
    auto got = client.Call<cv1::Job>("GetJob", request);
    Must(got.status());
    now = *got;
  }
  EXPECT_TRUE(Ended(now)) << now.ShortDebugString();
  return now;
}

cv1::Job RegisterService::SendAndAwait(const Upload& upload) const {
  auto job = Send(Register(), upload);
  Must(job.status());
  return Await(Register(), *job);
}

std::string ShownError(const cv1::JobError& error) {
  return absl::StrCat(error.row(), " ", error.column(), " ", error.reason());
}

std::vector<std::string> RegisterService::ErrorsOf(const Client& client,
                                                   const cv1::Job& job) const {
  std::vector<std::string> shown;
  cv1::ListJobErrorsRequest request;
  request.set_name(job.name());
  request.set_page_size(1000);
  do {
    auto page = client.Call<cv1::ListJobErrorsResponse>("ListJobErrors", request);
    Must(page.status());
    for (const cv1::JobError& error : page->errors()) shown.push_back(ShownError(error));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return shown;
}

std::vector<idv1::Household> RegisterService::ListAll(const Client& client) const {
  std::vector<idv1::Household> all;
  idv1::ListHouseholdsRequest request;
  request.set_page_size(1000);
  do {
    auto page = client.Call<idv1::ListHouseholdsResponse>("ListHouseholds", request);
    Must(page.status());
    all.insert(all.end(), page->households().begin(), page->households().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

std::vector<cv1::Change> RegisterService::Changes(const Client& client) const {
  cv1::StreamChangesRequest request;
  request.set_until_current(true);
  auto stream = client.ServerStream("StreamChanges", request);
  std::vector<cv1::Change> changes;
  cv1::StreamChangesResponse response;
  while (stream->Read(response)) {
    changes.insert(changes.end(), response.changes().begin(), response.changes().end());
  }
  Must(stream->Finish());
  return changes;
}

int64_t RegisterService::CountRows(const std::string& table) const {
  auto count = db_->Fetch(absl::Now() + absl::Seconds(10), [&](sql::Transaction& tx) {
    return tx.SelectOne("SELECT COUNT(*) FROM " + table, {},
                        [](const sql::Row& row) { return row.Int(0); });
  });
  Must(count.status());
  return **count;
}

void RegisterService::Execute(const std::string& sql) const {
  Must(db_->Run(absl::Now() + absl::Seconds(10),
                [&](sql::Transaction& tx) { return tx.Execute(sql).status(); }));
}

idv1::ImportHouseholdsResult ResultOf(const cv1::Job& job) {
  idv1::ImportHouseholdsResult result;
  EXPECT_TRUE(job.result().UnpackTo(&result)) << job.ShortDebugString();
  return result;
}

}  // namespace jz::testing
