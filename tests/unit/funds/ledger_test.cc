#include "services/funds/domain/ledger.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "common/base/money.h"
#include "common/status/status.h"
#include "gtest/gtest.h"

namespace jz::funds {
namespace {

constexpr AccountId kBank(1);
constexpr AccountId kFund(2);
constexpr AccountId kBudget(3);
constexpr AccountId kEuro(4);

Account MakeAccount(AccountId id, AccountType type, bool forbids_negative) {
  Account account;
  account.id = id;
  account.type = type;
  account.forbids_negative = forbids_negative;
  account.unit = "CNY";
  return account;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    ledger_.AddAccount(MakeAccount(kBank, AccountType::kAsset, true));
    ledger_.AddAccount(MakeAccount(kFund, AccountType::kIncome, false));
    ledger_.AddAccount(MakeAccount(kBudget, AccountType::kLiability, true));
    Account euro = MakeAccount(kEuro, AccountType::kAsset, false);
    euro.unit = "EUR";
    ledger_.AddAccount(euro);
  }

  absl::Status Apply(TransferKind kind, AccountId debit, AccountId credit, int64_t amount_fen) {
    Transfer transfer;
    transfer.id = TransferId(++last_id_);
    transfer.kind = kind;
    transfer.debit = debit;
    transfer.credit = credit;
    transfer.amount_fen = amount_fen;
    absl::Status status = ledger_.Apply(transfer);
    ledger_.RequireSound();
    return status;
  }
  absl::Status Resolve(TransferKind kind, int64_t pending, int64_t amount_fen) {
    Transfer transfer;
    transfer.id = TransferId(++last_id_);
    transfer.kind = kind;
    transfer.pending = TransferId(pending);
    transfer.amount_fen = amount_fen;
    absl::Status status = ledger_.Apply(transfer);
    ledger_.RequireSound();
    resolved_ = transfer;
    return status;
  }
  Balance BalanceOf(AccountId id) const { return ledger_.FindAccount(id)->balance; }

  Ledger ledger_;
  int64_t last_id_ = 100;
  Transfer resolved_;
};

TEST_F(LedgerTest, DebitsOneAccountAndCreditsAnother) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kFund, 500).ok());
  EXPECT_EQ(BalanceOf(kBank), (Balance{.debits_posted_fen = 500}));
  EXPECT_EQ(BalanceOf(kFund), (Balance{.credits_posted_fen = 500}));
}

TEST_F(LedgerTest, RefusesToOverdrawALiabilityByDebits) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kBudget, 500).ok());
  absl::Status status = Apply(TransferKind::kPosted, kBudget, kFund, 501);
  EXPECT_EQ(ReasonOf(status), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(MetadataOf(status, "available_fen"), "500");
  EXPECT_EQ(BalanceOf(kBudget), (Balance{.credits_posted_fen = 500}));
  EXPECT_TRUE(Apply(TransferKind::kPosted, kBudget, kFund, 500).ok());
}

TEST_F(LedgerTest, RefusesToOverdrawAnAssetByCredits) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kFund, 500).ok());
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kFund, kBank, 501)), "INSUFFICIENT_FUNDS");
  EXPECT_TRUE(Apply(TransferKind::kPosted, kFund, kBank, 500).ok());
}

TEST_F(LedgerTest, CountsReservedMoneyAsTaken) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kBudget, 500).ok());
  ASSERT_TRUE(Apply(TransferKind::kPending, kBudget, kFund, 300).ok());
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kBudget, kFund, 201)), "INSUFFICIENT_FUNDS");
  EXPECT_TRUE(Apply(TransferKind::kPosted, kBudget, kFund, 200).ok());
}

TEST_F(LedgerTest, DoesNotCountExpectedMoneyAsThere) {
  ASSERT_TRUE(Apply(TransferKind::kPending, kBank, kBudget, 500).ok());
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kBudget, kFund, 1)), "INSUFFICIENT_FUNDS");
}

