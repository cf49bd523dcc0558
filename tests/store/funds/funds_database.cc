#include "tests/store/funds/funds_database.h"

#include <atomic>

#include "common/base/uuid.h"
#include "gtest/gtest.h"
#include "services/funds/app.h"
#include "services/funds/store/account_store.h"
#include "tests/support/mariadb.h"

namespace jz::funds {

std::unique_ptr<sql::Database> NewFundsDatabase() {
  auto db = sql::Database::Open(testing::PrivateMariaDb::Shared().NewSchema());
  EXPECT_TRUE(db.ok()) << db.status();
  absl::Status migrated = MigrateService(Spec(), **db);
  EXPECT_TRUE(migrated.ok()) << migrated;
  return *std::move(db);
}

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

int64_t NextTestId() {
  static std::atomic<int64_t> next{1};
  return MakeId(230712, next++);
}

AccountId NewAccount(sql::Database& db, AccountType type, bool forbids_negative, int64_t region) {
  Account account;
  account.id = AccountId(NextTestId());
  account.region = RegionCode::FromNumber(region);
  account.code = account.id.Name();
  account.display_name = "测试";
  account.type = type;
  account.unit = "CNY";
  account.forbids_negative = forbids_negative;
  account.created_by = "test";
  account.created_at = absl::Now();
  absl::Status stored = db.Run(Soon(), [&](sql::Transaction& tx) {
    return InsertAccounts(tx, {&account, 1});
  });
  EXPECT_TRUE(stored.ok()) << stored;
  return account.id;
}

Balance BalanceOf(sql::Database& db, AccountId id) {
  auto account = db.Fetch(Soon(), [&](sql::Transaction& tx) {
    return FindAccount(tx, auth::RegionScope::Everything(), id);
  });
  EXPECT_TRUE(account.ok() && account->has_value());
  return (*account)->balance;
}

Posting NewPosting(TransferKind kind, AccountId debit, AccountId credit, int64_t amount_fen) {
  static const auth::RegionScope everything = auth::RegionScope::Everything();
  Posting posting;
  posting.scope = &everything;
  posting.transfer.id = TransferId(NextTestId());
  posting.transfer.client_id = RandomUuid();
  posting.transfer.kind = kind;
  posting.transfer.debit = debit;
  posting.transfer.credit = credit;
  posting.transfer.amount_fen = amount_fen;
  posting.transfer.created_by = "test";
  posting.transfer.created_at = absl::Now();
  return posting;
}

absl::Status Commit(sql::Database& db, std::vector<Posting>& postings, Atomicity atomicity) {
  std::vector<Posting*> pointers;
  for (Posting& posting : postings) pointers.push_back(&posting);
  return db.Run(Soon(), [&](sql::Transaction& tx) {
    return PostAll(tx, absl::MakeSpan(pointers), atomicity);
  });
}

}  // namespace jz::funds
