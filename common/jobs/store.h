// SQL of tables job and job_error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/jobs/jobs.h"

namespace jz::jobs {

absl::Status JobNotFound();

absl::Status InsertJob(sql::Transaction& tx, JobId id, const NewJob& job, absl::Time now);
// JOB_NOT_FOUND when there is none inside `scope`.
absl::StatusOr<common::v1::Job> LoadJob(sql::Transaction& tx, JobId id,
                                        const auth::RegionScope& scope);

// One claim of a job by one worker.
struct Claim {
  JobId id;
  std::string owner;  // names this claim; no other has the same
  std::string kind;
  RegionCode region;
  std::string params;
  std::string created_by;
  std::string state;
  int64_t input_bytes = 0;
  int attempt = 0;  // 1 for the first since the last checkpoint
};
// Ids that could be claimed at `now`, those that wait longest first; a few.
struct Claimable {
  JobId id;
  int64_t version;
};
absl::StatusOr<std::vector<Claimable>> FindClaimable(sql::Transaction& tx,
                                                     const std::vector<std::string>& kinds,
                                                     absl::Time now);
// nullopt when another worker was faster.
absl::StatusOr<std::optional<Claim>> TryClaim(sql::Transaction& tx, const Claimable& job,
                                              absl::string_view owner, absl::Time now,
                                              absl::Time lease_until);

// False when the lease is no longer this claim's.
absl::StatusOr<bool> RenewLease(sql::Transaction& tx, const Claim& claim, absl::Time lease_until);

struct Lease {
  bool cancel_requested = false;
  int64_t error_count = 0;
};
// Locks the job until `tx` ends. ABORTED, reason JOB_LEASE_LOST, when it is not this claim's any
// more.
absl::StatusOr<Lease> LockLease(sql::Transaction& tx, const Claim& claim);
// These need the lock of LockLease.
absl::Status SaveProgress(sql::Transaction& tx, const Claim& claim,
                          const JobRun::Progress& progress, absl::Time now, absl::Time lease_until);
absl::Status InsertErrors(sql::Transaction& tx, JobId id, int64_t first_seq,
                          absl::Span<const common::v1::JobError> errors);

// How a claim ends.
struct Ending {
  common::v1::JobState state = common::v1::JOB_STATE_UNSPECIFIED;
  std::string error_reason = "";
  std::string error_message = "";
  std::string result_type = "";  // full name of the result's message; empty: no result
  std::string result = "";
};
absl::Status EndJob(sql::Transaction& tx, JobId id, const Ending& ending, absl::Time now);
// Gives the job back: any worker may claim it from `claimable_at` on.
absl::Status ReleaseJob(sql::Transaction& tx, const Claim& claim, int attempts,
                        absl::Time claimable_at);

// Ends a job that no worker has begun, and asks the worker of any other to end it. Nothing for a
// job that has ended.
absl::Status RequestCancel(sql::Transaction& tx, JobId id, absl::Time now);

absl::StatusOr<std::vector<std::pair<int64_t, common::v1::JobError>>> LoadErrors(
    sql::Transaction& tx, JobId id, int64_t after_seq, int limit);

}  // namespace jz::jobs
