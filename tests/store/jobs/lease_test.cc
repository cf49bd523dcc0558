// One job, two workers that both believe it is theirs.
#include <atomic>

#include "tests/store/jobs/job_fixture.h"

namespace jz::testing {
namespace {

using common::v1::JOB_STATE_CANCELLED;
using common::v1::JOB_STATE_FAILED;
using common::v1::JOB_STATE_RUNNING;
using common::v1::JOB_STATE_SUCCEEDED;
using Result = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

class LeaseTest : public JobsTest {
 protected:
  // A replica whose runner does one unit, then stalls until `go_on`, then tries another.
  std::unique_ptr<jobs::Jobs> StartStallingReplica() {
    jobs::JobsOptions options = FastOptions();
    options.workers = 1;  // or else its second worker takes the next job and stalls, too
    auto jobs = NewJobs(options);
    jobs->Register("count", [this](jobs::JobRun& run) -> Result {
      JZ_RETURN_IF_ERROR(DoUnit(*db_, run, 0));
      stalled_.Open();
      go_on_.Wait();
      late_ = DoUnit(*db_, run, 100);
      ended_.Open();
      JZ_RETURN_IF_ERROR(late_);
      return Result(nullptr);
    });
    jobs->StartWorkers();
    return jobs;
  }
  std::unique_ptr<jobs::Jobs> StartWorkingReplica(const Clock& clock) {
    auto jobs = NewJobs(FastOptions(), &clock);
    jobs->Register("count", [this](jobs::JobRun& run) -> Result {
      first_unit_ = NextUnit(run);
      for (int64_t i = NextUnit(run); i < 10; ++i) JZ_RETURN_IF_ERROR(DoUnit(*db_, run, i));
      return Result(nullptr);
    });
    jobs->StartWorkers();
    return jobs;
  }

  Gate stalled_;
  Gate go_on_;
  Gate ended_;
  absl::Status late_;
  std::atomic<int64_t> first_unit_ = -1;
};

TEST_F(LeaseTest, AnotherWorkerResumesAndTheFirstCanNoLongerCommit) {
  auto first = StartStallingReplica();
  const jobs::JobId id = Add(*first);
  ASSERT_TRUE(stalled_.Wait());
  // The second replica's clock has gone past the lease; the first one, stalled, does not notice.
  FakeClock later(clock_.Now() + absl::Minutes(1));
  auto second = StartWorkingReplica(later);
  EXPECT_EQ(WaitForEnd(*second, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(first_unit_, 1);
  go_on_.Open();
  ASSERT_TRUE(ended_.Wait());
  first.reset();
  EXPECT_EQ(late_.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(late_), "JOB_LEASE_LOST");
  common::v1::Job job = Get(*second, id);
  EXPECT_EQ(job.state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.done_count(), 10);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 10);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work WHERE number = 100"), 0);
}

TEST_F(LeaseTest, AWorkerThatIsOnlySlowKeepsItsJob) {
  auto first = StartStallingReplica();
  const jobs::JobId id = Add(*first);
  ASSERT_TRUE(stalled_.Wait());
  auto second = StartWorkingReplica(clock_);
  const jobs::JobId other = Add(*second);  // shows that the second replica looks for jobs
  EXPECT_EQ(WaitForEnd(*second, other).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Get(*first, id).state(), JOB_STATE_RUNNING);
  go_on_.Open();
  EXPECT_EQ(WaitForEnd(*first, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(late_.ok()) << late_;
}

TEST_F(LeaseTest, IsRenewedWhileTheRunnerWorks) {
  jobs::JobsOptions options = FastOptions();
  options.lease = absl::Milliseconds(300);
  options.workers = 1;
  auto jobs = NewJobs(options, &Clock::Real());
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    ++runs;
    const absl::Time lease_end = run.deadline();
    // Far longer than the lease, without a checkpoint.
    EXPECT_TRUE(Eventually([&] { return run.deadline() > lease_end + absl::Seconds(1); }));
    JZ_RETURN_IF_ERROR(DoUnit(*db_, run, 0));
    return Result(nullptr);
  });
  const jobs::JobId id = Add(*jobs);
  jobs->StartWorkers();
  EXPECT_EQ(WaitForEnd(*jobs, id).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(runs, 1);
}

TEST_F(LeaseTest, AJobWhoseWorkersVanishAgainAndAgainFails) {
  auto jobs = NewJobs();
  const jobs::JobId id = Add(*jobs);
  // As left behind by workers that were killed, eight times, before a checkpoint.
  ASSERT_TRUE(db_->Run(Soon(),
                       [&](sql::Transaction& tx) {
                         return tx
                             .Execute(
                                 "UPDATE job SET state = 3, attempt_count = 8, "
                                 "lease_owner = 'gone/1', lease_until_us = 1 WHERE id = ?",
                                 {id})
                             .status();
                       })
                  .ok());
  std::atomic<int> runs = 0;
  jobs->Register("count", [&](jobs::JobRun&) -> Result {
    ++runs;
    return Result(nullptr);
  });
  jobs->StartWorkers();
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "JOB_ATTEMPTS_EXHAUSTED");
  EXPECT_EQ(runs, 0);
}

TEST_F(LeaseTest, ACancelSurvivesTheDeathOfTheWorker) {
  auto jobs = NewJobs();
  const jobs::JobId id = Add(*jobs);
  ASSERT_TRUE(db_->Run(Soon(),
                       [&](sql::Transaction& tx) {
                         return tx
                             .Execute(
                                 "UPDATE job SET state = 3, attempt_count = 1, "
                                 "lease_owner = 'gone/1', lease_until_us = 1 WHERE id = ?",
                                 {id})
                             .status();
                       })
                  .ok());
  ASSERT_TRUE(Cancel(*jobs, id).ok());
  auto worker = StartWorkingReplica(clock_);
  EXPECT_EQ(WaitForEnd(*worker, id).state(), JOB_STATE_CANCELLED);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 0);
}

}  // namespace
}  // namespace jz::testing
