// Of disbursement_store.h: batches and their history.
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"
#include "services/funds/store/disbursement_store.h"

namespace jz::funds {
namespace {

constexpr char kInsertBatch[] =
    "INSERT INTO disbursement_batch (batch_id, region_code, purpose, budget_line_id, project_id, "
    "paying_account_id, pay_date, declared_count, declared_total_fen, item, declared_item_total, "
    "standard_fen, paid_per, state, version, pending_transfer_id, reject_reason, created_by, "
    "created_at_us, approved_by, approved_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectBatch[] =
    "SELECT b.batch_id, b.region_code, b.purpose, b.budget_line_id, b.project_id, "
    "b.paying_account_id, b.pay_date, b.declared_count, b.declared_total_fen, b.item, "
    "b.declared_item_total, b.standard_fen, b.paid_per, b.state, b.version, b.pending_transfer_id, "
    "b.reject_reason, b.created_by, b.created_at_us, b.approved_by, b.approved_at_us "
    "FROM disbursement_batch b WHERE ";
constexpr char kUpdateBatch[] =
    "UPDATE disbursement_batch SET state = ?, version = ?, pending_transfer_id = ?, "
    "reject_reason = ?, approved_by = ?, approved_at_us = ? WHERE batch_id = ?";
constexpr char kInsertHistory[] =
    "INSERT INTO disbursement_batch_history (batch_id, version, state, changed_by, changed_at_us, "
    "reason) VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kSumLines[] =
    "SELECT l.batch_id, COALESCE(r.result, 0), COUNT(*), CAST(SUM(l.amount_fen) AS SIGNED), "
    "CAST(SUM(l.item_count) AS SIGNED) FROM disbursement_line l LEFT JOIN disbursement_result r "
    "ON r.line_id = l.line_id WHERE l.batch_id IN (";

Batch BatchOf(const sql::Row& row) {
  return {.id = row.IdOf<BatchId>(0),
          .region = row.Region(1),
          .purpose = row.Text(2),
          .budget_line = row.IdOf<BudgetLineId>(3),
          .project = row.IdOf<ProjectId>(4),
          .paying_account = row.IdOf<AccountId>(5),
          .pay_date = row.Day(6),
          .declared_count = static_cast<int>(row.Int(7)),
          .declared_total_fen = row.Int(8),
          .item = row.Text(9),
          .declared_item_total = row.Int(10),
          .standard_fen = row.Int(11),
          .per = static_cast<PaidPer>(row.Int(12)),
          .state = static_cast<BatchState>(row.Int(13)),
          .version = row.Int(14),
          .pending_transfer = row.IdOf<TransferId>(15),
          .reject_reason = row.Text(16),
          .created_by = row.Text(17),
          .created_at = row.Time(18),
          .approved_by = row.Text(19),
          .approved_at = row.Time(20)};
}

absl::StatusOr<std::optional<Batch>> SelectBatch(sql::Transaction& tx,
                                                 const auth::RegionScope& scope, BatchId id,
                                                 absl::string_view tail) {
  sql::Values values = {id};
  std::string clause = sql::ScopeClause(scope, "b.region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectBatch, "b.batch_id = ? AND ", clause, tail), values,
                      BatchOf);
}

absl::Status InsertHistory(sql::Transaction& tx, const Batch& batch, const Author& author,
                           absl::string_view reason) {
  return tx
      .Execute(kInsertHistory, {batch.id, batch.version, static_cast<int>(batch.state),
                                author.subject, author.now, reason})
      .status();
}

void AddToTotals(const sql::Row& row, BatchTotals& totals) {
  const int count = static_cast<int>(row.Int(2));
  totals.line_count += count;
  totals.line_total_fen += row.Int(3);
  totals.item_total += row.Int(4);
  switch (static_cast<LineResult>(row.Int(1))) {
    case LineResult::kNone:
      break;
    case LineResult::kPaid:
      totals.paid_count = count;
      totals.paid_total_fen = row.Int(3);
      break;
    case LineResult::kReturned:
      totals.returned_count = count;
      totals.returned_total_fen = row.Int(3);
      break;
  }
}

}  // namespace

absl::Status InsertBatch(sql::Transaction& tx, const Batch& batch) {
  JZ_RETURN_IF_ERROR(tx.Execute(kInsertBatch, {batch.id,
                                               batch.region,
                                               batch.purpose,
                                               batch.budget_line,
                                               batch.project,
                                               batch.paying_account,
                                               batch.pay_date,
                                               batch.declared_count,
                                               batch.declared_total_fen,
                                               batch.item,
                                               batch.declared_item_total,
                                               batch.standard_fen,
                                               static_cast<int>(batch.per),
                                               static_cast<int>(batch.state),
                                               batch.version,
                                               batch.pending_transfer,
                                               batch.reject_reason,
                                               batch.created_by,
                                               batch.created_at,
                                               batch.approved_by,
                                               0})
                         .status());
  return InsertHistory(tx, batch, {batch.created_by, batch.created_at}, "");
}

absl::StatusOr<std::optional<Batch>> FindBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                               BatchId id) {
  return SelectBatch(tx, scope, id, "");
}

absl::StatusOr<std::optional<Batch>> LockBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                               BatchId id) {
  return SelectBatch(tx, scope, id, " FOR UPDATE");
}

absl::Status SaveBatchState(sql::Transaction& tx, const Batch& batch, const Author& author,
                            absl::string_view reason) {
  JZ_RETURN_IF_ERROR(
      tx.Execute(kUpdateBatch,
                 {static_cast<int>(batch.state), batch.version, batch.pending_transfer,
                  batch.reject_reason, batch.approved_by,
                  batch.approved_by.empty() ? absl::UnixEpoch() : batch.approved_at, batch.id})
          .status());
  return InsertHistory(tx, batch, author, reason);
}

absl::StatusOr<std::vector<Batch>> ListBatches(sql::Transaction& tx, const auth::RegionScope& scope,
                                               const BatchPage& page) {
  const int state = page.state.has_value() ? static_cast<int>(*page.state) : 0;
  sql::Values values = {page.after_region, page.after_region, page.after, state, state};
  std::string clause = sql::ScopeClause(scope, "b.region_code", values);
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelectBatch,
                                "(b.region_code > ? OR (b.region_code = ? AND b.batch_id > ?)) AND "
                                "(? = 0 OR b.state = ?) AND ",
                                clause, " ORDER BY b.region_code, b.batch_id LIMIT ?"),
                   values, BatchOf);
}

absl::StatusOr<std::vector<BatchTotals>> SumLines(sql::Transaction& tx,
                                                  absl::Span<const BatchId> ids) {
  std::vector<BatchTotals> totals(ids.size());
  if (ids.empty()) return totals;
  absl::flat_hash_map<BatchId, size_t> place;
  for (size_t i = 0; i < ids.size(); ++i) place[ids[i]] = i;
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(kSumLines, sql::InList(ids.size()), ") GROUP BY l.batch_id, 2"), values,
      [&](const sql::Row& row) { AddToTotals(row, totals[place[row.IdOf<BatchId>(0)]]); }));
  return totals;
}

}  // namespace jz::funds
