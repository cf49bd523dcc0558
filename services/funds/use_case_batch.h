// The way of a disbursement batch from declaration to approval.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/disbursement.h"
#include "services/funds/store/budget_store.h"
#include "services/funds/use_case_post_transfers.h"

namespace jz::funds {

// Who acts, and where.
struct Actor {
  const auth::RegionScope& scope;
  Author author;
};

// NOT_FOUND, reason BATCH_NOT_FOUND.
absl::Status BatchNotFound(BatchId id);

// Stores a draft after checking purpose, budget line, project and paying account.
absl::Status CreateBatch(sql::Transaction& tx, const auth::RegionScope& scope, const Batch& batch);

struct AddedLines {
  std::vector<LineId> ids;  // in the order of the request
  BatchTotals totals;
};
// `lines` come with ids, but without number and region. See NewLine in disbursement.proto.
absl::StatusOr<AddedLines> AddLines(sql::Transaction& tx, const Actor& actor, BatchId id,
                                    std::vector<Line> lines);

struct RemovedLines {
  int64_t removed_count = 0;
  BatchTotals totals;
};
absl::StatusOr<RemovedLines> RemoveLines(sql::Transaction& tx, const Actor& actor, BatchId id,
                                         absl::Span<const std::string> client_line_ids);

// What a submission would meet; changes nothing.
struct BatchCheck {
  Batch batch;
  BatchTotals totals;
  std::vector<RefusedLine> refused;
};
absl::StatusOr<BatchCheck> CheckBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                      BatchId id);

// One step of a batch. `posting` brings id and client id of the transfer that the step may make.
struct BatchStep {
  BatchId id;
  std::string etag;
  std::string reason;  // of a rejection
  Posting posting;
};
// Checks all lines, claims the payments and reserves the money.
absl::StatusOr<Batch> SubmitBatch(sql::Transaction& tx, const Actor& actor, BatchStep& step);
absl::StatusOr<Batch> CancelBatch(sql::Transaction& tx, const Actor& actor, const BatchStep& step);
absl::StatusOr<Batch> ApproveBatch(sql::Transaction& tx, const Actor& actor, const BatchStep& step);
// Gives up claims and reservation; the batch is a draft again.
absl::StatusOr<Batch> RejectBatch(sql::Transaction& tx, const Actor& actor, BatchStep& step);

}  // namespace jz::funds
