#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {
namespace {

class LedgerRpcTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();
  std::string bank_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET, true);
  std::string fund_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_INCOME);

  std::string Pending(int64_t amount_fen) {
    fv1::NewTransfer transfer = Move(fund_, bank_, amount_fen);
    transfer.set_pending(true);
    auto response = Post(maker_, {transfer});
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->results(0).transfer() : "";
  }
  absl::Status PostPart(const std::string& pending, int64_t amount_fen,
                        const std::string& id = NewId()) {
    fv1::PostPendingRequest request;
    auto& post = *request.add_posts();
    post.set_id(id);
    post.set_pending_transfer(pending);
    post.set_amount_fen(amount_fen);
    return maker_.Call<fv1::PostTransfersResponse>("PostPending", request).status();
  }
  absl::Status Void(const std::string& pending) {
    fv1::VoidPendingRequest request;
    request.add_voids()->set_id(NewId());
    request.mutable_voids(0)->set_pending_transfer(pending);
    return maker_.Call<fv1::PostTransfersResponse>("VoidPending", request).status();
  }
};

TEST_F(LedgerRpcTest, PostsEveryTransferOnTwoAccounts) {
  auto response = Post(maker_, {Move(bank_, fund_, 700), Move(fund_, bank_, 200)});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->results_size(), 2);
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 700);
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_posted_fen(), 200);
  EXPECT_EQ(BalanceOf(maker_, bank_).available_fen(), 500);
  EXPECT_EQ(BalanceOf(maker_, fund_).credits_posted_fen(), 700);

  fv1::GetTransferRequest get;
  get.set_name(response->results(0).transfer());
  auto transfer = maker_.Call<fv1::Transfer>("GetTransfer", get);
  ASSERT_TRUE(transfer.ok()) << transfer.status();
  EXPECT_EQ(transfer->debit_account(), bank_);
  EXPECT_EQ(transfer->amount_fen(), 700);
  EXPECT_EQ(transfer->created_by(), "maker");
}

TEST_F(LedgerRpcTest, RefusesAnOverdraftAndPostsNothingOfTheBatch) {
  auto refused = Post(maker_, {Move(bank_, fund_, 100), Move(fund_, bank_, 101)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused.status()), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(MetadataOf(refused.status(), "index"), "1");
  EXPECT_EQ(MetadataOf(refused.status(), "account"), bank_);
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 0);
}

TEST_F(LedgerRpcTest, RefusesASingleOverdraft) {
  auto refused = Post(maker_, {Move(fund_, bank_, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused.status()), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(MetadataOf(refused.status(), "account"), bank_);
  EXPECT_EQ(BalanceOf(maker_, fund_).debits_posted_fen(), 0);
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_posted_fen(), 0);
}

TEST_F(LedgerRpcTest, TellsEachItemItsResult) {
  auto response =
      Post(maker_, {Move(fund_, bank_, 1), Move(bank_, fund_, 100), Move(fund_, bank_, 100)},
           fv1::ATOMICITY_EACH);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->results(0).reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(response->results(0).transfer(), "");
  EXPECT_EQ(response->results(1).reason(), "");
  EXPECT_NE(response->results(2).transfer(), "");
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_posted_fen(), 100);
  // Alone, through the shared writer.
  auto alone = Post(maker_, {Move(fund_, bank_, 1)}, fv1::ATOMICITY_EACH);
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone->results(0).reason(), "INSUFFICIENT_FUNDS");
}

TEST_F(LedgerRpcTest, AnswersARepeatedTransferFromTheLedger) {
  const fv1::NewTransfer transfer = Move(bank_, fund_, 100);
  auto first = Post(maker_, {transfer});
  auto again = Post(maker_, {transfer, Move(bank_, fund_, 1)});
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(first->results(0).transfer(), again->results(0).transfer());
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 101);
}

TEST_F(LedgerRpcTest, RefusesAnIdWithAnotherAmount) {
  fv1::NewTransfer transfer = Move(bank_, fund_, 100);
  ASSERT_TRUE(Post(maker_, {transfer}).ok());
  transfer.set_amount_fen(101);
  auto reused = Post(maker_, {transfer});
  EXPECT_EQ(reused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(reused.status()), "TRANSFER_ID_REUSED");
  // Also within one batch.
  fv1::NewTransfer twin = Move(bank_, fund_, 5);
  fv1::NewTransfer other = twin;
  other.set_amount_fen(6);
  EXPECT_EQ(ReasonOf(Post(maker_, {twin, other}).status()), "TRANSFER_ID_REUSED");
  auto twins = Post(maker_, {twin, twin});
  ASSERT_TRUE(twins.ok()) << twins.status();
  EXPECT_EQ(twins->results(0).transfer(), twins->results(1).transfer());
  EXPECT_EQ(BalanceOf(maker_, bank_).debits_posted_fen(), 105) << "100 and 5, no other amount";
}

TEST_F(LedgerRpcTest, RefusesToMixUnits) {
  const std::string euro = MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET, false, "EUR");
  // The good transfer beside it is not posted, either.
  auto refused = Post(maker_, {Move(bank_, fund_, 1), Move(euro, fund_, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused.status()), "ACCOUNT_UNIT_MISMATCH");
  EXPECT_EQ(MetadataOf(refused.status(), "index"), "1");
  EXPECT_EQ(BalanceOf(maker_, euro).debits_posted_fen(), 0);
  EXPECT_EQ(BalanceOf(maker_, fund_).credits_posted_fen(), 0);
}

