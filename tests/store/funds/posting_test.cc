// PostAll against a real database: what is stored is what the ledger decided.
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/transfer_store.h"
#include "tests/store/funds/funds_database.h"

namespace jz::funds {
namespace {

class PostAllTest : public ::testing::Test {
 protected:
  static sql::Database& db() {
    static std::unique_ptr<sql::Database> database = NewFundsDatabase();
    return *database;
  }
  // One number from a query over the whole database.
  int64_t Number(const char* sql) {
    auto number = db().Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne(sql, {}, [](const sql::Row& row) { return row.Int(0); });
    });
    EXPECT_TRUE(number.ok()) << number.status();
    return number.ok() ? number->value_or(0) : 0;
  }
};

TEST_F(PostAllTest, LeavesNothingOfARefusedBatch) {
  const AccountId bank = NewAccount(db(), AccountType::kAsset, true);
  const AccountId fund = NewAccount(db(), AccountType::kIncome);
  const int64_t before = Number("SELECT COUNT(*) FROM transfer");
  std::vector<Posting> postings = {NewPosting(TransferKind::kPosted, bank, fund, 10),
                                   NewPosting(TransferKind::kPosted, fund, bank, 11)};
  EXPECT_EQ(ReasonOf(Commit(db(), postings, Atomicity::kAllOrNone)), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM transfer"), before);
  EXPECT_EQ(BalanceOf(db(), bank), Balance());
  ASSERT_TRUE(Commit(db(), postings, Atomicity::kEach).ok());
  EXPECT_TRUE(postings[0].status.ok());
  EXPECT_EQ(ReasonOf(postings[1].status), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(BalanceOf(db(), bank), Balance{.debits_posted_fen = 10});
}

TEST_F(PostAllTest, KeepsAPendingTransferThatIsResolvedInTheSameBatch) {
  const AccountId bank = NewAccount(db(), AccountType::kAsset);
  const AccountId fund = NewAccount(db(), AccountType::kIncome);
  std::vector<Posting> postings = {NewPosting(TransferKind::kPending, bank, fund, 10)};
  ASSERT_TRUE(Commit(db(), postings, Atomicity::kAllOrNone).ok());
  std::vector<Posting> parts = {NewPosting(TransferKind::kPostPending, {}, {}, 4),
                                NewPosting(TransferKind::kPostPending, {}, {}, 5),
                                NewPosting(TransferKind::kPostPending, {}, {}, 2),
                                NewPosting(TransferKind::kVoidPending, {}, {}, 0)};
  for (Posting& part : parts) part.transfer.pending = postings[0].transfer.id;
  ASSERT_TRUE(Commit(db(), parts, Atomicity::kEach).ok());
  EXPECT_EQ(ReasonOf(parts[2].status), "PENDING_AMOUNT_EXCEEDED");
  EXPECT_EQ(parts[3].transfer.amount_fen, 1);
  EXPECT_EQ(BalanceOf(db(), bank), Balance{.debits_posted_fen = 9});
  auto stored = db().Fetch(Soon(), [&](sql::Transaction& tx) {
    return FindTransfer(tx, auth::RegionScope::Everything(), postings[0].transfer.id);
  });
  ASSERT_TRUE(stored.ok() && stored->has_value()) << stored.status();
  EXPECT_EQ((*stored)->pending_rest_fen, 0);
  EXPECT_EQ((*stored)->transfer.amount_fen, 10);
}

// Whatever comes: the sums of the balances are those of the transfers, debits equal credits, and
// nobody who forbids it is below zero.
TEST_F(PostAllTest, KeepsTheBooksThroughRandomBatches) {
  std::mt19937 random(20170614);
  std::vector<AccountId> accounts;
  for (int i = 0; i < 8; ++i) {
    accounts.push_back(NewAccount(db(), static_cast<AccountType>(1 + i % 4), i % 3 != 0));
  }
  std::vector<TransferId> pendings;
  std::vector<Posting> repeated;
  int accepted = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<Posting> batch = repeated;  // some that were made before
    for (int i = 0; i < 40; ++i) {
      const auto kind = static_cast<TransferKind>(1 + random() % (pendings.empty() ? 2 : 4));
      const size_t from = random() % accounts.size();
      const size_t to = (from + 1 + random() % (accounts.size() - 1)) % accounts.size();
      Posting posting =
          NewPosting(kind, accounts[from], accounts[to], 1 + static_cast<int64_t>(random() % 50));
      if (ResolvesPending(kind)) posting.transfer.pending = pendings[random() % pendings.size()];
      batch.push_back(posting);
    }
    std::vector<Posting> asked = batch;
    ASSERT_TRUE(Commit(db(), batch, Atomicity::kEach).ok());
    repeated.clear();
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!batch[i].status.ok()) continue;
      ++accepted;
      if (batch[i].transfer.kind == TransferKind::kPending)
        pendings.push_back(batch[i].transfer.id);
      if (repeated.size() < 5) repeated.push_back(asked[i]);
    }
  }
  EXPECT_GT(accepted, 400);
  EXPECT_EQ(Number("SELECT SUM(debits_posted_fen) - SUM(credits_posted_fen) FROM account_balance"),
            0);
  EXPECT_EQ(
      Number("SELECT SUM(debits_pending_fen) - SUM(credits_pending_fen) FROM account_balance"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM account_balance b WHERE b.debits_posted_fen <> (SELECT "
                   "COALESCE(SUM(amount_fen), 0) FROM transfer t WHERE t.debit_account_id = "
                   "b.account_id AND t.kind IN (1, 3))"),
            0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM account_balance b WHERE b.credits_pending_fen <> (SELECT "
                   "COALESCE(SUM(p.rest_fen), 0) FROM pending_transfer p JOIN transfer t ON "
                   "t.transfer_id = p.transfer_id WHERE t.credit_account_id = b.account_id)"),
            0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM account a JOIN account_balance b ON b.account_id = "
                   "a.account_id WHERE a.forbids_negative = 1 AND IF(a.type IN (2, 3), "
                   "b.credits_posted_fen - b.debits_posted_fen - b.debits_pending_fen, "
                   "b.debits_posted_fen - b.credits_posted_fen - b.credits_pending_fen) < 0"),
            0);
}

}  // namespace
}  // namespace jz::funds
