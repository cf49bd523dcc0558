#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {
namespace {

class BudgetRpcTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();

  fv1::CreateBudgetLineRequest Request(const std::string& source, int64_t amount_fen) {
    fv1::CreateBudgetLineRequest request;
    request.set_region_code(kCounty);
    request.set_source_level(fv1::SOURCE_LEVEL_PROVINCE);
    request.set_year(2017);
    request.set_purpose("student_grant");
    request.set_amount_fen(amount_fen);
    request.set_document_number(NewId());
    request.set_source_account(source);
    request.set_request_id(NewId());
    return request;
  }
  absl::StatusOr<fv1::Project> Project(const std::string& line, int64_t amount_fen,
                                       const std::string& region = kTownship) {
    fv1::CreateProjectRequest request;
    request.set_region_code(region);
    request.set_display_name("2017年助学项目");
    request.set_budget_line(line);
    request.set_amount_fen(amount_fen);
    request.set_request_id(NewId());
    return maker_.Call<fv1::Project>("CreateProject", request);
  }
  absl::StatusOr<fv1::Project> Advance(const fv1::Project& project, fv1::ProjectState state) {
    fv1::AdvanceProjectRequest request;
    request.set_name(project.name());
    request.set_state(state);
    request.set_etag(project.etag());
    request.set_request_id(NewId());
    return maker_.Call<fv1::Project>("AdvanceProject", request);
  }
};

TEST_F(BudgetRpcTest, AllocatesFromTheSourceAccount) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", 1'000'000);
  auto line = GetBudget(maker_, treasury.budget_line);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->remaining_fen(), 1'000'000);
  EXPECT_EQ(line->reserved_fen(), 0);
  EXPECT_EQ(BalanceOf(maker_, treasury.source).available_fen(), 0);
  EXPECT_EQ(BalanceOf(maker_, line->account()).credits_posted_fen(), 1'000'000);
  fv1::ListTransfersRequest list;
  list.set_account(line->account());
  auto transfers = maker_.Call<fv1::ListTransfersResponse>("ListTransfers", list);
  ASSERT_EQ(transfers->transfers_size(), 1);
  EXPECT_EQ(transfers->transfers(0).trace(), line->document_number());
}

TEST_F(BudgetRpcTest, DoesNotAllocateMoreThanTheSourceHolds) {
  const std::string source = MakeAccount(maker_, fv1::ACCOUNT_TYPE_LIABILITY, true);
  auto line = maker_.Call<fv1::BudgetLine>("CreateBudgetLine", Request(source, 1));
  EXPECT_EQ(ReasonOf(line.status()), "INSUFFICIENT_FUNDS");
}

TEST_F(BudgetRpcTest, RefusesASecondLineOfOneDocument) {
  const std::string source = MakeAccount(maker_, fv1::ACCOUNT_TYPE_LIABILITY);
  fv1::CreateBudgetLineRequest request = Request(source, 5);
  auto first = maker_.Call<fv1::BudgetLine>("CreateBudgetLine", request);
  ASSERT_TRUE(first.ok()) << first.status();
  auto repeated = maker_.Call<fv1::BudgetLine>("CreateBudgetLine", request);
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_EQ(repeated->name(), first->name());
  EXPECT_EQ(BalanceOf(maker_, source).debits_posted_fen(), 5);
  request.set_request_id(NewId());
  EXPECT_EQ(ReasonOf(maker_.Call<fv1::BudgetLine>("CreateBudgetLine", request).status()),
            "BUDGET_LINE_EXISTS");
}

TEST_F(BudgetRpcTest, RefusesAnUnknownPurpose) {
  fv1::CreateBudgetLineRequest request =
      Request(MakeAccount(maker_, fv1::ACCOUNT_TYPE_LIABILITY), 5);
  request.set_purpose("holiday");
  EXPECT_EQ(ReasonOf(maker_.Call<fv1::BudgetLine>("CreateBudgetLine", request).status()),
            "PURPOSE_UNKNOWN");
  auto purposes =
      maker_.Call<fv1::ListPurposesResponse>("ListPurposes", fv1::ListPurposesRequest());
  ASSERT_TRUE(purposes.ok()) << purposes.status();
  EXPECT_GE(purposes->purposes_size(), 9);
}

TEST_F(BudgetRpcTest, LetsNobodyMoveTheMoneyOfALineByHand) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", 1000);
  const std::string account = GetBudget(maker_, treasury.budget_line)->account();
  EXPECT_EQ(ReasonOf(Post(maker_, {Move(account, treasury.bank, 1)}).status()), "ACCOUNT_MANAGED");
  EXPECT_EQ(
      ReasonOf(maker_.Call<fv1::BudgetLine>("CreateBudgetLine", Request(account, 1)).status()),
      "ACCOUNT_MANAGED");
}

TEST_F(BudgetRpcTest, PlansProjectsUpToTheLine) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", 1000);
  auto first = Project(treasury.budget_line, 600);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->purpose(), "student_grant");
  EXPECT_EQ(first->state(), fv1::PROJECT_STATE_APPROVED);
  auto over = Project(treasury.budget_line, 401);
  EXPECT_EQ(ReasonOf(over.status()), "PROJECT_OVER_BUDGET");
  EXPECT_EQ(MetadataOf(over.status(), "unplanned_fen"), "400");
  EXPECT_TRUE(Project(treasury.budget_line, 400).ok());
}

TEST_F(BudgetRpcTest, MovesAProjectThroughItsStages) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", 1000);
  auto project = Project(treasury.budget_line, 10);
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(ReasonOf(Advance(*project, fv1::PROJECT_STATE_SETTLED).status()),
            "PROJECT_STATE_ORDER");
  auto next = Advance(*project, fv1::PROJECT_STATE_IMPLEMENTING);
  ASSERT_TRUE(next.ok()) << next.status();
  auto stale = Advance(*project, fv1::PROJECT_STATE_ACCEPTED);
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(stale.status()), "ETAG_MISMATCH");
  fv1::GetProjectRequest get;
  get.set_name(project->name());
  EXPECT_EQ(maker_.Call<fv1::Project>("GetProject", get)->state(), fv1::PROJECT_STATE_IMPLEMENTING);
}

}  // namespace
}  // namespace jz::testing
