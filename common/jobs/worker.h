// The threads that claim and run jobs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/jobs/jobs.h"
#include "common/jobs/run.h"
#include "common/jobs/store.h"

namespace jz::jobs {

// Thread-safe, but Register() comes before Start().
class WorkerPool {
 public:
  WorkerPool(sql::Database& db, const JobsOptions& options, const Clock& clock);
  ~WorkerPool();

  void Register(const std::string& kind, RunFn run);
  void Start();
  void Stop();  // waits for the current checkpoints; safe to repeat

 private:
  void Work();
  void RenewLeases();
  absl::StatusOr<std::optional<Claim>> ClaimNext();
  void RunClaim(Claim claim);
  absl::Status Finish(const ClaimedRun& run,
                      const absl::StatusOr<std::unique_ptr<google::protobuf::Message>>& result);
  absl::Status End(const ClaimedRun& run, const Ending& ending);
  absl::Status Release(const ClaimedRun& run, int attempts, absl::Duration pause);
  void SweepWhenDue();
  absl::Status Sweep();
  void Sleep(absl::Duration time);  // until Stop at the longest

  sql::Database& db_;
  const JobsOptions options_;
  const Clock& clock_;
  const std::string worker_;  // names this process in lease_owner
  std::map<std::string, RunFn> runners_;
  std::vector<std::string> kinds_;

  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::set<std::shared_ptr<ClaimedRun>> active_;
  absl::Time sweep_at_ = absl::InfinitePast();
  int64_t claims_ = 0;
  std::vector<std::thread> threads_;
  std::thread renewer_;
  bool all_ended_ = false;  // the renewer outlives the runs
};

}  // namespace jz::jobs
