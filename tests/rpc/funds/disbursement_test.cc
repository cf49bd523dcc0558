#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {
namespace {

constexpr int64_t kStandard = 750'000;
constexpr char kHousing[] = "housing_renovation";

class DisbursementRpcTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();
  Client checker_ = server().Checker();

  // A draft over 7,500 yuan for each of `households`.
  std::string Draft(const Treasury& treasury, const std::vector<TestHousehold>& households) {
    auto batch =
        Create(maker_, Declare(treasury, kHousing, static_cast<int>(households.size()), kStandard));
    EXPECT_TRUE(batch.ok()) << batch.status();
    std::vector<fv1::AddDisbursementLinesRequest::NewLine> lines;
    for (const TestHousehold& household : households)
      lines.push_back(LineFor(household, kStandard));
    auto added = AddLines(maker_, batch->name(), lines);
    EXPECT_TRUE(added.ok()) << added.status();
    return batch->name();
  }
  fv1::CheckDisbursementBatchResponse Check(const std::string& batch) {
    fv1::CheckDisbursementBatchRequest request;
    request.set_name(batch);
    auto response =
        maker_.Call<fv1::CheckDisbursementBatchResponse>("CheckDisbursementBatch", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(fv1::CheckDisbursementBatchResponse());
  }
  // The reason of the only refused line.
  std::string OnlyRefusal(const std::string& batch) {
    const fv1::CheckDisbursementBatchResponse check = Check(batch);
    return check.refused_lines_size() == 1 ? check.refused_lines(0).reason()
                                           : absl::StrCat(check.refused_lines_size());
  }
};

TEST_F(DisbursementRpcTest, ReservesTheMoneyOfASubmittedBatch) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, 2 * kStandard);
  const std::string batch =
      Draft(treasury, {Admit(server(), "2014-01-01"), Admit(server(), "2014-01-01")});
  EXPECT_TRUE(Check(batch).ok());
  auto submitted = Submit(maker_, batch);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->state(), fv1::DISBURSEMENT_STATE_SUBMITTED);
  EXPECT_EQ(submitted->line_count(), 2);
  EXPECT_NE(submitted->pending_transfer(), "");
  auto line = GetBudget(maker_, treasury.budget_line);
  EXPECT_EQ(line->remaining_fen(), 0);
  EXPECT_EQ(line->reserved_fen(), 2 * kStandard);
  EXPECT_EQ(LinesOf(maker_, batch)[0].region_code(), kVillage);
}

TEST_F(DisbursementRpcTest, RefusesToReserveMoreThanTheBudgetLineHolds) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  const std::string batch =
      Draft(treasury, {Admit(server(), "2014-01-01"), Admit(server(), "2014-01-01")});
  EXPECT_EQ(ReasonOf(Submit(maker_, batch).status()), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(GetBatch(maker_, batch)->state(), fv1::DISBURSEMENT_STATE_DRAFT);
  EXPECT_EQ(GetBudget(maker_, treasury.budget_line)->remaining_fen(), kStandard);
}

TEST_F(DisbursementRpcTest, RefusesWhatDiffersFromTheDeclaration) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, 10 * kStandard);
  auto batch = Create(maker_, Declare(treasury, kHousing, 2, kStandard));
  auto added = AddLines(maker_, batch->name(), {LineFor(Admit(server(), "2014-01-01"), kStandard)});
  ASSERT_TRUE(added.ok()) << added.status();
  auto refused = Submit(maker_, batch->name());
  EXPECT_EQ(ReasonOf(refused.status()), "DECLARED_COUNT_DIFFERS");
  EXPECT_TRUE(Check(batch->name()).count_differs());

  fv1::CreateDisbursementBatchRequest wrong_total = Declare(treasury, kHousing, 1, 0);
  wrong_total.set_declared_total_fen(kStandard + 1);
  auto other = Create(maker_, wrong_total);
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE(
      AddLines(maker_, other->name(), {LineFor(Admit(server(), "2014-01-01"), kStandard)}).ok());
  EXPECT_EQ(ReasonOf(Submit(maker_, other->name()).status()), "DECLARED_TOTAL_DIFFERS");
}

