// Tables disbursement_batch, its history, and disbursement_line with disbursement_result.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/disbursement.h"
#include "services/funds/store/budget_store.h"

namespace jz::funds {

// With its first row of history.
absl::Status InsertBatch(sql::Transaction& tx, const Batch& batch);
absl::StatusOr<std::optional<Batch>> FindBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                               BatchId id);
// Everything that changes a batch or its lines locks the batch first, and accounts after it.
absl::StatusOr<std::optional<Batch>> LockBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                               BatchId id);
// Writes what changes of a locked batch (state, version, reservation, checker, reason), and its
// history.
absl::Status SaveBatchState(sql::Transaction& tx, const Batch& batch, const Author& author,
                            absl::string_view reason = "");

// A page in order of (region, id).
struct BatchPage {
  std::optional<BatchState> state;
  RegionCode after_region;
  BatchId after;
  int limit = 50;
};
absl::StatusOr<std::vector<Batch>> ListBatches(sql::Transaction& tx, const auth::RegionScope& scope,
                                               const BatchPage& page);

// Totals in the order of `ids`.
absl::StatusOr<std::vector<BatchTotals>> SumLines(sql::Transaction& tx,
                                                  absl::Span<const BatchId> ids);

// The functions on lines work on a batch that the caller has found inside its scope.
absl::Status InsertLines(sql::Transaction& tx, absl::Span<const Line> lines);
// All lines, in order of their numbers; at most kMaxLinesOfBatch.
absl::StatusOr<std::vector<Line>> LoadLines(sql::Transaction& tx, BatchId batch);
absl::StatusOr<std::vector<Line>> ListLines(sql::Transaction& tx, BatchId batch, int after_number,
                                            int limit);
absl::StatusOr<std::vector<Line>> FindLinesByClientId(
    sql::Transaction& tx, BatchId batch, absl::Span<const std::string> client_line_ids);
absl::StatusOr<int> LastLineNumber(sql::Transaction& tx, BatchId batch);
// Lines removed.
absl::StatusOr<int64_t> DeleteLines(sql::Transaction& tx, BatchId batch,
                                    absl::Span<const std::string> client_line_ids);
absl::Status SaveLineRegions(sql::Transaction& tx, absl::Span<const Line> lines);

// A paid line with what its batch says.
struct Payment {
  Line line;
  std::string purpose;
  Date pay_date;
  std::string item;
};
// Of one household, oldest first.
absl::StatusOr<std::vector<Payment>> ListPayments(sql::Transaction& tx,
                                                  const auth::RegionScope& scope, int64_t household,
                                                  LineId after, int limit);

}  // namespace jz::funds
