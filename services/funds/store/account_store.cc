#include "services/funds/store/account_store.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

constexpr char kInsertAccount[] =
    "INSERT INTO account (account_id, region_code, code, display_name, type, fund_source, unit, "
    "forbids_negative, managed, created_by, created_at_us) VALUES";
constexpr char kUpsertBalance[] =
    "INSERT INTO account_balance (account_id, debits_posted_fen, debits_pending_fen, "
    "credits_posted_fen, credits_pending_fen) VALUES";
constexpr char kUpsertBalanceTail[] =
    "ON DUPLICATE KEY UPDATE debits_posted_fen = VALUES(debits_posted_fen), "
    "debits_pending_fen = VALUES(debits_pending_fen), "
    "credits_posted_fen = VALUES(credits_posted_fen), "
    "credits_pending_fen = VALUES(credits_pending_fen)";
constexpr char kSelectAccount[] =
    "SELECT a.account_id, a.region_code, a.code, a.display_name, a.type, a.fund_source, a.unit, "
    "a.forbids_negative, a.managed, a.created_by, a.created_at_us, b.debits_posted_fen, "
    "b.debits_pending_fen, b.credits_posted_fen, b.credits_pending_fen "
    "FROM account a JOIN account_balance b ON b.account_id = a.account_id WHERE ";
constexpr char kLockBalances[] = "SELECT account_id FROM account_balance WHERE account_id IN (";
constexpr char kSumBalances[] =
    "SELECT a.type, a.unit, COUNT(*), CAST(SUM(b.debits_posted_fen) AS SIGNED), "
    "CAST(SUM(b.debits_pending_fen) AS SIGNED), CAST(SUM(b.credits_posted_fen) AS SIGNED), "
    "CAST(SUM(b.credits_pending_fen) AS SIGNED) "
    "FROM account a JOIN account_balance b ON b.account_id = a.account_id WHERE ";

Balance BalanceOf(const sql::Row& row, int first) {
  return {.debits_posted_fen = row.Int(first),
          .debits_pending_fen = row.Int(first + 1),
          .credits_posted_fen = row.Int(first + 2),
          .credits_pending_fen = row.Int(first + 3)};
}

Account AccountOf(const sql::Row& row) {
  return {.id = row.IdOf<AccountId>(0),
          .region = row.Region(1),
          .code = row.Text(2),
          .display_name = row.Text(3),
          .type = static_cast<AccountType>(row.Int(4)),
          .fund_source = row.Text(5),
          .unit = row.Text(6),
          .forbids_negative = row.Bool(7),
          .managed = row.Bool(8),
          .created_by = row.Text(9),
          .created_at = row.Time(10),
          .balance = BalanceOf(row, 11)};
}

}  // namespace

absl::Status InsertAccounts(sql::Transaction& tx, absl::Span<const Account> accounts) {
  sql::Values rows;
  sql::Values balances;
  for (const Account& a : accounts) {
    rows.insert(rows.end(),
                {a.id, a.region, a.code, a.display_name, static_cast<int>(a.type), a.fund_source,
                 a.unit, a.forbids_negative, a.managed, a.created_by, a.created_at});
    balances.insert(balances.end(), {a.id, 0, 0, 0, 0});
  }
  JZ_RETURN_IF_ERROR(tx.InsertRows(kInsertAccount, 11, rows).status());
  return tx.InsertRows(kUpsertBalance, 5, balances).status();
}

absl::StatusOr<std::optional<Account>> FindAccount(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, AccountId id) {
  sql::Values values = {id};
  std::string clause = sql::ScopeClause(scope, "a.region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectAccount, "a.account_id = ? AND ", clause), values,
                      AccountOf);
}

absl::StatusOr<std::vector<Account>> ListAccounts(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const AccountPage& page) {
  sql::Values values = {page.after_region, page.after_region, page.after_code, page.code,
                        page.code};
  std::string clause = sql::ScopeClause(scope, "a.region_code", values);
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelectAccount,
                                "(a.region_code > ? OR (a.region_code = ? AND a.code > ?)) AND "
                                "(? = '' OR a.code = ?) AND ",
                                clause, " ORDER BY a.region_code, a.code LIMIT ?"),
                   values, AccountOf);
}

absl::StatusOr<std::vector<Account>> LockAccounts(sql::Transaction& tx,
                                                  absl::Span<const AccountId> ids) {
  if (ids.empty()) return std::vector<Account>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  const std::string list = sql::InList(ids.size());
  // The primary key is walked in order, so that all transactions take their locks in the same
  // order. The accounts themselves never change and stay unlocked.
  JZ_RETURN_IF_ERROR(tx.Query(absl::StrCat(kLockBalances, list, ") ORDER BY account_id FOR UPDATE"),
                              values, [](const sql::Row&) {}));
  return tx.Select(absl::StrCat(kSelectAccount, "a.account_id IN (", list, ")"), values, AccountOf);
}

absl::Status SaveBalances(sql::Transaction& tx,
                          absl::Span<const std::pair<AccountId, Balance>> balances) {
  if (balances.empty()) return absl::OkStatus();
  sql::Values rows;
  rows.reserve(balances.size() * 5);
  for (const auto& [id, b] : balances) {
    rows.insert(rows.end(), {id, b.debits_posted_fen, b.debits_pending_fen, b.credits_posted_fen,
                             b.credits_pending_fen});
  }
  return tx.InsertRows(kUpsertBalance, 5, rows, kUpsertBalanceTail).status();
}

absl::StatusOr<std::vector<TrialBalanceRow>> SumBalances(sql::Transaction& tx,
                                                         const auth::RegionScope& scope) {
  sql::Values values;
  std::string clause = sql::ScopeClause(scope, "a.region_code", values);
  return tx.Select(
      absl::StrCat(kSumBalances, clause, " GROUP BY a.type, a.unit ORDER BY a.type, a.unit"),
      values, [](const sql::Row& row) {
        return TrialBalanceRow{.type = static_cast<AccountType>(row.Int(0)),
                               .unit = row.Text(1),
                               .account_count = row.Int(2),
                               .balance = BalanceOf(row, 3)};
      });
}

}  // namespace jz::funds
