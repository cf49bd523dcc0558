#include "common/status/status.h"
#include "gtest/gtest.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/budget_store.h"
#include "services/funds/store/transfer_store.h"
#include "tests/store/funds/funds_database.h"

namespace jz::funds {
namespace {

class LedgerStoreTest : public ::testing::Test {
 protected:
  static sql::Database& db() {
    static std::unique_ptr<sql::Database> database = NewFundsDatabase();
    return *database;
  }
};

TEST_F(LedgerStoreTest, FindsAccountsInsideTheScopeOnly) {
  const AccountId id = NewAccount(db(), AccountType::kAsset, false, 230712101000);
  auto find = [&](const char* region) {
    auto account = db().Fetch(Soon(), [&](sql::Transaction& tx) {
      return FindAccount(tx, auth::RegionScope({*RegionCode::Parse(region)}), id);
    });
    EXPECT_TRUE(account.ok()) << account.status();
    return account.ok() && account->has_value();
  };
  EXPECT_TRUE(find("230712101000"));
  EXPECT_TRUE(find("230712000000"));
  EXPECT_FALSE(find("230712102000"));
  EXPECT_FALSE(find("230713000000"));
}

TEST_F(LedgerStoreTest, ListsAccountsByRegionAndCodeWithoutGapOrRepetition) {
  const int64_t first_region = 440101000000;
  for (int i = 0; i < 12; ++i) NewAccount(db(), AccountType::kAsset, false, first_region + i / 5);
  const auth::RegionScope scope({*RegionCode::Parse("440101000000")});
  std::vector<AccountId> listed;
  AccountPage page = {.code = "", .after_region = {}, .after_code = "", .limit = 5};
  while (true) {
    auto accounts =
        db().Fetch(Soon(), [&](sql::Transaction& tx) { return ListAccounts(tx, scope, page); });
    ASSERT_TRUE(accounts.ok()) << accounts.status();
    if (accounts->empty()) break;
    for (const Account& account : *accounts) listed.push_back(account.id);
    page.after_region = accounts->back().region;
    page.after_code = accounts->back().code;
  }
  ASSERT_EQ(listed.size(), 12u);
  std::sort(listed.begin(), listed.end());
  EXPECT_EQ(std::unique(listed.begin(), listed.end()), listed.end());
}

TEST_F(LedgerStoreTest, NamesTheKeyOfADoubleClientId) {
  const AccountId bank = NewAccount(db(), AccountType::kAsset);
  const AccountId fund = NewAccount(db(), AccountType::kIncome);
  const Posting first = NewPosting(TransferKind::kPosted, bank, fund, 1);
  Posting second = NewPosting(TransferKind::kPosted, fund, bank, 1);
  second.transfer.client_id = first.transfer.client_id;
  const Transfer* both[] = {&first.transfer, &second.transfer};
  absl::Status status =
      db().Run(Soon(), [&](sql::Transaction& tx) { return InsertTransfers(tx, both); });
  EXPECT_TRUE(LostClientIdRace(status)) << status;
}

TEST_F(LedgerStoreTest, RefusesATransferOfNothing) {
  const AccountId bank = NewAccount(db(), AccountType::kAsset);
  const AccountId fund = NewAccount(db(), AccountType::kIncome);
  const Posting posting = NewPosting(TransferKind::kPosted, bank, fund, 0);
  const Transfer* one[] = {&posting.transfer};
  absl::Status status =
      db().Run(Soon(), [&](sql::Transaction& tx) { return InsertTransfers(tx, one); });
  EXPECT_EQ(MetadataOf(status, "constraint"), "ck_transfer_amount") << status;
}

TEST_F(LedgerStoreTest, RefusesABalanceBelowZero) {
  const std::pair<AccountId, Balance> balance = {NewAccount(db(), AccountType::kAsset),
                                                 Balance{.debits_pending_fen = -1}};
  absl::Status status = db().Run(Soon(), [&](sql::Transaction& tx) {
    return SaveBalances(tx, {&balance, 1});
  });
  EXPECT_EQ(MetadataOf(status, "constraint"), "ck_account_balance_sign") << status;
}

TEST_F(LedgerStoreTest, ListsTransfersOfOneInstantInOrderOfTheirIds) {
  const AccountId bank = NewAccount(db(), AccountType::kAsset);
  const AccountId fund = NewAccount(db(), AccountType::kIncome);
  std::vector<Posting> postings;
  const absl::Time now = absl::FromUnixSeconds(1'500'000'000);
  for (int i = 0; i < 10; ++i) {
    postings.push_back(i % 2 == 0 ? NewPosting(TransferKind::kPosted, bank, fund, 1)
                                  : NewPosting(TransferKind::kPosted, fund, bank, 1));
    postings.back().transfer.created_at = now;
  }
  ASSERT_TRUE(Commit(db(), postings, Atomicity::kAllOrNone).ok());
  TransferPage page = {.account = bank, .after_time = absl::UnixEpoch(), .after = {}, .limit = 4};
  std::vector<TransferId> listed;
  while (true) {
    auto transfers =
        db().Fetch(Soon(), [&](sql::Transaction& tx) { return ListTransfers(tx, page); });
    ASSERT_TRUE(transfers.ok()) << transfers.status();
    if (transfers->empty()) break;
    for (const StoredTransfer& stored : *transfers) listed.push_back(stored.transfer.id);
    page.after_time = transfers->back().transfer.created_at;
    page.after = transfers->back().transfer.id;
  }
  ASSERT_EQ(listed.size(), 10u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(listed[i], postings[i].transfer.id);
}

TEST_F(LedgerStoreTest, KnowsItsPurposes) {
  EXPECT_TRUE(
      db().Fetch(Soon(), [](sql::Transaction& tx) { return RequirePurpose(tx, "student_grant"); })
          .ok());
  EXPECT_EQ(ReasonOf(db().Fetch(
                Soon(), [](sql::Transaction& tx) { return RequirePurpose(tx, "STUDENT_GRANT"); })),
            "PURPOSE_UNKNOWN");
}

}  // namespace
}  // namespace jz::funds
