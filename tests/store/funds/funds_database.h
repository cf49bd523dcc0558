// A database with the tables of the funds service, and rows for its store tests.
#pragma once

#include <memory>
#include <vector>

#include "common/sql/database.h"
#include "services/funds/domain/account.h"
#include "services/funds/use_case_post_transfers.h"

namespace jz::funds {

std::unique_ptr<sql::Database> NewFundsDatabase();

absl::Time Soon();     // a deadline
int64_t NextTestId();  // distinct in the process, of one county

// A stored account in the region.
AccountId NewAccount(sql::Database& db, AccountType type, bool forbids_negative = false,
                     int64_t region = 230712000000);
Balance BalanceOf(sql::Database& db, AccountId id);

// A posting of the whole nation.
Posting NewPosting(TransferKind kind, AccountId debit, AccountId credit, int64_t amount_fen);
// In a transaction of its own.
absl::Status Commit(sql::Database& db, std::vector<Posting>& postings, Atomicity atomicity);

}  // namespace jz::funds
