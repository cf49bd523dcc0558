// Accounts and transfers.
#include "common/status/status.h"
#include "services/funds/convert_ledger.h"
#include "services/funds/handler.h"
#include "services/funds/service.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/transfer_store.h"

namespace jz::funds {
namespace {

constexpr int kClientIdRaces = 3;

absl::Status AccountNotFound(AccountId id) {
  return NotFound("ACCOUNT_NOT_FOUND", {{"account", id.Name()}}, "no such account");
}

absl::StatusOr<v1::CreateAccountsResponse> CreateAccounts(
    const Deps& deps, const rpc::CallContext& ctx, const v1::CreateAccountsRequest& request) {
  JZ_ASSIGN_OR_RETURN(std::vector<Account> accounts, FromProto(ctx, request));
  for (Account& account : accounts) {
    JZ_RETURN_IF_ERROR(ctx.scope().Require(account.region));
    JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(account.region, ctx.deadline));
    account.id = AccountId(id);
  }
  return WriteOnce<v1::CreateAccountsResponse>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::CreateAccountsResponse> {
        absl::Status status = InsertAccounts(tx, accounts);
        if (absl::IsAlreadyExists(status)) {
          return AlreadyExists("ACCOUNT_CODE_EXISTS", {}, "a region has an account of this code");
        }
        JZ_RETURN_IF_ERROR(status);
        v1::CreateAccountsResponse response;
        for (const Account& account : accounts) *response.add_accounts() = ToProto(account);
        return response;
      });
}

absl::StatusOr<v1::Account> GetAccount(const Deps& deps, const rpc::CallContext& ctx,
                                       const v1::GetAccountRequest& request) {
  JZ_ASSIGN_OR_RETURN(AccountId id, NameOf<AccountId>(request.name()));
  JZ_ASSIGN_OR_RETURN(std::optional<Account> account,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindAccount(tx, ctx.scope(), id);
                      }));
  if (!account.has_value()) return AccountNotFound(id);
  return ToProto(*account);
}

absl::StatusOr<v1::ListAccountsResponse> ListAccounts(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::ListAccountsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const AccountPage query = {.code = request.code(),
                             .after_region = RegionCode::FromNumber(page.Number(0)),
                             .after_code = page.Key(1),
                             .limit = page.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Account> accounts,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return funds::ListAccounts(tx, scope, query);
                      }));
  v1::ListAccountsResponse response;
  response.set_next_page_token(page.Next(accounts, [](const Account& last) {
    return std::vector<std::string>{absl::StrCat(last.region.number()), last.code};
  }));
  for (const Account& account : accounts) *response.add_accounts() = ToProto(account);
  return response;
}

Atomicity AtomicityOf(v1::Atomicity atomicity) {
  return atomicity == v1::ATOMICITY_EACH ? Atomicity::kEach : Atomicity::kAllOrNone;
}

absl::Status PostInTransaction(sql::Transaction& tx, std::vector<Posting>& postings,
                               Atomicity atomicity) {
  std::vector<Posting*> pointers;
  pointers.reserve(postings.size());
  for (Posting& posting : postings) pointers.push_back(&posting);
  return PostAll(tx, absl::MakeSpan(pointers), atomicity);
}

// Without a request_id: the client ids are enough.
absl::StatusOr<v1::PostTransfersResponse> PostByClientIds(const Deps& deps,
                                                          const rpc::CallContext& ctx,
                                                          std::vector<Posting>& postings,
                                                          Atomicity atomicity) {
  absl::Status status;
  for (int attempt = 0; attempt < kClientIdRaces; ++attempt) {
    status = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return PostInTransaction(tx, postings, atomicity);
    });
    if (!LostClientIdRace(status)) break;
  }
  JZ_RETURN_IF_ERROR(status);
  return ToProto(postings);
}

using PostAnswer = rpc::Answer<v1::PostTransfersResponse>;

// Single transfers that arrive together share a transaction, and hold no thread while they wait.
// Sets do not: a refused one would have to be taken back from the ledger of the others.
void PostShared(const Deps& deps, const rpc::CallContext& ctx, std::vector<Posting> postings,
                Atomicity atomicity, PostAnswer answer) {
  Posting& posting = postings.front();  // stays where it is when the vector is moved
  deps.posting_writer.WriteThen(
      posting, ctx.deadline,
      [&deps, &ctx, atomicity, postings = std::move(postings),
       answer = std::move(answer)](const absl::Status& status) mutable {
        if (LostClientIdRace(status)) {
          answer(PostByClientIds(deps, ctx, postings, atomicity));
        } else if (!status.ok()) {
          answer(status);
        } else if (atomicity == Atomicity::kAllOrNone && !postings[0].status.ok()) {
          answer(postings[0].status);
        } else {
          answer(ToProto(postings));
        }
      });
}

