#include "services/funds/store/transfer_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

constexpr char kInsertTransfer[] =
    "INSERT INTO transfer (transfer_id, client_id, kind, debit_account_id, credit_account_id, "
    "amount_fen, pending_id, code, trace, created_by, created_at_us) VALUES";
constexpr char kUpsertRest[] = "INSERT INTO pending_transfer (transfer_id, rest_fen) VALUES";
constexpr char kUpsertRestTail[] = "ON DUPLICATE KEY UPDATE rest_fen = VALUES(rest_fen)";
constexpr char kColumns[] =
    "t.transfer_id, t.client_id, t.kind, t.debit_account_id, t.credit_account_id, t.amount_fen, "
    "t.pending_id, t.code, t.trace, t.created_by, t.created_at_us";
constexpr char kWithRest[] =
    ", COALESCE(p.rest_fen, 0) FROM transfer t LEFT JOIN pending_transfer p ON p.transfer_id = "
    "t.transfer_id ";
// One half of a statement; each walks its own index and stops at the limit.
constexpr char kHalf[] =
    " = ? AND (t.created_at_us > ? OR (t.created_at_us = ? AND t.transfer_id > ?)) "
    "ORDER BY t.created_at_us, t.transfer_id LIMIT ?)";

Transfer TransferOf(const sql::Row& row) {
  return {.id = row.IdOf<TransferId>(0),
          .client_id = row.Text(1),
          .kind = static_cast<TransferKind>(row.Int(2)),
          .debit = row.IdOf<AccountId>(3),
          .credit = row.IdOf<AccountId>(4),
          .amount_fen = row.Int(5),
          .pending = row.IdOf<TransferId>(6),
          .code = row.Text(7),
          .trace = row.Text(8),
          .created_by = row.Text(9),
          .created_at = row.Time(10)};
}

StoredTransfer StoredOf(const sql::Row& row) {
  return {.transfer = TransferOf(row), .pending_rest_fen = row.Int(11)};
}

}  // namespace

absl::Status InsertTransfers(sql::Transaction& tx, absl::Span<const Transfer* const> transfers) {
  if (transfers.empty()) return absl::OkStatus();
  sql::Values rows;
  rows.reserve(transfers.size() * 11);
  for (const Transfer* t : transfers) {
    rows.emplace_back(t->id);
    rows.emplace_back(t->client_id);
    rows.emplace_back(static_cast<int>(t->kind));
    rows.emplace_back(t->debit);
    rows.emplace_back(t->credit);
    rows.emplace_back(t->amount_fen);
    rows.emplace_back(t->pending);
    rows.emplace_back(t->code);
    rows.emplace_back(t->trace);
    rows.emplace_back(t->created_by);
    rows.emplace_back(t->created_at);
  }
  return tx.InsertRows(kInsertTransfer, 11, rows).status();
}

absl::StatusOr<std::vector<Transfer>> FindByClientIds(sql::Transaction& tx,
                                                      absl::Span<const std::string> client_ids) {
  if (client_ids.empty()) return std::vector<Transfer>();
  sql::Values values(client_ids.begin(), client_ids.end());
  sql::PadInList(values, client_ids.size());
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM transfer t WHERE t.client_id IN (",
                                sql::InList(client_ids.size()), ")"),
                   values, TransferOf);
}

absl::StatusOr<std::vector<Transfer>> FindPendings(sql::Transaction& tx,
                                                   absl::Span<const TransferId> ids) {
  if (ids.empty()) return std::vector<Transfer>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  values.push_back(static_cast<int>(TransferKind::kPending));
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM transfer t WHERE t.transfer_id IN (",
                                sql::InList(ids.size()), ") AND t.kind = ?"),
                   values, TransferOf);
}

absl::StatusOr<PendingRests> LockPendingRests(sql::Transaction& tx,
                                              absl::Span<const TransferId> ids) {
  if (ids.empty()) return PendingRests();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx.Select(absl::StrCat("SELECT transfer_id, rest_fen FROM pending_transfer WHERE "
                                "transfer_id IN (",
                                sql::InList(ids.size()), ") ORDER BY transfer_id FOR UPDATE"),
                   values, [](const sql::Row& row) {
                     return std::make_pair(row.IdOf<TransferId>(0), row.Int(1));
                   });
}

absl::Status SavePendingRests(sql::Transaction& tx, const PendingRests& rests) {
  if (rests.empty()) return absl::OkStatus();
  sql::Values rows;
  for (const auto& [id, rest_fen] : rests) rows.insert(rows.end(), {id, rest_fen});
  return tx.InsertRows(kUpsertRest, 2, rows, kUpsertRestTail).status();
}

absl::StatusOr<std::optional<StoredTransfer>> FindTransfer(sql::Transaction& tx,
                                                           const auth::RegionScope& scope,
                                                           TransferId id) {
  sql::Values values = {id};
  std::string debit = sql::ScopeClause(scope, "d.region_code", values);
  std::string credit = sql::ScopeClause(scope, "c.region_code", values);
  return tx.SelectOne(absl::StrCat("SELECT ", kColumns, kWithRest,
                                   "JOIN account d ON d.account_id = t.debit_account_id "
                                   "JOIN account c ON c.account_id = t.credit_account_id "
                                   "WHERE t.transfer_id = ? AND (",
                                   debit, " OR ", credit, ")"),
                      values, StoredOf);
}

absl::StatusOr<std::vector<StoredTransfer>> ListTransfers(sql::Transaction& tx,
                                                          const TransferPage& page) {
  sql::Values values;
  for (int half = 0; half < 2; ++half) {
    values.insert(values.end(),
                  {page.account, page.after_time, page.after_time, page.after, page.limit});
  }
  const std::string select = absl::StrCat("(SELECT ", kColumns, kWithRest, "WHERE ");
  JZ_ASSIGN_OR_RETURN(std::vector<StoredTransfer> both,
                      tx.Select(absl::StrCat(select, "t.debit_account_id", kHalf, " UNION ALL ",
                                             select, "t.credit_account_id", kHalf),
                                values, StoredOf));
  std::sort(both.begin(), both.end(), [](const StoredTransfer& a, const StoredTransfer& b) {
    return std::make_pair(a.transfer.created_at, a.transfer.id) <
           std::make_pair(b.transfer.created_at, b.transfer.id);
  });
  if (both.size() > static_cast<size_t>(page.limit)) both.resize(page.limit);
  return both;
}

}  // namespace jz::funds
