#include "services/funds/convert_ledger.h"

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "common/status/status.h"
#include "services/funds/fields.h"
#include "services/funds/timestamps.h"

namespace jz::funds {
namespace {

constexpr int kMaxAccounts = 1000;
constexpr int kMaxTransfers = 8000;

Posting NewPosting(const rpc::CallContext& ctx, TransferKind kind) {
  Posting posting;
  posting.scope = &ctx.scope();
  posting.transfer.kind = kind;
  posting.transfer.created_by = ctx.subject();
  posting.transfer.created_at = ctx.now;
  return posting;
}

void CheckBatchSize(Violations& violations, absl::string_view field, int size) {
  if (size < 1 || size > kMaxTransfers) violations.Add(field, "RANGE", "1 to 8000 items");
}

void CheckAtomicity(Violations& violations, v1::Atomicity atomicity) {
  if (!v1::Atomicity_IsValid(atomicity)) violations.Add("atomicity", "RANGE", "unknown value");
}

Account AccountFrom(const rpc::CallContext& ctx, const v1::CreateAccountsRequest::NewAccount& from,
                    Fields fields) {
  Account account;
  account.region = fields.Region("region_code", from.region_code());
  account.code = fields.Code("code", from.code(), 1, 64, "._/-");
  account.display_name = fields.Text("display_name", from.display_name(), 1, 200);
  account.type = fields.Enum<AccountType>("type", from.type(), v1::AccountType_MAX);
  account.fund_source = fields.Text("fund_source", from.fund_source(), 0, 64);
  account.unit = from.unit().empty() ? "CNY" : from.unit();
  fields.Require(account.unit.size() == 3 && absl::ascii_isupper(account.unit[0]) &&
                     absl::ascii_isupper(account.unit[1]) && absl::ascii_isupper(account.unit[2]),
                 "unit", "FORMAT", "three capital letters");
  account.forbids_negative = from.forbid_negative_balance();
  account.created_by = ctx.subject();
  account.created_at = ctx.now;
  return account;
}

}  // namespace

v1::Balance ToProto(AccountType type, const Balance& balance) {
  v1::Balance proto;
  proto.set_debits_posted_fen(balance.debits_posted_fen);
  proto.set_debits_pending_fen(balance.debits_pending_fen);
  proto.set_credits_posted_fen(balance.credits_posted_fen);
  proto.set_credits_pending_fen(balance.credits_pending_fen);
  proto.set_available_fen(AvailableFen(type, balance));
  return proto;
}

v1::Account ToProto(const Account& account) {
  v1::Account proto;
  proto.set_name(account.id.Name());
  proto.set_region_code(account.region.ToString());
  proto.set_code(account.code);
  proto.set_display_name(account.display_name);
  proto.set_type(static_cast<v1::AccountType>(account.type));
  proto.set_fund_source(account.fund_source);
  proto.set_unit(account.unit);
  proto.set_forbid_negative_balance(account.forbids_negative);
  proto.set_managed(account.managed);
  *proto.mutable_balance() = ToProto(account.type, account.balance);
  proto.set_created_by(account.created_by);
  *proto.mutable_created_at() = ToTimestamp(account.created_at);
  return proto;
}

v1::Transfer ToProto(const StoredTransfer& stored) {
  const Transfer& transfer = stored.transfer;
  v1::Transfer proto;
  proto.set_name(transfer.id.Name());
  proto.set_id(transfer.client_id);
  proto.set_kind(static_cast<v1::TransferKind>(transfer.kind));
  proto.set_debit_account(transfer.debit.Name());
  proto.set_credit_account(transfer.credit.Name());
  proto.set_amount_fen(transfer.amount_fen);
  if (!transfer.pending.empty()) proto.set_pending_transfer(transfer.pending.Name());
  proto.set_code(transfer.code);
  proto.set_trace(transfer.trace);
  proto.set_pending_rest_fen(stored.pending_rest_fen);
  proto.set_created_by(transfer.created_by);
  *proto.mutable_created_at() = ToTimestamp(transfer.created_at);
  return proto;
}

v1::TrialBalance ToProto(const std::vector<TrialBalanceRow>& rows) {
  v1::TrialBalance proto;
  int64_t debits = 0;
  int64_t credits = 0;
  for (const TrialBalanceRow& row : rows) {
    v1::TrialBalance::Row& to = *proto.add_rows();
    to.set_type(static_cast<v1::AccountType>(row.type));
    to.set_unit(row.unit);
    to.set_account_count(row.account_count);
    *to.mutable_balance() = ToProto(row.type, row.balance);
    debits += row.balance.debits_posted_fen + row.balance.debits_pending_fen;
    credits += row.balance.credits_posted_fen + row.balance.credits_pending_fen;
  }
  proto.set_total_debits_fen(debits);
  proto.set_total_credits_fen(credits);
  return proto;
}

v1::PostTransfersResponse ToProto(const std::vector<Posting>& postings) {
  v1::PostTransfersResponse proto;
  for (const Posting& posting : postings) {
    v1::TransferResult& result = *proto.add_results();
    if (posting.status.ok()) {
      result.set_transfer(posting.transfer.id.Name());
    } else {
      result.set_reason(ReasonOf(posting.status));
      result.set_message(std::string(posting.status.message()));
    }
  }
  return proto;
}

absl::StatusOr<std::vector<Account>> FromProto(const rpc::CallContext& ctx,
                                               const v1::CreateAccountsRequest& request) {
  Violations violations;
  if (request.accounts_size() < 1 || request.accounts_size() > kMaxAccounts) {
    violations.Add("accounts", "RANGE", "1 to 1000 accounts");
  }
  std::vector<Account> accounts;
  accounts.reserve(request.accounts_size());
  for (int i = 0; i < request.accounts_size(); ++i) {
    accounts.push_back(AccountFrom(ctx, request.accounts(i), Fields(violations, "accounts", i)));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return accounts;
}

absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::PostTransfersRequest& request) {
  Violations violations;
  CheckBatchSize(violations, "transfers", request.transfers_size());
  CheckAtomicity(violations, request.atomicity());
  std::vector<Posting> postings;
  postings.reserve(request.transfers_size());
  for (int i = 0; i < request.transfers_size(); ++i) {
    const v1::NewTransfer& from = request.transfers(i);
    Fields fields(violations, "transfers", i);
    Posting& posting = postings.emplace_back(
        NewPosting(ctx, from.pending() ? TransferKind::kPending : TransferKind::kPosted));
    Transfer& transfer = posting.transfer;
    transfer.client_id = fields.Uuid("id", from.id());
    transfer.debit = fields.Name<AccountId>("debit_account", from.debit_account());
    transfer.credit = fields.Name<AccountId>("credit_account", from.credit_account());
    fields.Require(transfer.debit != transfer.credit || transfer.debit.empty(), "credit_account",
                   "ACCOUNTS_EQUAL", "must differ from debit_account");
    transfer.amount_fen = fields.Fen("amount_fen", from.amount_fen(), 1);
    transfer.code = fields.Text("code", from.code(), 0, 32);
    transfer.trace = fields.Text("trace", from.trace(), 0, 64);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return postings;
}

absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::PostPendingRequest& request) {
  Violations violations;
  CheckBatchSize(violations, "posts", request.posts_size());
  CheckAtomicity(violations, request.atomicity());
  std::vector<Posting> postings;
  for (int i = 0; i < request.posts_size(); ++i) {
    const v1::PendingPost& from = request.posts(i);
    Fields fields(violations, "posts", i);
    Transfer& transfer =
        postings.emplace_back(NewPosting(ctx, TransferKind::kPostPending)).transfer;
    transfer.client_id = fields.Uuid("id", from.id());
    transfer.pending = fields.Name<TransferId>("pending_transfer", from.pending_transfer());
    transfer.amount_fen = fields.Fen("amount_fen", from.amount_fen(), 1);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return postings;
}

absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::VoidPendingRequest& request) {
  Violations violations;
  CheckBatchSize(violations, "voids", request.voids_size());
  CheckAtomicity(violations, request.atomicity());
  std::vector<Posting> postings;
  for (int i = 0; i < request.voids_size(); ++i) {
    const v1::PendingVoid& from = request.voids(i);
    Fields fields(violations, "voids", i);
    Transfer& transfer =
        postings.emplace_back(NewPosting(ctx, TransferKind::kVoidPending)).transfer;
    transfer.client_id = fields.Uuid("id", from.id());
    transfer.pending = fields.Name<TransferId>("pending_transfer", from.pending_transfer());
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return postings;
}

}  // namespace jz::funds