template <class Request>
absl::StatusOr<std::vector<Posting>> PostingsOf(const Deps& deps, const rpc::CallContext& ctx,
                                                const Request& request) {
  JZ_ASSIGN_OR_RETURN(std::vector<Posting> postings, FromProto(ctx, request));
  JZ_RETURN_IF_ERROR(AssignIds(deps.ids, postings, ctx.deadline));
  return postings;
}

template <class Request>
void Post(const Deps& deps, const rpc::CallContext& ctx, const Request& request,
          PostAnswer answer) {
  absl::StatusOr<std::vector<Posting>> postings = PostingsOf(deps, ctx, request);
  if (!postings.ok()) return answer(postings.status());
  const Atomicity atomicity = AtomicityOf(request.atomicity());
  if (!request.request_id().empty()) {
    answer(WriteOnce<v1::PostTransfersResponse>(
        deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::PostTransfersResponse> {
          JZ_RETURN_IF_ERROR(PostInTransaction(tx, *postings, atomicity));
          return ToProto(*postings);
        }));
  } else if (postings->size() > 1) {
    answer(PostByClientIds(deps, ctx, *postings, atomicity));
  } else {
    PostShared(deps, ctx, *std::move(postings), atomicity, std::move(answer));
  }
}

template <class Request>
void AddPost(rpc::Router& router, const Deps& deps, const char* name) {
  router.Deferred<Request, v1::PostTransfersResponse>(
      name, [&deps](const rpc::CallContext& ctx, const Request& request, PostAnswer answer) {
        Post(deps, ctx, request, std::move(answer));
      });
}

absl::StatusOr<v1::Transfer> GetTransfer(const Deps& deps, const rpc::CallContext& ctx,
                                         const v1::GetTransferRequest& request) {
  JZ_ASSIGN_OR_RETURN(TransferId id, NameOf<TransferId>(request.name()));
  JZ_ASSIGN_OR_RETURN(std::optional<StoredTransfer> transfer,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindTransfer(tx, ctx.scope(), id);
                      }));
  if (transfer.has_value()) return ToProto(*transfer);
  return NotFound("TRANSFER_NOT_FOUND", {{"transfer", id.Name()}}, "no such transfer");
}

absl::StatusOr<v1::ListTransfersResponse> ListTransfers(const Deps& deps,
                                                        const rpc::CallContext& ctx,
                                                        const v1::ListTransfersRequest& request) {
  JZ_ASSIGN_OR_RETURN(AccountId id, NameOf<AccountId>(request.account()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const TransferPage query = {.account = id,
                              .after_time = absl::FromUnixMicros(page.Number(0)),
                              .after = TransferId(page.Number(1)),
                              .limit = page.limit()};
  using Transfers = std::vector<StoredTransfer>;
  JZ_ASSIGN_OR_RETURN(
      Transfers transfers,
      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Transfers> {
        JZ_ASSIGN_OR_RETURN(std::optional<Account> account, FindAccount(tx, ctx.scope(), id));
        if (!account.has_value()) return AccountNotFound(id);
        return funds::ListTransfers(tx, query);
      }));
  v1::ListTransfersResponse response;
  response.set_next_page_token(page.Next(transfers, [](const StoredTransfer& last) {
    return std::vector<std::string>{absl::StrCat(absl::ToUnixMicros(last.transfer.created_at)),
                                    absl::StrCat(last.transfer.id.value())};
  }));
  for (const StoredTransfer& transfer : transfers) *response.add_transfers() = ToProto(transfer);
  return response;
}

absl::StatusOr<v1::TrialBalance> GetTrialBalance(const Deps& deps, const rpc::CallContext& ctx,
                                                 const v1::GetTrialBalanceRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(
      std::vector<TrialBalanceRow> rows,
      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) { return SumBalances(tx, scope); }));
  return ToProto(rows);
}

}  // namespace

void AddLedger(rpc::Router& router, const Deps& deps) {
  AddUnary(router, deps, "CreateAccounts", CreateAccounts);
  AddUnary(router, deps, "GetAccount", GetAccount);
  AddUnary(router, deps, "ListAccounts", ListAccounts);
  AddPost<v1::PostTransfersRequest>(router, deps, "PostTransfers");
  AddPost<v1::PostPendingRequest>(router, deps, "PostPending");
  AddPost<v1::VoidPendingRequest>(router, deps, "VoidPending");
  AddUnary(router, deps, "GetTransfer", GetTransfer);
  AddUnary(router, deps, "ListTransfers", ListTransfers);
  AddUnary(router, deps, "GetTrialBalance", GetTrialBalance);
}

}  // namespace jz::funds
