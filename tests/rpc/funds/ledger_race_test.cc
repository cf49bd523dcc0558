// Many callers at once: one effect for a repeated call, and no lost or doubled fen.
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {
namespace {

class LedgerRaceTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();
  std::string bank_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET, true);
  std::string fund_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_INCOME);
};

template <class Work>
void InThreads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(LedgerRaceTest, GivesOneEffectAndEqualAnswersForOneRequestId) {
  const std::vector<fv1::NewTransfer> transfers = {Move(bank_, fund_, 100), Move(bank_, fund_, 7)};
  const std::string request_id = NewId();
  std::vector<std::string> answers(32);
  InThreads(32, [&](int i) {
    auto response = Post(maker_, transfers, fv1::ATOMICITY_ALL_OR_NONE, request_id);
    answers[i] = response.ok() ? response->SerializeAsString() : response.status().ToString();
  });
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u) << answers[0];
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 107);
  auto other = Post(maker_, {transfers[0]}, fv1::ATOMICITY_ALL_OR_NONE, request_id);
  EXPECT_EQ(ReasonOf(other.status()), "REQUEST_ID_REUSED");
}

TEST_F(LedgerRaceTest, GivesOneEffectForOneTransferId) {
  const fv1::NewTransfer transfer = Move(bank_, fund_, 100);
  std::vector<std::string> answers(32);
  InThreads(32, [&](int i) {
    // Half alone through the shared writer, half in batches of their own.
    std::vector<fv1::NewTransfer> batch = {transfer};
    if (i % 2 == 0) batch.push_back(Move(bank_, fund_, 1));
    auto response = Post(maker_, batch);
    answers[i] = response.ok() ? response->results(0).transfer() : response.status().ToString();
  });
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u) << answers[0];
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 100 + 16);
}

TEST_F(LedgerRaceTest, LetsOneOfManyHaveAnIdThatAllUseForOtherAccounts) {
  const std::string id = NewId();
  std::vector<std::string> accounts;
  for (int i = 0; i < 16; ++i) accounts.push_back(MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET));
  std::atomic<int> made = 0;
  std::atomic<int> reused = 0;
  InThreads(16, [&](int i) {
    fv1::NewTransfer transfer =
        Move(accounts[i], MakeAccount(maker_, fv1::ACCOUNT_TYPE_INCOME), 100);
    transfer.set_id(id);
    std::vector<fv1::NewTransfer> batch = {transfer};
    if (i % 2 == 0) batch.push_back(Move(accounts[i], fund_, 1));
    auto response = Post(maker_, batch);
    if (response.ok()) ++made;
    if (ReasonOf(response.status()) == "TRANSFER_ID_REUSED") ++reused;
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(reused, 15);
}

TEST_F(LedgerRaceTest, KeepsOneHotAccountRightUnder64Threads) {
  constexpr int kThreads = 64;
  constexpr int kEach = 20;
  ASSERT_TRUE(Post(maker_, {Move(bank_, fund_, 1000)}).ok());
  std::atomic<int64_t> taken = 0;
  std::atomic<int64_t> put = 0;
  std::atomic<int> unexpected = 0;
  InThreads(kThreads, [&](int thread) {
    const std::string other = MakeAccount(maker_, fv1::ACCOUNT_TYPE_EXPENSE);
    for (int i = 0; i < kEach; ++i) {
      // More is asked for than is there: some are refused, none overdraws.
      const bool takes = (thread + i) % 4 != 0;
      auto response = Post(maker_, {takes ? Move(other, bank_, 3) : Move(bank_, other, 2)});
      if (response.ok()) {
        (takes ? taken : put) += takes ? 3 : 2;
      } else if (ReasonOf(response.status()) != "INSUFFICIENT_FUNDS") {
        ++unexpected;
      }
    }
  });
  EXPECT_EQ(unexpected, 0);
  const fv1::Balance balance = BalanceOf(maker_, bank_);
  EXPECT_EQ(balance.debits_posted_fen(), 1000 + put);
  EXPECT_EQ(balance.credits_posted_fen(), taken);
  EXPECT_GE(balance.available_fen(), 0);
  EXPECT_GT(taken, 0);
  auto trial = maker_.Call<fv1::TrialBalance>("GetTrialBalance", fv1::GetTrialBalanceRequest());
  EXPECT_EQ(trial->total_debits_fen(), trial->total_credits_fen());
}

TEST_F(LedgerRaceTest, DoesNotDeadlockOnCrossingBatches) {
  std::vector<std::string> accounts;
  for (int i = 0; i < 8; ++i) accounts.push_back(MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET));
  std::atomic<int> failed = 0;
  InThreads(16, [&](int thread) {
    for (int round = 0; round < 5; ++round) {
      std::vector<fv1::NewTransfer> batch;
      for (int i = 0; i < 50; ++i) {
        const int from = (thread * 3 + i) % 8;
        batch.push_back(Move(accounts[from], accounts[(from + 1 + i % 7) % 8], 1));
      }
      auto response = Post(maker_, batch);
      if (!response.ok()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
  int64_t debits = 0;
  for (const std::string& account : accounts) {
    debits += BalanceOf(maker_, account).debits_posted_fen();
  }
  EXPECT_EQ(debits, 16 * 5 * 50);
}

}  // namespace
}  // namespace jz::testing