TEST_F(DisbursementRpcTest, PaysOnlyHouseholdsOnTheRegisterOnThePayDate) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, 100 * kStandard);
  const TestHousehold too_late = Admit(server(), "2017-07-11");
  EXPECT_EQ(OnlyRefusal(Draft(treasury, {too_late})), "HOUSEHOLD_NOT_REGISTERED");
  const TestHousehold unknown{"households/0000000000abc", {}};
  EXPECT_EQ(OnlyRefusal(Draft(treasury, {unknown})), "HOUSEHOLD_NOT_REGISTERED");
  const TestHousehold elsewhere = Admit(server(), "2014-01-01", 1, kOtherVillage);
  EXPECT_EQ(OnlyRefusal(Draft(treasury, {elsewhere})), "HOUSEHOLD_OUTSIDE_REGION");

  const TestHousehold removed_before = Admit(server(), "2014-01-01");
  Remove(server(), removed_before, "2017-07-10");
  const std::string batch = Draft(treasury, {removed_before});
  EXPECT_EQ(OnlyRefusal(batch), "HOUSEHOLD_NOT_REGISTERED");
  auto refused = Submit(maker_, batch);
  EXPECT_EQ(ReasonOf(refused.status()), "LINES_REFUSED");
  EXPECT_EQ(MetadataOf(refused.status(), "refused_count"), "1");
  EXPECT_THAT(MetadataOf(refused.status(), "lines"),
              ::testing::HasSubstr(":HOUSEHOLD_NOT_REGISTERED"));
  EXPECT_EQ(GetBudget(maker_, treasury.budget_line)->remaining_fen(), 100 * kStandard);

  // Removed later: it was registered on the day.
  const TestHousehold removed_after = Admit(server(), "2014-01-01");
  Remove(server(), removed_after, "2017-07-11");
  EXPECT_TRUE(Submit(maker_, Draft(treasury, {removed_after})).ok());
}

TEST_F(DisbursementRpcTest, PaysOnlyPersonsPresentOnThePayDate) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", 1'000'000);
  const TestHousehold household = Admit(server(), "2014-01-01", 3);
  Leave(server(), household, "2017-07-01");
  fv1::CreateDisbursementBatchRequest request = Declare(treasury, "student_grant", 2, 1000);
  request.set_per(fv1::PAID_PER_PERSON);
  auto batch = Create(maker_, request);
  ASSERT_TRUE(batch.ok()) << batch.status();
  std::vector<fv1::AddDisbursementLinesRequest::NewLine> lines;
  for (const std::string& person : household.persons) {
    lines.push_back(LineFor(household, 1000));
    lines.back().set_person(person);
  }
  ASSERT_TRUE(AddLines(maker_, batch->name(), lines).ok());
  EXPECT_EQ(OnlyRefusal(batch->name()), "PERSON_NOT_PRESENT");

  // The maker takes the line out and submits the rest.
  fv1::RemoveDisbursementLinesRequest remove;
  remove.set_name(batch->name());
  remove.add_client_line_ids(lines[0].client_line_id());
  remove.set_request_id(NewId());
  auto removed =
      maker_.Call<fv1::RemoveDisbursementLinesResponse>("RemoveDisbursementLines", remove);
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(removed->removed_count(), 1);
  EXPECT_EQ(removed->line_count(), 2);
  auto submitted = Submit(maker_, batch->name());
  EXPECT_TRUE(submitted.ok()) << submitted.status();
}

TEST_F(DisbursementRpcTest, PaysNobodyTwiceForOnePurposeInOneYear) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, 100 * kStandard);
  const TestHousehold household = Admit(server(), "2014-01-01");
  const std::string first = Draft(treasury, {household});
  const std::string second = Draft(treasury, {household});
  EXPECT_TRUE(Check(second).ok());  // a draft claims nothing yet
  ASSERT_TRUE(Submit(maker_, first).ok());
  EXPECT_EQ(OnlyRefusal(second), "ALREADY_PAID");
  EXPECT_EQ(ReasonOf(Submit(maker_, second).status()), "LINES_REFUSED");
  EXPECT_EQ(OnlyRefusal(Draft(treasury, {household, household})), "2");
  // Another year is another payment.
  fv1::CreateDisbursementBatchRequest next_year = Declare(treasury, kHousing, 1, kStandard);
  next_year.set_pay_date("2018-01-10");
  auto later = Create(maker_, next_year);
  ASSERT_TRUE(AddLines(maker_, later->name(), {LineFor(household, kStandard)}).ok());
  EXPECT_TRUE(Submit(maker_, later->name()).ok());
}

TEST_F(DisbursementRpcTest, ChecksLinesAgainstTheBatch) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  auto batch = Create(maker_, Declare(treasury, kHousing, 1, kStandard));
  const TestHousehold household = Admit(server(), "2014-01-01");
  auto wrong_amount = LineFor(household, kStandard - 1);
  auto no_account = LineFor(household, kStandard);
  no_account.clear_bank_account();
  auto refused = AddLines(maker_, batch->name(), {wrong_amount, no_account});
  EXPECT_EQ(ReasonOf(refused.status()), "INVALID_REQUEST");
  auto bad_account = LineFor(household, kStandard);
  bad_account.set_bank_account("6222-0212");
  absl::Status format = AddLines(maker_, batch->name(), {bad_account}).status();
  EXPECT_EQ(ReasonOf(format), "INVALID_REQUEST");
  EXPECT_THAT(format.ToString(), ::testing::Not(::testing::HasSubstr("6222")));

  auto line = LineFor(household, kStandard);
  auto first = AddLines(maker_, batch->name(), {line});
  auto again = AddLines(maker_, batch->name(), {line});
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(again->line_count(), 1);
  EXPECT_EQ(again->lines(0), first->lines(0));
  line.set_payee_name("李四");
  EXPECT_EQ(ReasonOf(AddLines(maker_, batch->name(), {line}).status()), "LINE_ID_REUSED");
}

