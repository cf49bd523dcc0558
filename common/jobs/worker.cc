#include "common/jobs/worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/uuid.h"
#include "common/jobs/input.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"

namespace jz::jobs {
namespace {

using common::v1::JOB_STATE_CANCELLED;
using common::v1::JOB_STATE_FAILED;
using common::v1::JOB_STATE_SUCCEEDED;
using telemetry::Severity;

constexpr absl::Duration kDatabaseTime = absl::Seconds(10);
constexpr absl::Duration kMaxRetry = absl::Seconds(30);
constexpr absl::Duration kSweepEvery = absl::Minutes(1);
// An upload that got nothing for so long has been given up by its sender.
constexpr absl::Duration kAbandonedAfter = absl::Hours(1);
constexpr absl::Duration kDeleteTime = absl::Minutes(5);

bool IsRetryable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

Ending SuccessOf(const google::protobuf::Message* result) {
  Ending ending{.state = JOB_STATE_SUCCEEDED};
  if (result != nullptr) {
    ending.result_type = result->GetTypeName();
    ending.result = result->SerializeAsString();
  }
  return ending;
}

// What the caller may read of an error: nothing of an internal one.
Ending FailureOf(const absl::Status& status) {
  if (ReasonOf(status) == kCancelled) return Ending{.state = JOB_STATE_CANCELLED};
  const bool internal = absl::IsInternal(status) || absl::IsUnknown(status);
  const std::string reason = ReasonOf(status);
  return Ending{.state = JOB_STATE_FAILED,
                .error_reason = reason.empty() ? absl::StatusCodeToString(status.code()) : reason,
                .error_message = internal ? "internal error" : std::string(status.message())};
}

}  // namespace

WorkerPool::WorkerPool(sql::Database& db, const JobsOptions& options, const Clock& clock)
    : db_(db), options_(options), clock_(clock), worker_(RandomUuid()) {}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Register(const std::string& kind, RunFn run) {
  runners_[kind] = std::move(run);
  kinds_.push_back(kind);
}

void WorkerPool::Start() {
  if (kinds_.empty()) return;
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { Work(); });
  renewer_ = std::thread([this] { RenewLeases(); });
}

void WorkerPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  {
    std::lock_guard lock(mutex_);
    all_ended_ = true;
  }
  stopped_.notify_all();
  if (renewer_.joinable()) renewer_.join();
}

void WorkerPool::Sleep(absl::Duration time) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, absl::ToChronoMicroseconds(time), [&] { return stopping_.load(); });
}

void WorkerPool::Work() {
  while (!stopping_) {
    auto claim = ClaimNext();
    if (!claim.ok()) {
      telemetry::Log(Severity::kWarning, "no job could be claimed",
                     {{"reason", ReasonOf(claim.status())}});
      Sleep(absl::Seconds(1));
    } else if (*claim) {
      RunClaim(**std::move(claim));
    } else {
      SweepWhenDue();
      Sleep(options_.poll);
    }
  }
}

absl::StatusOr<std::optional<Claim>> WorkerPool::ClaimNext() {
  const absl::Time deadline = absl::Now() + kDatabaseTime;
  JZ_ASSIGN_OR_RETURN(std::vector<Claimable> jobs, db_.Fetch(deadline, [&](sql::Transaction& tx) {
    return FindClaimable(tx, kinds_, clock_.Now());
  }));
  for (const Claimable& job : jobs) {
    std::string owner = worker_;
    {
      std::lock_guard lock(mutex_);
      absl::StrAppend(&owner, "/", ++claims_);
    }
    JZ_ASSIGN_OR_RETURN(auto claim, db_.Transact(deadline, [&](sql::Transaction& tx) {
      const absl::Time now = clock_.Now();
      return TryClaim(tx, job, owner, now, now + options_.lease);
    }));
    if (claim) return claim;
  }
  return std::optional<Claim>();
}

