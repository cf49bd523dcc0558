#include "services/funds/use_case_post_transfers.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/transfer_store.h"

namespace jz::funds {
namespace {

constexpr int kListedRefusals = 20;

template <class T>
void SortUnique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// Loads what `postings` work on, under locks.
absl::StatusOr<Ledger> LoadLedger(sql::Transaction& tx, absl::Span<Posting* const> postings) {
  std::vector<TransferId> pending_ids;
  std::vector<AccountId> account_ids;
  for (const Posting* posting : postings) {
    const Transfer& transfer = posting->transfer;
    if (ResolvesPending(transfer.kind)) {
      pending_ids.push_back(transfer.pending);
    } else {
      account_ids.push_back(transfer.debit);
      account_ids.push_back(transfer.credit);
    }
  }
  SortUnique(pending_ids);
  // Transfers never change: which accounts a pending one holds can be read before anything is
  // locked.
  JZ_ASSIGN_OR_RETURN(std::vector<Transfer> pendings, FindPendings(tx, pending_ids));
  for (const Transfer& pending : pendings) {
    account_ids.push_back(pending.debit);
    account_ids.push_back(pending.credit);
  }
  SortUnique(account_ids);

  Ledger ledger;
  JZ_ASSIGN_OR_RETURN(std::vector<Account> accounts, LockAccounts(tx, account_ids));
  for (Account& account : accounts) ledger.AddAccount(std::move(account));
  JZ_ASSIGN_OR_RETURN(PendingRests rests, LockPendingRests(tx, pending_ids));
  absl::flat_hash_map<TransferId, int64_t> rest_of(rests.begin(), rests.end());
  for (Transfer& pending : pendings) {
    int64_t rest_fen = rest_of[pending.id];
    ledger.AddPending(std::move(pending), rest_fen);
  }
  return ledger;
}

absl::flat_hash_map<std::string, Transfer> ById(std::vector<Transfer> transfers) {
  absl::flat_hash_map<std::string, Transfer> by_id;
  for (Transfer& transfer : transfers) {
    std::string id = transfer.client_id;
    by_id.emplace(std::move(id), std::move(transfer));
  }
  return by_id;
}

// An account that the caller may use, as far as scope and management go.
absl::Status CheckAccount(const Ledger& ledger, AccountId id, const Posting& posting) {
  const Account* account = ledger.FindAccount(id);
  if (account == nullptr || !posting.scope->Contains(account->region)) {
    return NotFound("ACCOUNT_NOT_FOUND", {{"account", id.Name()}}, "no such account");
  }
  if (account->managed && !posting.may_use_managed) {
    return FailedPrecondition("ACCOUNT_MANAGED", {{"account", id.Name()}},
                              "the account is moved by disbursements only");
  }
  return absl::OkStatus();
}

absl::Status CheckAccess(const Ledger& ledger, const Posting& posting) {
  const Transfer* accounts = &posting.transfer;
  if (ResolvesPending(posting.transfer.kind)) {
    accounts = ledger.FindPending(posting.transfer.pending);
    if (accounts == nullptr) return absl::OkStatus();  // Apply says that it does not exist
  }
  absl::Status status = CheckAccount(ledger, accounts->debit, posting);
  if (status.ok()) status = CheckAccount(ledger, accounts->credit, posting);
  if (absl::IsNotFound(status) && ResolvesPending(posting.transfer.kind)) {
    return NotFound("PENDING_NOT_FOUND", {{"transfer", posting.transfer.pending.Name()}},
                    "no such pending transfer");
  }
  return status;
}

absl::Status IdReused(const Transfer& transfer) {
  return InvalidArgument("TRANSFER_ID_REUSED", {{"transfer_id", transfer.client_id}},
                         "this id was used before for another transfer");
}

absl::Status RefuseAll(absl::Span<Posting* const> postings) {
  const absl::Status* first = nullptr;
  int index = 0;
  int refused_count = 0;
  std::string refused;
  for (size_t i = 0; i < postings.size(); ++i) {
    const absl::Status& status = postings[i]->status;
    if (status.ok()) continue;
    if (first == nullptr) {
      first = &status;
      index = static_cast<int>(i);
    }
    if (refused_count++ < kListedRefusals) {
      absl::StrAppend(&refused, refused.empty() ? "" : ",", i, ":", ReasonOf(status));
    }
  }
  if (first == nullptr) return absl::OkStatus();
  Metadata metadata = {{"index", absl::StrCat(index)},
                       {"transfer_id", postings[index]->transfer.client_id},
                       {"refused_count", absl::StrCat(refused_count)},
                       {"refused", refused}};
  for (const char* key : {"account", "available_fen", "rest_fen", "transfer"}) {
    std::string value = MetadataOf(*first, key);
    if (!value.empty()) metadata.emplace_back(key, value);
  }
  return MakeError(first->code(), ReasonOf(*first), std::move(metadata),
                   absl::StrCat("item ", index, ": ", absl::string_view(first->message())));
}

}  // namespace

absl::Status PostAll(sql::Transaction& tx, absl::Span<Posting* const> postings,
                     Atomicity atomicity) {
  JZ_ASSIGN_OR_RETURN(Ledger ledger, LoadLedger(tx, postings));
  std::vector<std::string> client_ids;
  client_ids.reserve(postings.size());
  for (const Posting* posting : postings) client_ids.push_back(posting->transfer.client_id);
  // Only now, under the locks, can a repetition be told from a first.
  JZ_ASSIGN_OR_RETURN(std::vector<Transfer> found, FindByClientIds(tx, client_ids));
  absl::flat_hash_map<std::string, Transfer> known = ById(std::move(found));

  std::vector<const Transfer*> made;
  made.reserve(postings.size());
  for (Posting* posting : postings) {
    Transfer& transfer = posting->transfer;
    posting->status = CheckAccess(ledger, *posting);
    if (!posting->status.ok()) continue;
    auto stored = known.find(transfer.client_id);
    if (stored != known.end()) {
      if (SameBody(stored->second, transfer)) {
        transfer = stored->second;
      } else {
        posting->status = IdReused(transfer);
      }
      continue;
    }
    posting->status = ledger.Apply(transfer);
    if (!posting->status.ok()) continue;
    known.emplace(transfer.client_id, transfer);
    made.push_back(&transfer);
  }
  if (atomicity == Atomicity::kAllOrNone) JZ_RETURN_IF_ERROR(RefuseAll(postings));

  ledger.RequireSound();
  JZ_RETURN_IF_ERROR(InsertTransfers(tx, made));
  JZ_RETURN_IF_ERROR(SavePendingRests(tx, ledger.ChangedPendingRests()));
  return SaveBalances(tx, ledger.ChangedBalances());
}

absl::Status PostOne(sql::Transaction& tx, Posting& posting) {
  static const auth::RegionScope everything = auth::RegionScope::Everything();
  posting.scope = &everything;
  posting.may_use_managed = true;
  Posting* one[] = {&posting};
  JZ_RETURN_IF_ERROR(PostAll(tx, one, Atomicity::kEach));
  return posting.status;
}

absl::Status AssignIds(sql::IdAllocator& ids, std::vector<Posting>& postings, absl::Time deadline) {
  std::map<RegionCode, std::vector<Posting*>> by_county;
  for (Posting& posting : postings) {
    const Transfer& transfer = posting.transfer;
    int64_t near =
        ResolvesPending(transfer.kind) ? transfer.pending.value() : transfer.debit.value();
    by_county[CountyNear(*posting.scope, near)].push_back(&posting);
  }
  for (auto& [region, of_county] : by_county) {
    JZ_ASSIGN_OR_RETURN(std::vector<int64_t> next,
                        ids.Next(region, static_cast<int>(of_county.size()), deadline));
    for (size_t i = 0; i < of_county.size(); ++i) {
      of_county[i]->transfer.id = TransferId(next[i]);
    }
  }
  return absl::OkStatus();
}

RegionCode CountyNear(const auth::RegionScope& scope, int64_t near) {
  const RegionCode county = RegionCode::FromNumber(int64_t{CountyOfId(near)} * 1'000'000);
  return scope.Contains(county) ? county : RegionCode();
}

bool LostClientIdRace(const absl::Status& status) {
  return absl::IsAlreadyExists(status) &&
         MetadataOf(status, "constraint") == "uq_transfer_client_id";
}

}  // namespace jz::funds
