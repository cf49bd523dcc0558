// How jobs run and end.
#include <atomic>

#include "tests/store/jobs/job_fixture.h"

namespace jz::testing {
namespace {

using common::v1::JOB_STATE_CANCELLED;
using common::v1::JOB_STATE_FAILED;
using common::v1::JOB_STATE_QUEUED;
using common::v1::JOB_STATE_RUNNING;
using common::v1::JOB_STATE_SUCCEEDED;
using Result = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

class WorkerTest : public JobsTest {};

Result CountToTen(sql::Database& db, jobs::JobRun& run) {
  for (int64_t i = NextUnit(run); i < 10; ++i) JZ_RETURN_IF_ERROR(DoUnit(db, run, i));
  auto result = std::make_unique<common::v1::ListJobErrorsResponse>();
  result->set_next_page_token("done");
  return result;
}

TEST_F(WorkerTest, RunsAJobAndKeepsItsResult) {
  auto jobs = NewJobs();
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    EXPECT_EQ(run.params(), "params");
    EXPECT_EQ(run.created_by(), "clerk-1");
    EXPECT_EQ(run.region(), Region(kVillage));
    EXPECT_EQ(run.state(), "");
    return CountToTen(*db_, run);
  });
  const jobs::JobId id = Add(*jobs);
  EXPECT_EQ(Get(*jobs, id).state(), JOB_STATE_QUEUED);
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.done_count(), 10);
  EXPECT_EQ(job.total_count(), 10);
  EXPECT_EQ(job.kind(), "count");
  EXPECT_TRUE(job.has_ended_at());
  common::v1::ListJobErrorsResponse result;
  ASSERT_TRUE(job.result().UnpackTo(&result));
  EXPECT_EQ(result.next_page_token(), "done");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 10);
}

TEST_F(WorkerTest, ManyWorkersOfManyReplicasRunEachJobOnce) {
  std::vector<std::unique_ptr<jobs::Jobs>> replicas;
  jobs::JobsOptions options = FastOptions();
  options.workers = 3;
  std::atomic<int> runs = 0;
  for (int i = 0; i < 3; ++i) {
    replicas.push_back(NewJobs(options));
    replicas.back()->Register("count", [&](jobs::JobRun& run) -> Result {
      ++runs;
      return CountToTen(*db_, run);
    });
  }
  std::vector<jobs::JobId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(Add(*replicas[0]));
  for (auto& replica : replicas) replica->StartWorkers();
  for (jobs::JobId id : ids) EXPECT_EQ(WaitForEnd(*replicas[0], id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(runs, 20);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 200);
}

TEST_F(WorkerTest, LeavesKindsThatItDoesNotKnowToOthers) {
  auto jobs = NewJobs();
  jobs->Register("count", [&](jobs::JobRun& run) { return CountToTen(*db_, run); });
  const jobs::JobId unknown = Add(*jobs, "newer_kind");
  const jobs::JobId known = Add(*jobs);
  jobs->StartWorkers();
  EXPECT_EQ(WaitForEnd(*jobs, known).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Get(*jobs, unknown).state(), JOB_STATE_QUEUED);
}

TEST_F(WorkerTest, AnErrorFailsTheJobWithItsReason) {
  auto jobs = NewJobs();
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun&) -> Result {
    ++runs;
    return FailedPrecondition("NO_VALID_REGION", {}, "no region is valid");
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "NO_VALID_REGION");
  EXPECT_EQ(job.error_message(), "no region is valid");
  EXPECT_EQ(runs, 1);
}

