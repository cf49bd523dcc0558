// After approval: the bank file, and what the bank's receipts do.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/sealer.h"
#include "common/sql/database.h"
#include "services/funds/domain/receipt.h"
#include "services/funds/store/payment_store.h"
#include "services/funds/use_case_batch.h"

namespace jz::funds {

// What account numbers are sealed for.
inline constexpr char kBankAccountContext[] = "disbursement_line.bank_account";

// The payment order, with full account numbers; records the reading.
absl::StatusOr<std::string> ReadBankFile(sql::Transaction& tx, const Actor& actor,
                                         const crypto::Sealer& sealer,
                                         const BankFileReading& reading);

// A parsed receipt file. `posted` and `released` bring ids and client ids of the transfers that it
// may make.
struct ReceiptFile {
  int64_t id = 0;
  BatchId batch;
  std::string sha256;
  std::vector<ReceiptRow> rows;
  Posting posted;
  Posting released;
};
struct AppliedReceipt {
  Batch batch;
  BatchTotals totals;
  int new_paid_count = 0;
  int new_returned_count = 0;
  int known_count = 0;
};
// Stores the results, posts what was paid and publishes it. With the last result what was returned
// is given back and the batch closed; ends the process when paid and returned would not come to the
// total.
absl::StatusOr<AppliedReceipt> ApplyReceipt(sql::Transaction& tx, const Actor& actor,
                                            ReceiptFile& file);

}  // namespace jz::funds
