#include "common/jobs/store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::jobs {
namespace {

using common::v1::JOB_STATE_CANCELLED;
using common::v1::JOB_STATE_QUEUED;
using common::v1::JOB_STATE_RECEIVING;
using common::v1::JOB_STATE_RUNNING;

constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr size_t kMaxColumnName = 128;
constexpr size_t kMaxReason = 64;
constexpr size_t kMaxText = 1000;

constexpr char kInsert[] =
    "INSERT INTO job (id, kind, region_code, state, params, run_state, has_input, created_by, "
    "created_at_us, updated_at_us, lease_until_us) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?)";
constexpr char kLoad[] =
    "SELECT kind, region_code, state, done_count, total_count, error_count, error_reason, "
    "error_message, result_type, result, created_by, created_at_us, ended_at_us FROM job "
    "WHERE id = ? AND ";
// Both states are read through the index; few rows can be claimed at one instant.
constexpr char kClaimable[] =
    "SELECT id, version FROM job WHERE state IN (2, 3) AND lease_until_us <= ? AND kind IN (";
constexpr char kClaimableTail[] = ") ORDER BY lease_until_us LIMIT 8";
constexpr char kClaim[] =
    "UPDATE job SET state = 3, lease_owner = ?, lease_until_us = ?, updated_at_us = ?, "
    "attempt_count = attempt_count + 1, version = version + 1 WHERE id = ? AND version = ?";
constexpr char kClaimed[] =
    "SELECT kind, region_code, params, created_by, run_state, input_bytes, attempt_count FROM job "
    "WHERE id = ?";
constexpr char kRenew[] =
    "UPDATE job SET lease_until_us = ?, version = version + 1 WHERE id = ? AND lease_owner = ?";
constexpr char kLockLease[] =
    "SELECT lease_owner, cancel_requested, error_count FROM job WHERE id = ? FOR UPDATE";
constexpr char kSaveProgress[] =
    "UPDATE job SET run_state = ?, done_count = ?, total_count = ?, error_count = error_count + ?, "
    "attempt_count = 0, updated_at_us = ?, lease_until_us = ?, version = version + 1 WHERE id = ?";
constexpr char kInsertErrors[] =
    "INSERT INTO job_error (job_id, seq, row_no, column_name, reason, text_zh, text_en) VALUES";
constexpr char kEnd[] =
    "UPDATE job SET state = ?, error_reason = ?, error_message = ?, result_type = ?, result = ?, "
    "ended_at_us = ?, updated_at_us = ?, lease_owner = '', version = version + 1 WHERE id = ?";
constexpr char kRelease[] =
    "UPDATE job SET state = 2, lease_owner = '', lease_until_us = ?, attempt_count = ?, "
    "version = version + 1 WHERE id = ?";
constexpr char kLockState[] =
    "SELECT state, attempt_count, run_state = '' FROM job WHERE id = ? FOR UPDATE";
constexpr char kRequestCancel[] =
    "UPDATE job SET cancel_requested = 1, version = version + 1 WHERE id = ?";
constexpr char kErrors[] =
    "SELECT seq, row_no, column_name, reason, text_zh, text_en FROM job_error "
    "WHERE job_id = ? AND seq > ? ORDER BY seq LIMIT ?";

// At most `size` bytes, cut between two characters of UTF-8.
std::string Shortened(const std::string& text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

void SetTime(int64_t micros, google::protobuf::Timestamp* out) {
  out->set_seconds(micros / 1'000'000);
  out->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

common::v1::Job ToJob(JobId id, const sql::Row& row) {
  common::v1::Job job;
  job.set_name(id.Name());
  job.set_kind(row.Text(0));
  job.set_region_code(row.Region(1).ToString());
  job.set_state(static_cast<common::v1::JobState>(row.Int(2)));
  job.set_done_count(row.Int(3));
  job.set_total_count(row.Int(4));
  job.set_error_count(row.Int(5));
  job.set_error_reason(row.Text(6));
  job.set_error_message(row.Text(7));
  if (std::string type = row.Text(8); !type.empty()) {
    job.mutable_result()->set_type_url(absl::StrCat(kTypePrefix, type));
    job.mutable_result()->set_value(row.Text(9));
  }
  job.set_created_by(row.Text(10));
  SetTime(row.Int(11), job.mutable_created_at());
  if (row.Int(12) != 0) SetTime(row.Int(12), job.mutable_ended_at());
  return job;
}

}  // namespace

absl::Status JobNotFound() { return NotFound("JOB_NOT_FOUND", {}, "there is no such job"); }

absl::Status InsertJob(sql::Transaction& tx, JobId id, const NewJob& job, absl::Time now) {
  const int64_t state = job.receives_input ? JOB_STATE_RECEIVING : JOB_STATE_QUEUED;
  return tx
      .Execute(kInsert, {id, job.kind, job.region, state, job.params, job.receives_input,
                         job.created_by, now, now, now})
      .status();
}

absl::StatusOr<common::v1::Job> LoadJob(sql::Transaction& tx, JobId id,
                                        const auth::RegionScope& scope) {
  sql::Values values = {id};
  const std::string query = absl::StrCat(kLoad, sql::ScopeClause(scope, "region_code", values));
  JZ_ASSIGN_OR_RETURN(
      auto job, tx.SelectOne(query, values, [&](const sql::Row& row) { return ToJob(id, row); }));
  if (!job) return JobNotFound();
  return *std::move(job);
}

absl::StatusOr<std::vector<Claimable>> FindClaimable(sql::Transaction& tx,
                                                     const std::vector<std::string>& kinds,
                                                     absl::Time now) {
  sql::Values values = {now};
  for (const std::string& kind : kinds) values.emplace_back(kind);
  sql::PadInList(values, kinds.size());
  return tx.Select(absl::StrCat(kClaimable, sql::InList(kinds.size()), kClaimableTail), values,
                   [](const sql::Row& row) {
                     return Claimable{.id = row.IdOf<JobId>(0), .version = row.Int(1)};
                   });
}

absl::StatusOr<std::optional<Claim>> TryClaim(sql::Transaction& tx, const Claimable& job,
                                              absl::string_view owner, absl::Time now,
                                              absl::Time lease_until) {
  JZ_ASSIGN_OR_RETURN(int64_t claimed,
                      tx.Execute(kClaim, {owner, lease_until, now, job.id, job.version}));
  if (claimed == 0) return std::optional<Claim>();
  return tx.SelectOne(kClaimed, {job.id}, [&](const sql::Row& row) {
    return Claim{.id = job.id,
                 .owner = std::string(owner),
                 .kind = row.Text(0),
                 .region = row.Region(1),
                 .params = row.Text(2),
                 .created_by = row.Text(3),
                 .state = row.Text(4),
                 .input_bytes = row.Int(5),
                 .attempt = static_cast<int>(row.Int(6))};
  });
}

absl::StatusOr<bool> RenewLease(sql::Transaction& tx, const Claim& claim, absl::Time lease_until) {
  JZ_ASSIGN_OR_RETURN(int64_t renewed, tx.Execute(kRenew, {lease_until, claim.id, claim.owner}));
  return renewed > 0;
}

absl::StatusOr<Lease> LockLease(sql::Transaction& tx, const Claim& claim) {
  std::string owner;
  JZ_ASSIGN_OR_RETURN(auto lease, tx.SelectOne(kLockLease, {claim.id}, [&](const sql::Row& row) {
    owner = row.Text(0);
    return Lease{.cancel_requested = row.Bool(1), .error_count = row.Int(2)};
  }));
  if (!lease || owner != claim.owner) {
    return Aborted("JOB_LEASE_LOST", {{"job", claim.id.Name()}},
                   "another worker has taken over this job");
  }
  return *lease;
}

absl::Status SaveProgress(sql::Transaction& tx, const Claim& claim,
                          const JobRun::Progress& progress, absl::Time now,
                          absl::Time lease_until) {
  return tx
      .Execute(kSaveProgress, {progress.state, progress.done_count, progress.total_count,
                               progress.errors.size(), now, lease_until, claim.id})
      .status();
}

absl::Status InsertErrors(sql::Transaction& tx, JobId id, int64_t first_seq,
                          absl::Span<const common::v1::JobError> errors) {
  if (errors.empty()) return absl::OkStatus();
  sql::Values rows;
  for (const common::v1::JobError& error : errors) {
    const sql::Values row = {id,
                             first_seq++,
                             error.row(),
                             Shortened(error.column(), kMaxColumnName),
                             Shortened(error.reason(), kMaxReason),
                             Shortened(error.text_zh(), kMaxText),
                             Shortened(error.text_en(), kMaxText)};
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return tx.InsertRows(kInsertErrors, 7, rows).status();
}

absl::Status EndJob(sql::Transaction& tx, JobId id, const Ending& ending, absl::Time now) {
  return tx
      .Execute(kEnd, {int64_t{ending.state}, Shortened(ending.error_reason, kMaxReason),
                      Shortened(ending.error_message, kMaxText), ending.result_type, ending.result,
                      now, now, id})
      .status();
}

absl::Status ReleaseJob(sql::Transaction& tx, const Claim& claim, int attempts,
                        absl::Time claimable_at) {
  return tx.Execute(kRelease, {claimable_at, attempts, claim.id}).status();
}

absl::Status RequestCancel(sql::Transaction& tx, JobId id, absl::Time now) {
  struct Found {
    int64_t state;
    bool untouched;
  };
  JZ_ASSIGN_OR_RETURN(auto found, tx.SelectOne(kLockState, {id}, [](const sql::Row& row) {
    return Found{row.Int(0), row.Int(1) == 0 && row.Bool(2)};
  }));
  if (!found) return JobNotFound();
  const bool waits =
      found->state == JOB_STATE_RECEIVING || (found->state == JOB_STATE_QUEUED && found->untouched);
  if (waits) return EndJob(tx, id, Ending{.state = JOB_STATE_CANCELLED}, now);
  if (found->state == JOB_STATE_QUEUED || found->state == JOB_STATE_RUNNING) {
    return tx.Execute(kRequestCancel, {id}).status();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<int64_t, common::v1::JobError>>> LoadErrors(
    sql::Transaction& tx, JobId id, int64_t after_seq, int limit) {
  return tx.Select(kErrors, {id, after_seq, limit}, [](const sql::Row& row) {
    common::v1::JobError error;
    error.set_row(row.Int(1));
    error.set_column(row.Text(2));
    error.set_reason(row.Text(3));
    error.set_text_zh(row.Text(4));
    error.set_text_en(row.Text(5));
    return std::pair(row.Int(0), std::move(error));
  });
}

}  // namespace jz::jobs
