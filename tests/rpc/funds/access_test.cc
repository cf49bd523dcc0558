// Nobody sees or moves what lies outside the scope of the token.
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {
namespace {

class FundsAccessTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();
  Client neighbour_ = server().With("finance_maker", "neighbour", kNeighbourCounty);
  Client township_ = server().With("finance_maker", "clerk", kTownship);
  std::string bank_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_ASSET);
  std::string fund_ = MakeAccount(maker_, fv1::ACCOUNT_TYPE_INCOME);
};

TEST_F(FundsAccessTest, HidesAccountsOfANeighbour) {
  fv1::GetAccountRequest get;
  get.set_name(bank_);
  EXPECT_EQ(ReasonOf(neighbour_.Call<fv1::Account>("GetAccount", get).status()),
            "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(township_.Call<fv1::Account>("GetAccount", get).status()),
            "ACCOUNT_NOT_FOUND");
  auto listed =
      neighbour_.Call<fv1::ListAccountsResponse>("ListAccounts", fv1::ListAccountsRequest());
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const fv1::Account& account : listed->accounts()) {
    EXPECT_EQ(account.region_code(), kNeighbourCounty);
  }
  fv1::ListAccountsRequest of_county;
  of_county.set_region_code(kCounty);
  EXPECT_EQ(
      ReasonOf(neighbour_.Call<fv1::ListAccountsResponse>("ListAccounts", of_county).status()),
      "REGION_OUT_OF_SCOPE");
  fv1::ListTransfersRequest statement;
  statement.set_account(bank_);
  EXPECT_EQ(
      ReasonOf(neighbour_.Call<fv1::ListTransfersResponse>("ListTransfers", statement).status()),
      "ACCOUNT_NOT_FOUND");
}

TEST_F(FundsAccessTest, MovesNoMoneyAcrossTheScope) {
  const std::string own =
      MakeAccount(neighbour_, fv1::ACCOUNT_TYPE_ASSET, false, "", kNeighbourCounty);
  EXPECT_EQ(ReasonOf(Post(neighbour_, {Move(own, fund_, 1)}).status()), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Post(neighbour_, {Move(bank_, own, 1), Move(own, bank_, 1)}).status()),
            "ACCOUNT_NOT_FOUND");
  fv1::NewTransfer pending = Move(bank_, fund_, 5);
  pending.set_pending(true);
  auto reserved = Post(maker_, {pending});
  fv1::VoidPendingRequest release;
  release.add_voids()->set_id(NewId());
  release.mutable_voids(0)->set_pending_transfer(reserved->results(0).transfer());
  EXPECT_EQ(ReasonOf(neighbour_.Call<fv1::PostTransfersResponse>("VoidPending", release).status()),
            "PENDING_NOT_FOUND");
  fv1::GetTransferRequest get;
  get.set_name(reserved->results(0).transfer());
  EXPECT_EQ(ReasonOf(neighbour_.Call<fv1::Transfer>("GetTransfer", get).status()),
            "TRANSFER_NOT_FOUND");
}

TEST_F(FundsAccessTest, WritesNothingAboveOrBesideTheScope) {
  for (const std::string& region :
       {std::string(kCounty), std::string(kOtherTownship), std::string(kNeighbourCounty)}) {
    fv1::CreateAccountsRequest create;
    auto& account = *create.add_accounts();
    account.set_region_code(region);
    account.set_code("x");
    account.set_display_name("x");
    account.set_type(fv1::ACCOUNT_TYPE_ASSET);
    create.set_request_id(NewId());
    auto refused = township_.Call<fv1::CreateAccountsResponse>("CreateAccounts", create);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ReasonOf(refused.status()), "REGION_OUT_OF_SCOPE");
  }
}

TEST_F(FundsAccessTest, HidesBatchesAndTheirLines) {
  const Treasury treasury = MakeTreasury(maker_, "housing_renovation", 100);
  auto batch = Create(maker_, Declare(treasury, "housing_renovation", 1, 100));
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(ReasonOf(GetBatch(neighbour_, batch->name()).status()), "BATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Submit(neighbour_, batch->name()).status()), "BATCH_NOT_FOUND");
  EXPECT_EQ(
      ReasonOf(
          Approve(server().With("finance_checker", "n", kNeighbourCounty), batch->name()).status()),
      "BATCH_NOT_FOUND");
  fv1::ListDisbursementLinesRequest lines;
  lines.set_batch(batch->name());
  EXPECT_EQ(
      ReasonOf(neighbour_.Call<fv1::ListDisbursementLinesResponse>("ListDisbursementLines", lines)
                   .status()),
      "BATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(GetBudget(neighbour_, treasury.budget_line).status()),
            "BUDGET_LINE_NOT_FOUND");
  auto listed = neighbour_.Call<fv1::ListDisbursementBatchesResponse>(
      "ListDisbursementBatches", fv1::ListDisbursementBatchesRequest());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->batches_size(), 0);
  // The township sees its own batch, paid from the county's budget line.
  EXPECT_TRUE(GetBatch(township_, batch->name()).ok());
}

TEST_F(FundsAccessTest, SumsOnlyAccountsOfTheScope) {
  ASSERT_TRUE(Post(maker_, {Move(bank_, fund_, 5)}).ok());
  const Client stranger = server().With("viewer", "stranger", "440000000000");
  auto balance = stranger.Call<fv1::TrialBalance>("GetTrialBalance", fv1::GetTrialBalanceRequest());
  ASSERT_TRUE(balance.ok()) << balance.status();
  EXPECT_EQ(balance->rows_size(), 0);
}

TEST_F(FundsAccessTest, AsksForAPermissionBeforeAnythingElse) {
  fv1::GetAccountRequest get;
  get.set_name("not a name");
  EXPECT_EQ(server()
                .With("village_clerk", "v", kVillage)
                .Call<fv1::Account>("GetAccount", get)
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(maker_.WithToken("").Call<fv1::Account>("GetAccount", get).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(maker_.Call<fv1::Account>("GetAccount", get).status()),
            "RESOURCE_NAME_FORMAT");
  EXPECT_EQ(Post(server().Checker(), {Move(bank_, fund_, 1)}).status().code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace jz::testing