TEST_F(LedgerRpcTest, TellsAllViolationsOfARequest) {
  fv1::NewTransfer bad = Move(bank_, bank_, 0);
  bad.set_id("not-a-uuid");
  bad.set_code(std::string(33, 'x'));
  auto refused = Post(maker_, {Move(bank_, fund_, 1), bad});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused.status()), "INVALID_REQUEST");
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("4"));
  EXPECT_EQ(Post(maker_, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LedgerRpcTest, PostsAPartOfAPendingTransferAndVoidsTheRest) {
  ASSERT_TRUE(Post(maker_, {Move(bank_, fund_, 500)}).ok());
  const std::string pending = Pending(400);
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_pending_fen(), 400);
  EXPECT_EQ(ReasonOf(Post(maker_, {Move(fund_, bank_, 101)}).status()), "INSUFFICIENT_FUNDS");

  const std::string id = NewId();
  ASSERT_TRUE(PostPart(pending, 150, id).ok());
  ASSERT_TRUE(PostPart(pending, 150, id).ok());  // a repetition
  EXPECT_EQ(ReasonOf(PostPart(pending, 151, id)), "TRANSFER_ID_REUSED");
  EXPECT_EQ(ReasonOf(PostPart(pending, 251)), "PENDING_AMOUNT_EXCEEDED");
  fv1::GetTransferRequest get;
  get.set_name(pending);
  EXPECT_EQ(maker_.Call<fv1::Transfer>("GetTransfer", get)->pending_rest_fen(), 250);
  ASSERT_TRUE(Void(pending).ok());
  EXPECT_EQ(ReasonOf(Void(pending)), "PENDING_RESOLVED");
  EXPECT_EQ(ReasonOf(PostPart(pending, 1)), "PENDING_RESOLVED");
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_pending_fen(), 0);
  EXPECT_EQ(BalanceOf(maker_, bank_).credits_posted_fen(), 150);
  EXPECT_EQ(BalanceOf(maker_, bank_).available_fen(), 350);
}

TEST_F(LedgerRpcTest, ResolvesOnlyPendingTransfers) {
  auto posted = Post(maker_, {Move(bank_, fund_, 5)});
  EXPECT_EQ(ReasonOf(Void(posted->results(0).transfer())), "PENDING_NOT_FOUND");
}

TEST_F(LedgerRpcTest, ListsTheStatementOfAnAccountPageByPage) {
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) {
    auto response = Post(maker_, {i % 2 == 0 ? Move(bank_, fund_, 10) : Move(fund_, bank_, 1)});
    ASSERT_TRUE(response.ok()) << response.status();
    made.push_back(response->results(0).transfer());
  }
  fv1::ListTransfersRequest list;
  list.set_account(bank_);
  list.set_page_size(3);
  std::vector<std::string> listed;
  do {
    auto page = maker_.Call<fv1::ListTransfersResponse>("ListTransfers", list);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->transfers_size(), 3);
    for (const fv1::Transfer& transfer : page->transfers()) listed.push_back(transfer.name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, made);

  fv1::ListTransfersRequest other;
  other.set_account(fund_);
  other.set_page_token("forged");
  EXPECT_EQ(ReasonOf(maker_.Call<fv1::ListTransfersResponse>("ListTransfers", other).status()),
            "PAGE_TOKEN_INVALID");
}

TEST_F(LedgerRpcTest, FindsAnAccountByItsCodeAndKeepsCodesUnique) {
  fv1::CreateAccountsRequest create;
  auto& account = *create.add_accounts();
  account.set_region_code(kCounty);
  account.set_code("1001." + NewId());
  account.set_display_name("专户");
  account.set_type(fv1::ACCOUNT_TYPE_ASSET);
  create.set_request_id(NewId());
  auto made = maker_.Call<fv1::CreateAccountsResponse>("CreateAccounts", create);
  ASSERT_TRUE(made.ok()) << made.status();
  auto again = maker_.Call<fv1::CreateAccountsResponse>("CreateAccounts", create);
  EXPECT_EQ(again->accounts(0).name(), made->accounts(0).name());
  create.set_request_id(NewId());
  EXPECT_EQ(ReasonOf(maker_.Call<fv1::CreateAccountsResponse>("CreateAccounts", create).status()),
            "ACCOUNT_CODE_EXISTS");
  fv1::ListAccountsRequest list;
  list.set_code(account.code());
  auto listed = maker_.Call<fv1::ListAccountsResponse>("ListAccounts", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->accounts_size(), 1);
  EXPECT_EQ(listed->accounts(0).unit(), "CNY");
}

TEST_F(LedgerRpcTest, ShowsThatDebitsEqualCredits) {
  ASSERT_TRUE(Post(maker_, {Move(bank_, fund_, 12345)}).ok());
  auto balance = maker_.Call<fv1::TrialBalance>("GetTrialBalance", fv1::GetTrialBalanceRequest());
  ASSERT_TRUE(balance.ok()) << balance.status();
  EXPECT_EQ(balance->total_debits_fen(), balance->total_credits_fen());
  EXPECT_GE(balance->total_debits_fen(), 12345);
  EXPECT_GE(balance->rows_size(), 2);
}

}  // namespace
}  // namespace jz::testing
