// Double entry: what a transfer does to balances, and when it is refused.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/funds/domain/account.h"
#include "services/funds/domain/ids.h"

namespace jz::funds {

// Numbers as in ledger.proto and table transfer.
enum class TransferKind { kPosted = 1, kPending = 2, kPostPending = 3, kVoidPending = 4 };

constexpr bool ResolvesPending(TransferKind kind) {
  return kind == TransferKind::kPostPending || kind == TransferKind::kVoidPending;
}

struct Transfer {
  TransferId id;
  std::string client_id;  // UUID in lower case
  TransferKind kind = TransferKind::kPosted;
  AccountId debit;
  AccountId credit;
  int64_t amount_fen = 0;
  TransferId pending;  // of the kinds that resolve one
  std::string code;
  std::string trace;
  std::string created_by;
  absl::Time created_at;
};

// Whether `asked` is a repetition of `stored`: equal in all that its caller chose.
bool SameBody(const Transfer& stored, const Transfer& asked);

// The accounts and pending transfers that one database transaction works on, loaded under their
// locks.
class Ledger {
 public:
  void AddAccount(Account account);
  // `rest_fen`: what is neither posted nor voided yet.
  void AddPending(Transfer pending, int64_t rest_fen);

  const Account* FindAccount(AccountId id) const;
  const Transfer* FindPending(TransferId id) const;

  // Applies `transfer`, or changes nothing and says why not: ACCOUNT_NOT_FOUND, ACCOUNTS_EQUAL,
  // ACCOUNT_UNIT_MISMATCH, INSUFFICIENT_FUNDS, MONEY_RANGE, PENDING_NOT_FOUND, PENDING_RESOLVED,
  // PENDING_AMOUNT_EXCEEDED. A kPending transfer can be resolved afterwards; for the kinds that
  // resolve, accounts, code and trace (and a void's amount) are filled in from the pending
  // transfer.
  absl::Status Apply(Transfer& transfer);

  // Of accounts and pending transfers that Apply changed, by id.
  std::vector<std::pair<AccountId, Balance>> ChangedBalances() const;
  std::vector<std::pair<TransferId, int64_t>> ChangedPendingRests() const;

  // Debits equal credits, posted and pending, over all that was applied, and no account that
  // forbids it went below zero; otherwise the process ends.
  void RequireSound() const;

 private:
  struct LoadedAccount {
    Account account;
    Balance before;
  };
  struct LoadedPending {
    Transfer transfer;
    int64_t rest_fen = 0;
    int64_t rest_before_fen = 0;
  };

  absl::Status Move(const Transfer& transfer);
  absl::Status Resolve(Transfer& transfer);

  absl::flat_hash_map<AccountId, LoadedAccount> accounts_;
  absl::flat_hash_map<TransferId, LoadedPending> pendings_;
  // Wide, because a sum over accounts may pass what one account can hold.
  absl::int128 posted_fen_ = 0;
  absl::int128 pending_change_fen_ = 0;  // reserved less released
};

}  // namespace jz::funds
