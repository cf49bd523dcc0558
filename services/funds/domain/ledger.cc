#include "services/funds/domain/ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/money.h"
#include "common/status/status.h"
#include "services/funds/domain/invariant.h"

namespace jz::funds {
namespace {

absl::Status AccountNotFound(AccountId id) {
  return NotFound("ACCOUNT_NOT_FOUND", {{"account", id.Name()}}, "no such account");
}

absl::Status RequireAvailable(const Account& account, const Balance& before) {
  if (!account.forbids_negative || AvailableFen(account.type, account.balance) >= 0) {
    return absl::OkStatus();
  }
  return FailedPrecondition("INSUFFICIENT_FUNDS",
                            {{"account", account.id.Name()},
                             {"available_fen", absl::StrCat(AvailableFen(account.type, before))}},
                            "the account may not be overdrawn");
}

absl::Status RequireInRange(const Balance& b) {
  int64_t most = std::max(
      {b.debits_posted_fen, b.debits_pending_fen, b.credits_posted_fen, b.credits_pending_fen});
  if (most <= Money::kMaxFen) return absl::OkStatus();
  return MakeError(absl::StatusCode::kOutOfRange, "MONEY_RANGE", {},
                   "the sums of an account would be too large");
}

}  // namespace

bool SameBody(const Transfer& stored, const Transfer& asked) {
  if (stored.kind != asked.kind || stored.pending != asked.pending) return false;
  if (asked.kind == TransferKind::kVoidPending) return true;
  if (stored.amount_fen != asked.amount_fen) return false;
  if (asked.kind == TransferKind::kPostPending) return true;
  return stored.debit == asked.debit && stored.credit == asked.credit &&
         stored.code == asked.code && stored.trace == asked.trace;
}

void Ledger::AddAccount(Account account) {
  AccountId id = account.id;
  Balance before = account.balance;
  accounts_[id] = {std::move(account), before};
}

void Ledger::AddPending(Transfer pending, int64_t rest_fen) {
  TransferId id = pending.id;
  pendings_[id] = {std::move(pending), rest_fen, rest_fen};
}

const Account* Ledger::FindAccount(AccountId id) const {
  auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second.account;
}

const Transfer* Ledger::FindPending(TransferId id) const {
  auto found = pendings_.find(id);
  return found == pendings_.end() ? nullptr : &found->second.transfer;
}

absl::Status Ledger::Apply(Transfer& transfer) {
  return ResolvesPending(transfer.kind) ? Resolve(transfer) : Move(transfer);
}

absl::Status Ledger::Move(const Transfer& transfer) {
  auto debit = accounts_.find(transfer.debit);
  if (debit == accounts_.end()) return AccountNotFound(transfer.debit);
  auto credit = accounts_.find(transfer.credit);
  if (credit == accounts_.end()) return AccountNotFound(transfer.credit);
  if (debit == credit) {
    return InvalidArgument("ACCOUNTS_EQUAL", {{"account", transfer.debit.Name()}},
                           "a transfer needs two accounts");
  }
  Account& from = debit->second.account;
  Account& to = credit->second.account;
  if (from.unit != to.unit) {
    return FailedPrecondition("ACCOUNT_UNIT_MISMATCH", {{"debit", from.unit}, {"credit", to.unit}},
                              "the accounts have different currencies");
  }

  const Balance from_before = from.balance;
  const Balance to_before = to.balance;
  const bool pending = transfer.kind == TransferKind::kPending;
  (pending ? from.balance.debits_pending_fen : from.balance.debits_posted_fen) +=
      transfer.amount_fen;
  (pending ? to.balance.credits_pending_fen : to.balance.credits_posted_fen) += transfer.amount_fen;
  absl::Status status = RequireInRange(from.balance);
  if (status.ok()) status = RequireInRange(to.balance);
  // Only the side that takes out can be overdrawn: adding to the other never lowers what is
  // available.
  if (status.ok() && GrowsByCredits(from.type)) status = RequireAvailable(from, from_before);
  if (status.ok() && !GrowsByCredits(to.type)) status = RequireAvailable(to, to_before);
  if (!status.ok()) {
    from.balance = from_before;
    to.balance = to_before;
    return status;
  }
  (pending ? pending_change_fen_ : posted_fen_) += transfer.amount_fen;
  if (pending) pendings_[transfer.id] = {transfer, transfer.amount_fen, -1};
  return absl::OkStatus();
}

absl::Status Ledger::Resolve(Transfer& transfer) {
  auto found = pendings_.find(transfer.pending);
  if (found == pendings_.end()) {
    return NotFound("PENDING_NOT_FOUND", {{"transfer", transfer.pending.Name()}},
                    "no such pending transfer");
  }
  auto& [pending, rest_fen, rest_before_fen] = found->second;
  auto debit = accounts_.find(pending.debit);
  if (debit == accounts_.end()) return AccountNotFound(pending.debit);
  auto credit = accounts_.find(pending.credit);
  if (credit == accounts_.end()) return AccountNotFound(pending.credit);
  if (rest_fen == 0) {
    return FailedPrecondition("PENDING_RESOLVED", {{"transfer", pending.id.Name()}},
                              "nothing of the transfer is pending any more");
  }
  const bool post = transfer.kind == TransferKind::kPostPending;
  if (post && transfer.amount_fen > rest_fen) {
    return FailedPrecondition("PENDING_AMOUNT_EXCEEDED", {{"rest_fen", absl::StrCat(rest_fen)}},
                              "less than that is still pending");
  }

  const int64_t amount_fen = post ? transfer.amount_fen : rest_fen;
  Balance from = debit->second.account.balance;
  Balance to = credit->second.account.balance;
  from.debits_pending_fen -= amount_fen;
  to.credits_pending_fen -= amount_fen;
  if (post) {
    from.debits_posted_fen += amount_fen;
    to.credits_posted_fen += amount_fen;
    JZ_RETURN_IF_ERROR(RequireInRange(from));
    JZ_RETURN_IF_ERROR(RequireInRange(to));
    posted_fen_ += amount_fen;
  }
  pending_change_fen_ -= amount_fen;
  rest_fen -= amount_fen;
  debit->second.account.balance = from;
  credit->second.account.balance = to;
  transfer.amount_fen = amount_fen;
  transfer.debit = pending.debit;
  transfer.credit = pending.credit;
  transfer.code = pending.code;
  transfer.trace = pending.trace;
  return absl::OkStatus();
}

std::vector<std::pair<AccountId, Balance>> Ledger::ChangedBalances() const {
  std::vector<std::pair<AccountId, Balance>> changed;
  for (const auto& [id, loaded] : accounts_) {
    if (loaded.account.balance != loaded.before) changed.emplace_back(id, loaded.account.balance);
  }
  std::sort(changed.begin(), changed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return changed;
}

std::vector<std::pair<TransferId, int64_t>> Ledger::ChangedPendingRests() const {
  std::vector<std::pair<TransferId, int64_t>> changed;
  for (const auto& [id, loaded] : pendings_) {
    if (loaded.rest_fen != loaded.rest_before_fen) changed.emplace_back(id, loaded.rest_fen);
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

void Ledger::RequireSound() const {
  absl::int128 debits_posted = 0, debits_pending = 0, credits_posted = 0, credits_pending = 0;
  for (const auto& [id, loaded] : accounts_) {
    const Balance& now = loaded.account.balance;
    debits_posted += now.debits_posted_fen - loaded.before.debits_posted_fen;
    debits_pending += now.debits_pending_fen - loaded.before.debits_pending_fen;
    credits_posted += now.credits_posted_fen - loaded.before.credits_posted_fen;
    credits_pending += now.credits_pending_fen - loaded.before.credits_pending_fen;
    RequireInvariant(now.debits_pending_fen >= 0 && now.credits_pending_fen >= 0,
                     "more was resolved than was pending");
    RequireInvariant(!loaded.account.forbids_negative || now == loaded.before ||
                         AvailableFen(loaded.account.type, now) >= 0,
                     "an account was overdrawn that forbids it");
  }
  RequireInvariant(debits_posted == posted_fen_ && credits_posted == posted_fen_,
                   "posted debits differ from posted credits");
  RequireInvariant(debits_pending == pending_change_fen_ && credits_pending == pending_change_fen_,
                   "pending debits differ from pending credits");
}

}  // namespace jz::funds