TEST_F(LedgerTest, LetsAnAccountGoBelowZeroThatDoesNotForbidIt) {
  EXPECT_TRUE(Apply(TransferKind::kPosted, kFund, kBudget, 500).ok());
  EXPECT_EQ(AvailableFen(AccountType::kIncome, BalanceOf(kFund)), -500);
}

TEST_F(LedgerTest, RefusesToMixUnits) {
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kEuro, kFund, 1)), "ACCOUNT_UNIT_MISMATCH");
}

TEST_F(LedgerTest, RefusesOneAccountOnBothSides) {
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kFund, kFund, 1)), "ACCOUNTS_EQUAL");
}

TEST_F(LedgerTest, RefusesAnUnknownAccount) {
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kFund, AccountId(99), 1)), "ACCOUNT_NOT_FOUND");
}

TEST_F(LedgerTest, RefusesSumsThatWouldBeTooLarge) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kFund, Money::kMaxFen).ok());
  EXPECT_EQ(ReasonOf(Apply(TransferKind::kPosted, kBank, kFund, 1)), "MONEY_RANGE");
}

TEST_F(LedgerTest, PostsAPendingTransferInPartsAndVoidsTheRest) {
  ASSERT_TRUE(Apply(TransferKind::kPosted, kBank, kBudget, 500).ok());
  ASSERT_TRUE(Apply(TransferKind::kPending, kBudget, kBank, 400).ok());
  const int64_t pending = last_id_;
  ASSERT_TRUE(Resolve(TransferKind::kPostPending, pending, 150).ok());
  EXPECT_EQ(
      BalanceOf(kBudget),
      (Balance{.debits_posted_fen = 150, .debits_pending_fen = 250, .credits_posted_fen = 500}));
  EXPECT_EQ(ReasonOf(Resolve(TransferKind::kPostPending, pending, 251)), "PENDING_AMOUNT_EXCEEDED");
  ASSERT_TRUE(Resolve(TransferKind::kVoidPending, pending, 0).ok());
  EXPECT_EQ(resolved_.amount_fen, 250);
  EXPECT_EQ(resolved_.debit, kBudget);
  EXPECT_EQ(BalanceOf(kBudget), (Balance{.debits_posted_fen = 150, .credits_posted_fen = 500}));
  EXPECT_EQ(ReasonOf(Resolve(TransferKind::kPostPending, pending, 1)), "PENDING_RESOLVED");
  EXPECT_EQ(ReasonOf(Resolve(TransferKind::kVoidPending, pending, 0)), "PENDING_RESOLVED");
}

TEST_F(LedgerTest, RefusesToResolveWhatIsNotPending) {
  EXPECT_EQ(ReasonOf(Resolve(TransferKind::kVoidPending, 7, 0)), "PENDING_NOT_FOUND");
}

TEST_F(LedgerTest, NamesOnlyWhatChanged) {
  ASSERT_TRUE(Apply(TransferKind::kPending, kBank, kFund, 5).ok());
  ASSERT_EQ(ledger_.ChangedBalances().size(), 2u);
  EXPECT_EQ(ledger_.ChangedBalances()[0].first, kBank);
  ASSERT_EQ(ledger_.ChangedPendingRests().size(), 1u);
  EXPECT_EQ(ledger_.ChangedPendingRests()[0].second, 5);
}

TEST(SameBody, ComparesAllThatTheCallerChose) {
  Transfer stored;
  stored.client_id = "a";
  stored.debit = kBank;
  stored.credit = kFund;
  stored.amount_fen = 5;
  stored.code = "c";
  stored.trace = "t";
  EXPECT_TRUE(SameBody(stored, stored));
  auto differs = [&](auto change) {
    Transfer asked = stored;
    change(asked);
    return !SameBody(stored, asked);
  };
  EXPECT_TRUE(differs([](Transfer& t) { t.amount_fen = 6; }));
  EXPECT_TRUE(differs([](Transfer& t) { t.debit = kEuro; }));
  EXPECT_TRUE(differs([](Transfer& t) { t.credit = kEuro; }));
  EXPECT_TRUE(differs([](Transfer& t) { t.kind = TransferKind::kPending; }));
  EXPECT_TRUE(differs([](Transfer& t) { t.code = "d"; }));
  EXPECT_TRUE(differs([](Transfer& t) { t.trace = "d"; }));
  EXPECT_FALSE(differs([](Transfer& t) { t.created_by = "somebody"; }));
}

