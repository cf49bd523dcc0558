#include "services/funds/domain/receipt.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/money.h"
#include "common/status/status.h"
#include "services/funds/domain/csv.h"

namespace jz::funds {
namespace {

constexpr int kMaxRows = 2 * kMaxLinesOfBatch;
constexpr size_t kMaxReference = 64;

std::string FieldOf(int file_line, absl::string_view column) {
  return absl::StrCat("rows[", file_line, "].", column);
}

bool PrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isprint(c); });
}

ReceiptRow ParseRow(const CsvRecord& record, Violations& violations) {
  auto bad = [&](absl::string_view column, absl::string_view rule, absl::string_view text) {
    violations.Add(FieldOf(record.line, column), rule, text);
  };
  ReceiptRow row;
  row.file_line = record.line;
  if (record.fields.size() != 4) {
    bad("", "COLUMN_COUNT", absl::StrCat("4 columns are expected: ", kReceiptHeader));
    return row;
  }
  const std::vector<std::string>& fields = record.fields;
  if (auto id = DecodeId(fields[0]); id.ok()) {
    row.line = LineId(*id);
  } else {
    bad("line_id", "FORMAT", "13 characters, as in the bank file");
  }
  if (fields[1] == "PAID") {
    row.result = LineResult::kPaid;
  } else if (fields[1] == "RETURNED") {
    row.result = LineResult::kReturned;
  } else {
    bad("result", "FORMAT", "PAID or RETURNED");
  }
  if (!absl::SimpleAtoi(fields[2], &row.amount_fen) || row.amount_fen < 0 ||
      row.amount_fen > Money::kMaxFen) {
    bad("amount_fen", "FORMAT", "a whole number of fen");
  }
  if (fields[3].size() > kMaxReference || !PrintableAscii(fields[3])) {
    bad("bank_reference", "FORMAT", "up to 64 printable ASCII characters");
  }
  row.bank_reference = fields[3];
  return row;
}

}  // namespace

absl::StatusOr<std::vector<ReceiptRow>> ParseReceipt(absl::string_view text) {
  JZ_ASSIGN_OR_RETURN(std::vector<CsvRecord> records, ParseCsv(text, kMaxRows + 1));
  if (records.empty()) return InvalidArgument("RECEIPT_EMPTY", {}, "the file is empty");
  if (absl::StrJoin(records[0].fields, ",") != kReceiptHeader) {
    return InvalidArgument("RECEIPT_HEADER", {{"expected", kReceiptHeader}},
                           absl::StrCat("the first line must be ", kReceiptHeader));
  }
  if (records.size() == 1) return InvalidArgument("RECEIPT_EMPTY", {}, "the file has no rows");
  Violations violations;
  std::vector<ReceiptRow> rows;
  rows.reserve(records.size() - 1);
  for (size_t i = 1; i < records.size(); ++i) rows.push_back(ParseRow(records[i], violations));
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return rows;
}

absl::StatusOr<ReceiptEffect> MatchReceipt(absl::Span<const Line> lines,
                                           absl::Span<const ReceiptRow> rows, absl::Time now) {
  absl::flat_hash_map<LineId, Line> by_id;
  size_t open = 0;
  for (const Line& line : lines) {
    by_id[line.id] = line;
    if (line.result == LineResult::kNone) ++open;
  }

  Violations violations;
  ReceiptEffect effect;
  for (const ReceiptRow& row : rows) {
    auto found = by_id.find(row.line);
    if (found == by_id.end()) {
      violations.Add(FieldOf(row.file_line, "line_id"), "LINE_UNKNOWN",
                     "no such line in the batch");
      continue;
    }
    Line& line = found->second;
    if (line.amount_fen != row.amount_fen) {
      violations.Add(FieldOf(row.file_line, "amount_fen"), "AMOUNT_DIFFERS",
                     absl::StrCat("the line is of ", line.amount_fen, " fen"));
    } else if (line.result == row.result) {
      ++effect.known_count;
    } else if (line.result != LineResult::kNone) {
      violations.Add(FieldOf(row.file_line, "result"), "RESULT_CONFLICT",
                     "another result was received before");
    } else {
      line.result = row.result;
      line.bank_reference = row.bank_reference;
      line.result_at = now;
      --open;
      bool paid = row.result == LineResult::kPaid;
      if (paid) effect.paid_fen += line.amount_fen;
      (paid ? effect.paid : effect.returned).push_back(line);
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  effect.complete = open == 0;
  return effect;
}

std::string WriteBankFile(absl::Span<const BankOrder> orders) {
  std::string file = "line_id,line_number,payee_name,bank_account,amount_fen\r\n";
  for (const BankOrder& order : orders) {
    AppendCsv(file,
              {EncodeId(order.line->id.value()), absl::StrCat(order.line->number),
               order.line->payee_name, order.bank_account, absl::StrCat(order.line->amount_fen)});
  }
  return file;
}

}  // namespace jz::funds