TEST_F(DisbursementRpcTest, NeedsAnotherPersonToApprove) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  const std::string batch = Draft(treasury, {Admit(server(), "2014-01-01")});
  EXPECT_EQ(ReasonOf(Approve(checker_, batch).status()), "BATCH_NOT_SUBMITTED");
  ASSERT_TRUE(Submit(maker_, batch).ok());
  // The same person with the other role.
  EXPECT_EQ(ReasonOf(Approve(server().Checker("maker"), batch).status()), "SAME_PERSON");
  EXPECT_EQ(Approve(maker_, batch).status().code(), absl::StatusCode::kPermissionDenied);
  auto approved = Approve(checker_, batch);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->approved_by(), "checker");
  EXPECT_EQ(ReasonOf(Approve(checker_, batch).status()), "BATCH_NOT_SUBMITTED");
}

TEST_F(DisbursementRpcTest, DoesNotApproveWhoLeftTheRegisterMeanwhile) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  const TestHousehold household = Admit(server(), "2014-01-01");
  const std::string batch = Draft(treasury, {household});
  ASSERT_TRUE(Submit(maker_, batch).ok());
  Remove(server(), household, "2017-06-01");
  EXPECT_EQ(ReasonOf(Approve(checker_, batch).status()), "LINES_REFUSED");

  // Sent back: the money is free, and the maker can take the line out.
  fv1::RejectDisbursementBatchRequest reject;
  reject.set_name(batch);
  reject.set_reason("该户已被剔除");
  reject.set_request_id(NewId());
  auto rejected = checker_.Call<fv1::DisbursementBatch>("RejectDisbursementBatch", reject);
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), fv1::DISBURSEMENT_STATE_DRAFT);
  EXPECT_EQ(rejected->reject_reason(), "该户已被剔除");
  EXPECT_EQ(GetBudget(maker_, treasury.budget_line)->remaining_fen(), kStandard);
  fv1::CancelDisbursementBatchRequest cancel;
  cancel.set_name(batch);
  cancel.set_etag("v1");
  cancel.set_request_id(NewId());
  EXPECT_EQ(
      ReasonOf(maker_.Call<fv1::DisbursementBatch>("CancelDisbursementBatch", cancel).status()),
      "ETAG_MISMATCH");
  cancel.set_etag(rejected->etag());
  auto cancelled = maker_.Call<fv1::DisbursementBatch>("CancelDisbursementBatch", cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state(), fv1::DISBURSEMENT_STATE_CANCELLED);
}

TEST_F(DisbursementRpcTest, LeavesADraftToItsMaker) {
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  const std::string batch = Draft(treasury, {Admit(server(), "2014-01-01")});
  EXPECT_EQ(ReasonOf(Submit(server().Maker("colleague"), batch).status()), "NOT_BATCH_MAKER");
  ASSERT_TRUE(Submit(maker_, batch).ok());
  EXPECT_EQ(
      ReasonOf(
          AddLines(maker_, batch, {LineFor(Admit(server(), "2014-01-01"), kStandard)}).status()),
      "BATCH_NOT_DRAFT");
}

TEST_F(DisbursementRpcTest, PaysOnlyThePurposeOfTheBudgetLine) {
  const Treasury treasury = MakeTreasury(maker_, "student_grant", kStandard);
  EXPECT_EQ(ReasonOf(Create(maker_, Declare(treasury, kHousing, 1, kStandard)).status()),
            "BUDGET_PURPOSE_DIFFERS");
  Treasury from_source = MakeTreasury(maker_, kHousing, kStandard);
  from_source.bank = from_source.source;
  EXPECT_EQ(ReasonOf(Create(maker_, Declare(from_source, kHousing, 1, kStandard)).status()),
            "PAYING_ACCOUNT_TYPE");
}

TEST_F(DisbursementRpcTest, DecidesByItsProjectionWhenIdentificationIsDown) {
  // No identification runs in these tests at all; after a restart the projection is still there.
  const Treasury treasury = MakeTreasury(maker_, kHousing, kStandard);
  const std::string batch = Draft(treasury, {Admit(server(), "2014-01-01")});
  server().Restart();
  auto submitted = Submit(server().Maker(), batch);
  EXPECT_TRUE(submitted.ok()) << submitted.status();
}

}  // namespace
}  // namespace jz::testing
