// Ledger: proto <-> domain.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "jingzhun/funds/v1/ledger.pb.h"
#include "services/funds/domain/account.h"
#include "services/funds/domain/ledger.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/transfer_store.h"
#include "services/funds/use_case_post_transfers.h"

namespace jz::funds {

namespace v1 = ::jingzhun::funds::v1;

v1::Balance ToProto(AccountType type, const Balance& balance);
v1::Account ToProto(const Account& account);
v1::Transfer ToProto(const StoredTransfer& stored);
v1::TrialBalance ToProto(const std::vector<TrialBalanceRow>& rows);
// The results of postings.
v1::PostTransfersResponse ToProto(const std::vector<Posting>& postings);

// Without ids.
absl::StatusOr<std::vector<Account>> FromProto(const rpc::CallContext& ctx,
                                               const v1::CreateAccountsRequest& request);

// `scope` of the postings is the caller's, ids are not assigned yet.
absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::PostTransfersRequest& request);
absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::PostPendingRequest& request);
absl::StatusOr<std::vector<Posting>> FromProto(const rpc::CallContext& ctx,
                                               const v1::VoidPendingRequest& request);

}  // namespace jz::funds
