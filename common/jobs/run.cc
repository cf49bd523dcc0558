#include "common/jobs/run.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/jobs/input.h"
#include "common/status/status.h"

namespace jz::jobs {
namespace {

absl::Status Stopping() {
  return Aborted(kStopping, {}, "this worker stops; another one goes on with the job");
}

int64_t LeaseEnd(absl::Duration lease) { return absl::ToUnixMicros(absl::Now() + lease); }

}  // namespace

ClaimedRun::ClaimedRun(sql::Database& db, const JobsOptions& options, const Clock& clock,
                       const std::atomic<bool>& stopping, Claim claim)
    : db_(db),
      options_(options),
      clock_(clock),
      stopping_(stopping),
      claim_(std::move(claim)),
      deadline_us_(LeaseEnd(options.lease)) {}

absl::Time ClaimedRun::deadline() const { return absl::FromUnixMicros(deadline_us_); }

absl::StatusOr<std::string> ClaimedRun::ReadInput(int64_t offset) {
  if (stopping_) return Stopping();
  if (offset < 0 || offset >= claim_.input_bytes) return std::string();
  return db_.Fetch(deadline(),
                   [&](sql::Transaction& tx) { return ReadPiece(tx, claim_.id, offset); });
}

absl::Status ClaimedRun::Checkpoint(sql::Transaction& tx, const Progress& progress) {
  // A stop lets the work in hand be saved, then ends the run.
  if (saved_while_stopping_) return Stopping();
  JZ_ASSIGN_OR_RETURN(Lease lease, LockLease(tx, claim_));
  if (lease.cancel_requested) {
    return MakeError(absl::StatusCode::kCancelled, kCancelled, {}, "the job was cancelled");
  }
  const int64_t room = std::max<int64_t>(0, options_.max_kept_errors - lease.error_count);
  const auto kept = absl::MakeConstSpan(progress.errors)
                        .first(std::min(progress.errors.size(), static_cast<size_t>(room)));
  JZ_RETURN_IF_ERROR(InsertErrors(tx, claim_.id, lease.error_count, kept));
  const absl::Time now = clock_.Now();
  JZ_RETURN_IF_ERROR(SaveProgress(tx, claim_, progress, now, now + options_.lease));
  progressed_ = true;
  saved_while_stopping_ = stopping_;
  return absl::OkStatus();
}

void ClaimedRun::Renew() {
  const int64_t renewed_until_us = LeaseEnd(options_.lease);
  const absl::Time lease_until = clock_.Now() + options_.lease;
  auto renewed = db_.Transact(
      deadline(), [&](sql::Transaction& tx) { return RenewLease(tx, claim_, lease_until); });
  if (!renewed.ok()) return;  // the next renewal may still come in time
  if (*renewed) {
    deadline_us_ = renewed_until_us;
  } else {
    lost_ = true;
  }
}

}  // namespace jz::jobs