TEST_F(WorkerTest, AnInternalErrorShowsNothingOfItself) {
  auto jobs = NewJobs();
  jobs->Register("count", [](jobs::JobRun&) -> Result {
    return Internal("DATABASE_ERROR", "SELECT secret FROM person");
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.error_reason(), "DATABASE_ERROR");
  EXPECT_EQ(job.error_message(), "internal error");
}

TEST_F(WorkerTest, TriesAgainFromTheCheckpointWhenAnErrorMayPass) {
  auto jobs = NewJobs();
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    const int64_t next = NextUnit(run);
    EXPECT_EQ(next, runs++);
    if (next == 4) return CountToTen(*db_, run);
    JZ_RETURN_IF_ERROR(DoUnit(*db_, run, next));
    return Unavailable("PEER_DOWN", "later");
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  EXPECT_EQ(WaitForEnd(*jobs, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 10);
}

TEST_F(WorkerTest, GivesUpAfterABoundedNumberOfTries) {
  jobs::JobsOptions options = FastOptions();
  options.max_attempts = 4;
  auto jobs = NewJobs(options);
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun&) -> Result {
    ++runs;
    return Unavailable("PEER_DOWN", "later");
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "PEER_DOWN");
  EXPECT_EQ(runs, 4);
}

TEST_F(WorkerTest, WaitsBeforeItTriesAgain) {
  jobs::JobsOptions options = FastOptions();
  options.retry = absl::Minutes(1);  // at most 30 s
  auto jobs = NewJobs(options);
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    if (++runs == 1) return Unavailable("PEER_DOWN", "later");
    return CountToTen(*db_, run);
  });
  const jobs::JobId id = Add(*jobs);
  const jobs::JobId next = Add(*jobs);
  jobs->StartWorkers();
  // The other job runs meanwhile.
  ASSERT_TRUE(Eventually([&] {
    return Get(*jobs, id).state() == JOB_STATE_SUCCEEDED ||
           Get(*jobs, next).state() == JOB_STATE_SUCCEEDED;
  }));
  EXPECT_EQ(runs, 2);
  clock_.Advance(absl::Seconds(31));
  EXPECT_EQ(WaitForEnd(*jobs, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(WaitForEnd(*jobs, next).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(runs, 3);
}

TEST_F(WorkerTest, KeepsABoundedNumberOfErrorsAndCountsAll) {
  jobs::JobsOptions options = FastOptions();
  options.max_kept_errors = 25;
  auto jobs = NewJobs(options);
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    for (int64_t i = 0; i < 4; ++i) {
      std::vector<common::v1::JobError> errors(10);
      for (int k = 0; k < 10; ++k) {
        errors[k].set_row(10 * i + k + 2);
        errors[k].set_reason("AGE");
        errors[k].set_text_zh(std::string(600, 'x') + "年龄" + std::string(600, 'x'));
      }
      JZ_RETURN_IF_ERROR(DoUnit(*db_, run, i, errors));
    }
    return Result(nullptr);
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  EXPECT_EQ(job.error_count(), 40);
  EXPECT_FALSE(job.has_result());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM job_error"), 25);
  EXPECT_EQ(Number("SELECT MAX(row_no) FROM job_error"), 26);
}

TEST_F(WorkerTest, CancelEndsARunningJobAtItsNextCheckpoint) {
  auto jobs = NewJobs();
  Gate running;
  Gate cancelled;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    JZ_RETURN_IF_ERROR(DoUnit(*db_, run, 0));
    running.Open();
    cancelled.Wait();
    absl::Status status = DoUnit(*db_, run, 1);
    EXPECT_EQ(ReasonOf(status), "JOB_CANCELLED");
    return status;
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  ASSERT_TRUE(running.Wait());
  auto job = Cancel(*jobs, id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), JOB_STATE_RUNNING);
  cancelled.Open();
  EXPECT_EQ(WaitForEnd(*jobs, id).state(), JOB_STATE_CANCELLED);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 1);
}

TEST_F(WorkerTest, StopSavesTheWorkInHandAndLeavesTheRestToAnotherReplica) {
  auto jobs = NewJobs();
  Gate running;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    running.Open();
    // From the stop on nothing more can be read.
    EXPECT_TRUE(Eventually([&] { return ReasonOf(run.ReadInput(0).status()) != ""; }));
    return CountToTen(*db_, run);
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  ASSERT_TRUE(running.Wait());
  jobs->StopWorkers();
  common::v1::Job job = Get(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_QUEUED);
  EXPECT_EQ(job.done_count(), 1);
  auto other = NewJobs();
  other->Register("count", [&](jobs::JobRun& run) {
    EXPECT_EQ(NextUnit(run), 1);
    return CountToTen(*db_, run);
  });
  other->StartWorkers();
  EXPECT_EQ(WaitForEnd(*other, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 10);
}

}  // namespace
}  // namespace jz::testing
