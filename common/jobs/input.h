// SQL of uploaded input: table job_input and the columns of job that belong to it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/jobs/jobs.h"

namespace jz::jobs {

// FAILED_PRECONDITION (JOB_NOT_RECEIVING), RESOURCE_EXHAUSTED (JOB_INPUT_TOO_LARGE).
absl::Status AppendPieces(sql::Transaction& tx, JobId id, absl::string_view bytes,
                          int64_t max_bytes, absl::Time now);
// RECEIVING -> QUEUED. Repeating it is harmless.
absl::Status CloseInput(sql::Transaction& tx, JobId id, absl::Time now);
// The rest of the piece that `offset` lies in; empty at the end.
absl::StatusOr<std::string> ReadPiece(sql::Transaction& tx, JobId id, int64_t offset);

// Removes a RECEIVING job and its input; OK when it is gone already.
absl::Status DropReceiving(sql::Database& db, JobId id, absl::Time now, absl::Time deadline);
// Deletes the input of an ended job, in short transactions.
absl::Status DeleteInput(sql::Database& db, JobId id, absl::Time deadline);

// A few RECEIVING jobs without new input since `before`, and a few ended ones that still have
// input.
absl::StatusOr<std::vector<JobId>> FindAbandoned(sql::Transaction& tx, absl::Time before);
absl::StatusOr<std::vector<JobId>> FindEndedWithInput(sql::Transaction& tx);

}  // namespace jz::jobs