void WorkerPool::RunClaim(Claim claim) {
  auto run = std::make_shared<ClaimedRun>(db_, options_, clock_, stopping_, std::move(claim));
  const std::string name = run->id().Name();
  const std::string kind = run->claim().kind;
  telemetry::Log(Severity::kInfo, "job runs",
                 {{"job", name}, {"kind", kind}, {"attempt", int64_t{run->claim().attempt}}});
  {
    std::lock_guard lock(mutex_);
    active_.insert(run);
  }
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> result =
      run->claim().attempt > options_.max_attempts
          ? FailedPrecondition("JOB_ATTEMPTS_EXHAUSTED", {},
                               "the job's worker ended without a word again and again")
          : runners_.at(kind)(*run);
  {
    std::lock_guard lock(mutex_);
    active_.erase(run);
  }
  const absl::Status& status = result.status();
  telemetry::Log(status.ok() ? Severity::kInfo : Severity::kWarning, "job run ended",
                 {{"job", name},
                  {"kind", kind},
                  {"code", absl::StatusCodeToString(status.code())},
                  {"reason", ReasonOf(status)},
                  {"message", status.message()}});
  if (absl::Status finished = Finish(*run, result); !finished.ok()) {
    // Nothing is lost: the lease runs out, and the job runs again from its last checkpoint.
    telemetry::Log(Severity::kWarning, "the end of a job run could not be recorded",
                   {{"job", name}, {"reason", ReasonOf(finished)}});
  }
}

absl::Status WorkerPool::Finish(
    const ClaimedRun& run,
    const absl::StatusOr<std::unique_ptr<google::protobuf::Message>>& result) {
  if (result.ok()) return End(run, SuccessOf(result->get()));
  const absl::Status& status = result.status();
  if (run.lost() || ReasonOf(status) == kLeaseLost) return absl::OkStatus();
  if (ReasonOf(status) == kStopping) return Release(run, 0, absl::ZeroDuration());
  const int attempts = run.attempts();
  if (IsRetryable(status) && attempts < options_.max_attempts) {
    const absl::Duration pause = options_.retry * (int64_t{1} << std::min(attempts - 1, 16));
    return Release(run, attempts, std::min(pause, kMaxRetry));
  }
  return End(run, FailureOf(status));
}

absl::Status WorkerPool::End(const ClaimedRun& run, const Ending& ending) {
  absl::Status ended =
      db_.Run(absl::Now() + kDatabaseTime, [&](sql::Transaction& tx) -> absl::Status {
        JZ_RETURN_IF_ERROR(LockLease(tx, run.claim()).status());
        return EndJob(tx, run.id(), ending, clock_.Now());
      });
  JZ_RETURN_IF_ERROR(ended);
  if (options_.metrics != nullptr) {
    options_.metrics->Count("jz_jobs_ended", {{"kind", run.claim().kind},
                                              {"state", common::v1::JobState_Name(ending.state)}});
  }
  if (run.input_size() == 0) return absl::OkStatus();
  return DeleteInput(db_, run.id(), absl::Now() + kDeleteTime);
}

absl::Status WorkerPool::Release(const ClaimedRun& run, int attempts, absl::Duration pause) {
  return db_.Run(absl::Now() + kDatabaseTime, [&](sql::Transaction& tx) -> absl::Status {
    JZ_RETURN_IF_ERROR(LockLease(tx, run.claim()).status());
    return ReleaseJob(tx, run.claim(), attempts, clock_.Now() + pause);
  });
}

void WorkerPool::RenewLeases() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, absl::ToChronoMicroseconds(options_.lease / 3),
                            [&] { return all_ended_; })) {
    const std::vector<std::shared_ptr<ClaimedRun>> runs(active_.begin(), active_.end());
    lock.unlock();
    for (const auto& run : runs) run->Renew();
    lock.lock();
  }
}

void WorkerPool::SweepWhenDue() {
  {
    std::lock_guard lock(mutex_);
    if (clock_.Now() < sweep_at_) return;
    sweep_at_ = clock_.Now() + kSweepEvery;
  }
  if (absl::Status status = Sweep(); !status.ok()) {
    telemetry::Log(Severity::kWarning, "uploads that were given up could not be deleted",
                   {{"reason", ReasonOf(status)}});
  }
}

absl::Status WorkerPool::Sweep() {
  const absl::Time deadline = absl::Now() + kDeleteTime;
  const absl::Time now = clock_.Now();
  JZ_ASSIGN_OR_RETURN(auto abandoned, db_.Fetch(deadline, [&](sql::Transaction& tx) {
    return FindAbandoned(tx, now - kAbandonedAfter);
  }));
  for (JobId id : abandoned) {
    telemetry::Log(Severity::kInfo, "abandoned upload dropped", {{"job", id.Name()}});
    JZ_RETURN_IF_ERROR(DropReceiving(db_, id, now, deadline));
  }
  JZ_ASSIGN_OR_RETURN(auto ended, db_.Fetch(deadline, [&](sql::Transaction& tx) {
    return FindEndedWithInput(tx);
  }));
  for (JobId id : ended) JZ_RETURN_IF_ERROR(DeleteInput(db_, id, deadline));
  return absl::OkStatus();
}

}  // namespace jz::jobs
