#include "common/jobs/input.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/jobs/store.h"
#include "common/status/status.h"

namespace jz::jobs {
namespace {

using common::v1::JOB_STATE_QUEUED;
using common::v1::JOB_STATE_RECEIVING;

constexpr size_t kPieceBytes = 1 << 20;

constexpr char kLock[] = "SELECT state, input_bytes FROM job WHERE id = ? FOR UPDATE";
constexpr char kInsertPiece[] =
    "INSERT INTO job_input (job_id, start_offset, bytes) VALUES (?, ?, ?)";
constexpr char kGrow[] =
    "UPDATE job SET input_bytes = ?, updated_at_us = ?, version = version + 1 WHERE id = ?";
constexpr char kClose[] =
    "UPDATE job SET state = 2, updated_at_us = ?, lease_until_us = ?, version = version + 1 "
    "WHERE id = ?";
constexpr char kReadPiece[] =
    "SELECT start_offset, bytes FROM job_input WHERE job_id = ? AND start_offset <= ? "
    "ORDER BY start_offset DESC LIMIT 1";
constexpr char kPieces[] =
    "SELECT start_offset FROM job_input WHERE job_id = ? ORDER BY start_offset LIMIT 32";
constexpr char kDeletePieces[] = "DELETE FROM job_input WHERE job_id = ? AND start_offset <= ?";
constexpr char kInputGone[] =
    "UPDATE job SET has_input = 0, version = version + 1 WHERE id = ? AND has_input = 1";
constexpr char kDeleteJob[] = "DELETE FROM job WHERE id = ?";
constexpr char kAbandoned[] =
    "SELECT id FROM job WHERE has_input = 1 AND state = 1 AND updated_at_us < ? LIMIT 16";
constexpr char kEndedWithInput[] =
    "SELECT id FROM job WHERE has_input = 1 AND state IN (4, 5, 6) LIMIT 16";

struct InputRow {
  int64_t state = 0;
  int64_t bytes = 0;
};

absl::StatusOr<std::optional<InputRow>> Lock(sql::Transaction& tx, JobId id) {
  return tx.SelectOne(kLock, {id}, [](const sql::Row& row) {
    return InputRow{.state = row.Int(0), .bytes = row.Int(1)};
  });
}

absl::Status NotReceiving(JobId id) {
  return FailedPrecondition("JOB_NOT_RECEIVING", {{"job", id.Name()}},
                            "the input of this job is closed");
}

JobId FirstId(const sql::Row& row) { return row.IdOf<JobId>(0); }

}  // namespace

absl::Status AppendPieces(sql::Transaction& tx, JobId id, absl::string_view bytes,
                          int64_t max_bytes, absl::Time now) {
  JZ_ASSIGN_OR_RETURN(auto input, Lock(tx, id));
  if (!input) return JobNotFound();
  if (input->state != JOB_STATE_RECEIVING) return NotReceiving(id);
  int64_t offset = input->bytes;
  if (offset + static_cast<int64_t>(bytes.size()) > max_bytes) {
    return ResourceExhausted("JOB_INPUT_TOO_LARGE", {{"max_bytes", absl::StrCat(max_bytes)}},
                             absl::StrCat("the input is larger than ", max_bytes, " bytes"));
  }
  while (!bytes.empty()) {
    const absl::string_view piece = bytes.substr(0, kPieceBytes);
    JZ_RETURN_IF_ERROR(tx.Execute(kInsertPiece, {id, offset, piece}).status());
    offset += static_cast<int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
  }
  return tx.Execute(kGrow, {offset, now, id}).status();
}

absl::Status CloseInput(sql::Transaction& tx, JobId id, absl::Time now) {
  JZ_ASSIGN_OR_RETURN(auto input, Lock(tx, id));
  if (!input) return JobNotFound();
  if (input->state == JOB_STATE_QUEUED) return absl::OkStatus();
  if (input->state != JOB_STATE_RECEIVING) return NotReceiving(id);
  return tx.Execute(kClose, {now, now, id}).status();
}

absl::StatusOr<std::string> ReadPiece(sql::Transaction& tx, JobId id, int64_t offset) {
  int64_t start = 0;
  JZ_ASSIGN_OR_RETURN(auto piece, tx.SelectOne(kReadPiece, {id, offset}, [&](const sql::Row& row) {
    start = row.Int(0);
    return row.Text(1);
  }));
  const auto skip = static_cast<size_t>(offset - start);
  if (!piece || skip >= piece->size()) return std::string();
  return piece->substr(skip);
}

absl::Status DeleteInput(sql::Database& db, JobId id, absl::Time deadline) {
  bool more = true;
  while (more) {
    JZ_RETURN_IF_ERROR(db.Run(deadline, [&](sql::Transaction& tx) -> absl::Status {
      JZ_ASSIGN_OR_RETURN(auto pieces,
                          tx.Select(kPieces, {id}, [](const sql::Row& row) { return row.Int(0); }));
      more = !pieces.empty();
      if (more) return tx.Execute(kDeletePieces, {id, pieces.back()}).status();
      return tx.Execute(kInputGone, {id}).status();
    }));
  }
  return absl::OkStatus();
}

absl::Status DropReceiving(sql::Database& db, JobId id, absl::Time now, absl::Time deadline) {
  bool dropped = false;
  JZ_RETURN_IF_ERROR(db.Run(deadline, [&](sql::Transaction& tx) -> absl::Status {
    dropped = false;
    JZ_ASSIGN_OR_RETURN(auto input, Lock(tx, id));
    if (!input) return absl::OkStatus();
    if (input->state != JOB_STATE_RECEIVING) return NotReceiving(id);
    dropped = true;
    // A state that takes no more input: a crash from here on leaves the rest to a worker's sweep.
    return EndJob(tx, id, Ending{.state = common::v1::JOB_STATE_CANCELLED}, now);
  }));
  if (!dropped) return absl::OkStatus();
  JZ_RETURN_IF_ERROR(DeleteInput(db, id, deadline));
  return db.Run(deadline,
                [&](sql::Transaction& tx) { return tx.Execute(kDeleteJob, {id}).status(); });
}

absl::StatusOr<std::vector<JobId>> FindAbandoned(sql::Transaction& tx, absl::Time before) {
  return tx.Select(kAbandoned, {before}, FirstId);
}

absl::StatusOr<std::vector<JobId>> FindEndedWithInput(sql::Transaction& tx) {
  return tx.Select(kEndedWithInput, {}, FirstId);
}

}  // namespace jz::jobs
