// Tables payment_claim, disbursement_result, bank_receipt and bank_file_reading.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/funds/domain/disbursement.h"
#include "services/funds/store/budget_store.h"

namespace jz::funds {

// The (household, person or 0) among `lines` that another batch pays for the same purpose in the
// same year.
absl::StatusOr<absl::flat_hash_set<std::pair<int64_t, int64_t>>> FindClaims(
    sql::Transaction& tx, const Batch& batch, absl::Span<const Line> lines);
// ALREADY_EXISTS, constraint PRIMARY, when another batch was quicker.
absl::Status InsertClaims(sql::Transaction& tx, const Batch& batch, absl::Span<const Line> lines);
// Of a whole batch, or of returned lines.
absl::Status DeleteClaims(sql::Transaction& tx, BatchId batch);
absl::Status DeleteClaims(sql::Transaction& tx, BatchId batch, absl::Span<const Line> lines);

struct Receipt {
  int64_t id = 0;
  BatchId batch;
  std::string file_sha256;
  int paid_count = 0;
  int returned_count = 0;
};
absl::Status InsertReceipt(sql::Transaction& tx, const Receipt& receipt, const Author& author);
absl::Status InsertResults(sql::Transaction& tx, int64_t receipt, absl::Span<const Line> lines);

struct BankFileReading {
  int64_t id = 0;
  BatchId batch;
  std::string reason;
};
absl::Status InsertBankFileReading(sql::Transaction& tx, const BankFileReading& reading,
                                   const Author& author);

}  // namespace jz::funds
