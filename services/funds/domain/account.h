// Accounts and their balances.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/region_code.h"
#include "services/funds/domain/ids.h"

namespace jz::funds {

// Numbers as in ledger.proto and table account.
enum class AccountType { kAsset = 1, kLiability = 2, kIncome = 3, kExpense = 4 };

// Liabilities and income grow by credits, assets and expenses by debits.
constexpr bool GrowsByCredits(AccountType type) {
  return type == AccountType::kLiability || type == AccountType::kIncome;
}

struct Balance {
  int64_t debits_posted_fen = 0;
  int64_t debits_pending_fen = 0;
  int64_t credits_posted_fen = 0;
  int64_t credits_pending_fen = 0;

  friend bool operator==(const Balance&, const Balance&) = default;
};

// What was put in (posted) less what was or may be taken out (posted and pending).
constexpr int64_t AvailableFen(AccountType type, const Balance& b) {
  return GrowsByCredits(type) ? b.credits_posted_fen - b.debits_posted_fen - b.debits_pending_fen
                              : b.debits_posted_fen - b.credits_posted_fen - b.credits_pending_fen;
}

struct Account {
  AccountId id;
  RegionCode region;
  std::string code;
  std::string display_name;
  AccountType type = AccountType::kAsset;
  std::string fund_source;
  std::string unit;
  bool forbids_negative = false;
  bool managed = false;  // moved by this service's own use cases only
  std::string created_by;
  absl::Time created_at;
  Balance balance;
};

}  // namespace jz::funds
