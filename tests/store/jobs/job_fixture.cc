#include "tests/store/jobs/job_fixture.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace jz::testing {

RegionCode Region(absl::string_view code) { return RegionCode::Parse(code).value(); }

bool Eventually(const std::function<bool()>& holds) {
  const absl::Time until = Soon();
  while (!holds()) {
    if (absl::Now() > until) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

void Gate::Open() {
  {
    std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

bool Gate::Wait() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return open_; });
}

JobsTest::JobsTest()
    : db_(PrivateMariaDb::Shared().NewDatabase(WorkMigrations())),
      ids_(*db_),
      page_tokens_("0123456789abcdef"),
      clock_(absl::Now()) {}

jobs::JobsOptions JobsTest::FastOptions() {
  jobs::JobsOptions options;
  options.poll = absl::Milliseconds(2);
  options.retry = absl::ZeroDuration();
  return options;
}

std::unique_ptr<jobs::Jobs> JobsTest::NewJobs(jobs::JobsOptions options, const Clock* clock) {
  return jobs::Jobs::Create(*db_, ids_, page_tokens_, options, clock == nullptr ? clock_ : *clock);
}

jobs::JobId JobsTest::Add(jobs::Jobs& jobs, jobs::NewJob job) {
  auto id =
      db_->Transact(Soon(), [&](sql::Transaction& tx) { return jobs.Add(tx, job, clock_.Now()); });
  EXPECT_TRUE(id.ok()) << id.status();
  return id.value_or(jobs::JobId());
}

jobs::JobId JobsTest::Add(jobs::Jobs& jobs, const std::string& kind) {
  return Add(
      jobs,
      jobs::NewJob{
          .kind = kind, .region = Region(kVillage), .params = "params", .created_by = "clerk-1"});
}

rpc::CallContext JobsTest::Context(std::vector<std::string> regions) const {
  auto principal = std::make_shared<auth::Principal>();
  principal->subject = "clerk-1";
  std::vector<RegionCode> codes;
  for (const std::string& region : regions) codes.push_back(Region(region));
  principal->scope = auth::RegionScope(codes);
  rpc::CallContext context;
  context.principal = std::move(principal);
  context.method = "/jingzhun.testing.v1.JobService/Method";
  context.now = clock_.Now();
  context.deadline = Soon();
  return context;
}

common::v1::Job JobsTest::Get(jobs::Jobs& jobs, jobs::JobId id) {
  common::v1::GetJobRequest request;
  request.set_name(id.Name());
  auto job = jobs.Get(Context(), request);
  EXPECT_TRUE(job.ok()) << job.status();
  return job.value_or(common::v1::Job());
}

common::v1::Job JobsTest::WaitForEnd(jobs::Jobs& jobs, jobs::JobId id) {
  common::v1::Job job;
  EXPECT_TRUE(Eventually([&] {
    job = Get(jobs, id);
    return job.state() >= common::v1::JOB_STATE_SUCCEEDED;
  })) << job.ShortDebugString();
  return job;
}

absl::StatusOr<common::v1::Job> JobsTest::Cancel(jobs::Jobs& jobs, jobs::JobId id,
                                                 const std::string& request_id) {
  common::v1::CancelJobRequest request;
  request.set_name(id.Name());
  request.set_request_id(request_id);
  return jobs.Cancel(Context(), request);
}

int64_t JobsTest::Number(absl::string_view query) {
  int64_t number = -1;
  absl::Status status = db_->Read(Soon(), [&](sql::Transaction& tx) {
    return tx.Query(query, {}, [&](const sql::Row& row) { number = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return number;
}

std::vector<sql::Migration> WorkMigrations() {
  return {{.name = "0001_work",
           .sql = "CREATE TABLE work (job_id BIGINT NOT NULL, number BIGINT NOT NULL,"
                  " PRIMARY KEY (job_id, number)) ENGINE=InnoDB;"}};
}

absl::Status DoUnit(sql::Database& db, jobs::JobRun& run, int64_t number,
                    std::vector<common::v1::JobError> errors) {
  return db.Run(run.deadline(), [&](sql::Transaction& tx) -> absl::Status {
    JZ_RETURN_IF_ERROR(
        tx.Execute("INSERT INTO work (job_id, number) VALUES (?, ?)", {run.id(), number}).status());
    return run.Checkpoint(tx, {.state = absl::StrCat(number + 1),
                               .done_count = number + 1,
                               .total_count = 10,
                               .errors = errors});
  });
}

int64_t NextUnit(const jobs::JobRun& run) {
  int64_t next = 0;
  const bool fresh = run.state().empty();
  EXPECT_TRUE(fresh || absl::SimpleAtoi(run.state(), &next)) << run.state();
  return next;
}

}  // namespace jz::testing
