// The bank's receipt file: which lines of a batch were paid and which came back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/funds/domain/disbursement.h"

namespace jz::funds {

inline constexpr char kReceiptHeader[] = "line_id,result,amount_fen,bank_reference";
inline constexpr int kMaxReceiptBytes = 4 << 20;

struct ReceiptRow {
  int file_line = 0;
  LineId line;
  LineResult result = LineResult::kNone;
  int64_t amount_fen = 0;
  std::string bank_reference;
};

// INVALID_ARGUMENT: RECEIPT_HEADER, RECEIPT_EMPTY, CSV_FORMAT, CSV_TOO_LONG, or one violation for
// each bad row
// (`rows[<line of the file>].<column>`).
absl::StatusOr<std::vector<ReceiptRow>> ParseReceipt(absl::string_view text);

// What a file changes.
struct ReceiptEffect {
  std::vector<Line> paid;  // for the first time, with the result filled in
  std::vector<Line> returned;
  int known_count = 0;
  int64_t paid_fen = 0;
  bool complete = false;  // every line of the batch has a result now
};

// Matches a file with all lines of its batch. INVALID_ARGUMENT with one violation for each row that
// names an unknown line (LINE_UNKNOWN), another amount (AMOUNT_DIFFERS) or another result than is
// known (RESULT_CONFLICT).
absl::StatusOr<ReceiptEffect> MatchReceipt(absl::Span<const Line> lines,
                                           absl::Span<const ReceiptRow> rows, absl::Time now);

// The payment order for the bank: header and one record a line.
struct BankOrder {
  const Line* line = nullptr;
  std::string bank_account;
};
std::string WriteBankFile(absl::Span<const BankOrder> orders);

}  // namespace jz::funds