TEST(BrokenInvariant, EndsTheProcess) {
  Ledger ledger;
  Account overdrawn = MakeAccount(kBudget, AccountType::kLiability, true);
  overdrawn.balance.debits_posted_fen = 10;  // as a damaged database would have it
  ledger.AddAccount(overdrawn);
  ledger.AddAccount(MakeAccount(kFund, AccountType::kIncome, false));
  Transfer transfer;
  transfer.debit = kFund;
  transfer.credit = kBudget;
  transfer.amount_fen = 1;
  ASSERT_TRUE(ledger.Apply(transfer).ok());
  EXPECT_DEATH(ledger.RequireSound(), "broken invariant");
}

// For any batch: debits equal credits, nobody who forbids it is below zero, and a model that only
// adds amounts agrees.
TEST(AnyBatch, KeepsDebitsEqualToCreditsAndForbiddenAccountsAboveZero) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    auto below = [&](int n) { return static_cast<int64_t>(random() % n); };
    constexpr int kAccounts = 6;
    Ledger ledger;
    std::vector<Balance> model(kAccounts);
    for (int i = 0; i < kAccounts; ++i) {
      ledger.AddAccount(MakeAccount(AccountId(i + 1), static_cast<AccountType>(1 + i % 4), i != 0));
    }
    std::vector<Transfer> pendings;
    for (int step = 0; step < 200; ++step) {
      Transfer transfer;
      transfer.id = TransferId(1000 + step);
      transfer.kind = static_cast<TransferKind>(1 + below(4));
      transfer.debit = AccountId(1 + below(kAccounts));
      transfer.credit = AccountId(1 + below(kAccounts));
      transfer.amount_fen = 1 + below(100);
      if (ResolvesPending(transfer.kind)) {
        transfer.pending = pendings.empty() ? TransferId(5) : pendings[below(pendings.size())].id;
      }
      if (!ledger.Apply(transfer).ok()) continue;
      Balance& from = model[transfer.debit.value() - 1];
      Balance& to = model[transfer.credit.value() - 1];
      const int64_t amount = transfer.amount_fen;
      switch (transfer.kind) {
        case TransferKind::kPosted:
          from.debits_posted_fen += amount;
          to.credits_posted_fen += amount;
          break;
        case TransferKind::kPending:
          pendings.push_back(transfer);
          from.debits_pending_fen += amount;
          to.credits_pending_fen += amount;
          break;
        case TransferKind::kPostPending:
          from.debits_posted_fen += amount;
          to.credits_posted_fen += amount;
          [[fallthrough]];
        case TransferKind::kVoidPending:
          from.debits_pending_fen -= amount;
          to.credits_pending_fen -= amount;
          break;
      }
    }
    ledger.RequireSound();
    int64_t debits = 0, credits = 0;
    for (int i = 0; i < kAccounts; ++i) {
      const Account& account = *ledger.FindAccount(AccountId(i + 1));
      EXPECT_EQ(account.balance, model[i]) << "seed " << seed;
      if (account.forbids_negative) {
        EXPECT_GE(AvailableFen(account.type, account.balance), 0) << "seed " << seed;
      }
      debits += account.balance.debits_posted_fen + account.balance.debits_pending_fen;
      credits += account.balance.credits_posted_fen + account.balance.credits_pending_fen;
    }
    EXPECT_EQ(debits, credits) << "seed " << seed;
    ASSERT_FALSE(pendings.empty());
  }
}

}  // namespace
}  // namespace jz::funds
