// One claim of a job while its runner works.
#pragma once

#include <atomic>
#include <string>

#include "common/jobs/jobs.h"
#include "common/jobs/store.h"

namespace jz::jobs {

inline constexpr char kLeaseLost[] = "JOB_LEASE_LOST";
inline constexpr char kCancelled[] = "JOB_CANCELLED";
inline constexpr char kStopping[] = "JOB_WORKER_STOPPING";

// The runner's thread uses the JobRun part; Renew() is for the thread that renews leases.
class ClaimedRun : public JobRun {
 public:
  ClaimedRun(sql::Database& db, const JobsOptions& options, const Clock& clock,
             const std::atomic<bool>& stopping, Claim claim);

  JobId id() const override { return claim_.id; }
  RegionCode region() const override { return claim_.region; }
  const std::string& params() const override { return claim_.params; }
  const std::string& created_by() const override { return claim_.created_by; }
  const std::string& state() const override { return claim_.state; }
  int64_t input_size() const override { return claim_.input_bytes; }
  absl::Time deadline() const override;
  absl::StatusOr<std::string> ReadInput(int64_t offset) override;
  absl::Status Checkpoint(sql::Transaction& tx, const Progress& progress) override;

  void Renew();
  const Claim& claim() const { return claim_; }
  bool lost() const { return lost_; }
  // Runs since the last checkpoint, this one included.
  int attempts() const { return progressed_ ? 1 : claim_.attempt; }

 private:
  sql::Database& db_;
  const JobsOptions& options_;
  const Clock& clock_;
  const std::atomic<bool>& stopping_;
  const Claim claim_;
  // The machine's own time, whatever clock_ says: it bounds waits for the database.
  std::atomic<int64_t> deadline_us_;
  std::atomic<bool> lost_ = false;
  bool progressed_ = false;
  bool saved_while_stopping_ = false;
};

}  // namespace jz::jobs
