// Tables account and account_balance.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/account.h"

namespace jz::funds {

// ALREADY_EXISTS, constraint uq_account_code, when a code is taken in its region.
absl::Status InsertAccounts(sql::Transaction& tx, absl::Span<const Account> accounts);

absl::StatusOr<std::optional<Account>> FindAccount(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, AccountId id);

// A page in order of (region, code).
struct AccountPage {
  std::string code;  // only this one, when not empty
  RegionCode after_region;
  std::string after_code;
  int limit = 50;
};
absl::StatusOr<std::vector<Account>> ListAccounts(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const AccountPage& page);

// Locks the balances of `ids`, which are sorted and distinct, and reads the accounts. Posting for
// several callers at once, it takes no scope: PostItems compares each account's region with its
// caller's.
absl::StatusOr<std::vector<Account>> LockAccounts(sql::Transaction& tx,
                                                  absl::Span<const AccountId> ids);
absl::Status SaveBalances(sql::Transaction& tx,
                          absl::Span<const std::pair<AccountId, Balance>> balances);

struct TrialBalanceRow {
  AccountType type = AccountType::kAsset;
  std::string unit;
  int64_t account_count = 0;
  Balance balance;
};
absl::StatusOr<std::vector<TrialBalanceRow>> SumBalances(sql::Transaction& tx,
                                                         const auth::RegionScope& scope);

}  // namespace jz::funds
