// Of disbursement_store.h: lines and their results.
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"
#include "services/funds/store/disbursement_store.h"

namespace jz::funds {
namespace {

constexpr char kInsertLine[] =
    "INSERT INTO disbursement_line (line_id, batch_id, line_number, client_line_id, region_code, "
    "household_id, person_id, payee_name, bank_account_sealed, bank_account_hash, amount_fen, "
    "item_count) VALUES";
constexpr char kColumns[] =
    "SELECT l.line_id, l.batch_id, l.line_number, l.client_line_id, l.region_code, l.household_id, "
    "l.person_id, l.payee_name, l.bank_account_sealed, l.bank_account_hash, l.amount_fen, "
    "l.item_count, COALESCE(r.result, 0), COALESCE(r.bank_reference, ''), "
    "COALESCE(r.recorded_at_us, 0)";
constexpr char kFromLine[] =
    " FROM disbursement_line l LEFT JOIN disbursement_result r ON r.line_id = l.line_id WHERE ";
constexpr char kLastLineNumber[] =
    "SELECT COALESCE(MAX(line_number), 0) FROM disbursement_line WHERE batch_id = ?";
constexpr char kListPayments[] =
    ", b.purpose, b.pay_date, b.item FROM disbursement_line l "
    "JOIN disbursement_result r ON r.line_id = l.line_id "
    "JOIN disbursement_batch b ON b.batch_id = l.batch_id "
    "WHERE l.household_id = ? AND l.line_id > ? AND r.result = 1 AND ";
// An upsert of rows that exist: only the region is written.
constexpr char kSaveRegionTail[] = "ON DUPLICATE KEY UPDATE region_code = VALUES(region_code)";

Line LineOf(const sql::Row& row) {
  return {.id = row.IdOf<LineId>(0),
          .batch = row.IdOf<BatchId>(1),
          .number = static_cast<int>(row.Int(2)),
          .client_line_id = row.Text(3),
          .region = row.Region(4),
          .household = row.Int(5),
          .person = row.Int(6),
          .payee_name = row.Text(7),
          .bank_account_sealed = row.Text(8),
          .bank_account_hash = row.Text(9),
          .amount_fen = row.Int(10),
          .item_count = row.Int(11),
          .result = static_cast<LineResult>(row.Int(12)),
          .bank_reference = row.Text(13),
          .result_at = row.Time(14)};
}

sql::Values RowsOf(absl::Span<const Line> lines) {
  sql::Values rows;
  rows.reserve(lines.size() * 12);
  for (const Line& l : lines) {
    rows.insert(rows.end(), {l.id, l.batch, l.number, l.client_line_id, l.region, l.household,
                             l.person, l.payee_name, l.bank_account_sealed, l.bank_account_hash,
                             l.amount_fen, l.item_count});
  }
  return rows;
}

sql::Values WithIds(BatchId batch, absl::Span<const std::string> client_line_ids) {
  sql::Values values = {batch};
  values.insert(values.end(), client_line_ids.begin(), client_line_ids.end());
  sql::PadInList(values, client_line_ids.size());
  return values;
}

}  // namespace

absl::Status InsertLines(sql::Transaction& tx, absl::Span<const Line> lines) {
  if (lines.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertLine, 12, RowsOf(lines)).status();
}

absl::Status SaveLineRegions(sql::Transaction& tx, absl::Span<const Line> lines) {
  if (lines.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertLine, 12, RowsOf(lines), kSaveRegionTail).status();
}

absl::StatusOr<std::vector<Line>> LoadLines(sql::Transaction& tx, BatchId batch) {
  return ListLines(tx, batch, 0, kMaxLinesOfBatch);
}

absl::StatusOr<std::vector<Line>> ListLines(sql::Transaction& tx, BatchId batch, int after_number,
                                            int limit) {
  return tx.Select(
      absl::StrCat(kColumns, kFromLine,
                   "l.batch_id = ? AND l.line_number > ? ORDER BY l.line_number LIMIT ?"),
      {batch, after_number, limit}, LineOf);
}

absl::StatusOr<std::vector<Line>> FindLinesByClientId(
    sql::Transaction& tx, BatchId batch, absl::Span<const std::string> client_line_ids) {
  if (client_line_ids.empty()) return std::vector<Line>();
  return tx.Select(absl::StrCat(kColumns, kFromLine, "l.batch_id = ? AND l.client_line_id IN (",
                                sql::InList(client_line_ids.size()), ")"),
                   WithIds(batch, client_line_ids), LineOf);
}

absl::StatusOr<int> LastLineNumber(sql::Transaction& tx, BatchId batch) {
  JZ_ASSIGN_OR_RETURN(
      std::optional<int64_t> last,
      tx.SelectOne(kLastLineNumber, {batch}, [](const sql::Row& row) { return row.Int(0); }));
  return static_cast<int>(last.value_or(0));
}

absl::StatusOr<int64_t> DeleteLines(sql::Transaction& tx, BatchId batch,
                                    absl::Span<const std::string> client_line_ids) {
  return tx.Execute(
      absl::StrCat("DELETE FROM disbursement_line WHERE batch_id = ? AND client_line_id IN (",
                   sql::InList(client_line_ids.size()), ")"),
      WithIds(batch, client_line_ids));
}

absl::StatusOr<std::vector<Payment>> ListPayments(sql::Transaction& tx,
                                                  const auth::RegionScope& scope, int64_t household,
                                                  LineId after, int limit) {
  sql::Values values = {household, after};
  std::string clause = sql::ScopeClause(scope, "l.region_code", values);
  values.push_back(limit);
  return tx.Select(absl::StrCat(kColumns, kListPayments, clause, " ORDER BY l.line_id LIMIT ?"),
                   values, [](const sql::Row& row) {
                     return Payment{.line = LineOf(row),
                                    .purpose = row.Text(15),
                                    .pay_date = row.Day(16),
                                    .item = row.Text(17)};
                   });
}

}  // namespace jz::funds
