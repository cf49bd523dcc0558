#include "services/funds/store/payment_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

constexpr char kInsertClaim[] =
    "INSERT INTO payment_claim (purpose, year, household_id, person_id, line_id, batch_id) VALUES";
constexpr char kDeleteClaimsOfBatch[] = "DELETE FROM payment_claim WHERE batch_id = ?";
constexpr char kInsertReceipt[] =
    "INSERT INTO bank_receipt (receipt_id, batch_id, file_sha256, paid_count, returned_count, "
    "uploaded_by, uploaded_at_us) VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertResult[] =
    "INSERT INTO disbursement_result (line_id, batch_id, result, bank_reference, receipt_id, "
    "recorded_at_us) VALUES";
constexpr char kInsertReading[] =
    "INSERT INTO bank_file_reading (reading_id, batch_id, read_by, reason, read_at_us) "
    "VALUES (?, ?, ?, ?, ?)";

}  // namespace

absl::StatusOr<absl::flat_hash_set<std::pair<int64_t, int64_t>>> FindClaims(
    sql::Transaction& tx, const Batch& batch, absl::Span<const Line> lines) {
  absl::flat_hash_set<std::pair<int64_t, int64_t>> claims;
  if (lines.empty()) return claims;
  sql::Values values = {batch.purpose, batch.year(), batch.id};
  for (const Line& line : lines) values.emplace_back(line.household);
  sql::PadInList(values, lines.size());
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat("SELECT household_id, person_id FROM payment_claim WHERE purpose = ? AND "
                   "year = ? AND batch_id <> ? AND household_id IN (",
                   sql::InList(lines.size()), ")"),
      values, [&](const sql::Row& row) { claims.emplace(row.Int(0), row.Int(1)); }));
  return claims;
}

absl::Status InsertClaims(sql::Transaction& tx, const Batch& batch, absl::Span<const Line> lines) {
  sql::Values rows;
  rows.reserve(lines.size() * 6);
  for (const Line& l : lines) {
    rows.insert(rows.end(), {batch.purpose, batch.year(), l.household, l.person, l.id, batch.id});
  }
  return tx.InsertRows(kInsertClaim, 6, rows).status();
}

absl::Status DeleteClaims(sql::Transaction& tx, BatchId batch) {
  return tx.Execute(kDeleteClaimsOfBatch, {batch}).status();
}

absl::Status DeleteClaims(sql::Transaction& tx, BatchId batch, absl::Span<const Line> lines) {
  if (lines.empty()) return absl::OkStatus();
  sql::Values values = {batch};
  for (const Line& line : lines) values.emplace_back(line.id);
  sql::PadInList(values, lines.size());
  return tx
      .Execute(absl::StrCat("DELETE FROM payment_claim WHERE batch_id = ? AND line_id IN (",
                            sql::InList(lines.size()), ")"),
               values)
      .status();
}

absl::Status InsertReceipt(sql::Transaction& tx, const Receipt& receipt, const Author& author) {
  return tx
      .Execute(kInsertReceipt, {receipt.id, receipt.batch, receipt.file_sha256, receipt.paid_count,
                                receipt.returned_count, author.subject, author.now})
      .status();
}

absl::Status InsertResults(sql::Transaction& tx, int64_t receipt, absl::Span<const Line> lines) {
  if (lines.empty()) return absl::OkStatus();
  sql::Values rows;
  rows.reserve(lines.size() * 6);
  for (const Line& l : lines) {
    rows.insert(rows.end(), {l.id, l.batch, static_cast<int>(l.result), l.bank_reference, receipt,
                             l.result_at});
  }
  return tx.InsertRows(kInsertResult, 6, rows).status();
}

absl::Status InsertBankFileReading(sql::Transaction& tx, const BankFileReading& reading,
                                   const Author& author) {
  return tx
      .Execute(kInsertReading,
               {reading.id, reading.batch, author.subject, reading.reason, author.now})
      .status();
}

}  // namespace jz::funds
