#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jingzhun/common/v1/feed.pb.h"
#include "jingzhun/funds/v1/changes.pb.h"
#include "tests/rpc/funds/funds_server.h"

namespace jz::testing {

namespace common = ::jingzhun::common;

namespace {

constexpr int64_t kStandard = 750'000;
constexpr char kHousing[] = "housing_renovation";

class ReceiptRpcTest : public FundsTest {
 protected:
  Client maker_ = server().Maker();
  Client checker_ = server().Checker();

  struct Approved {
    Treasury treasury;
    std::string batch;
    std::vector<TestHousehold> households;
    std::vector<fv1::DisbursementLine> lines;
  };
  Approved ApprovedBatch(int count) {
    Approved approved;
    approved.treasury = MakeTreasury(maker_, kHousing, count * kStandard);
    auto batch = Create(maker_, Declare(approved.treasury, kHousing, count, kStandard));
    EXPECT_TRUE(batch.ok()) << batch.status();
    approved.batch = batch->name();
    std::vector<fv1::AddDisbursementLinesRequest::NewLine> lines;
    for (int i = 0; i < count; ++i) {
      approved.households.push_back(Admit(server(), "2014-01-01"));
      lines.push_back(LineFor(approved.households.back(), kStandard));
    }
    EXPECT_TRUE(AddLines(maker_, approved.batch, lines).ok());
    absl::Status submitted = Submit(maker_, approved.batch).status();
    EXPECT_TRUE(submitted.ok()) << submitted;
    absl::Status done = Approve(checker_, approved.batch).status();
    EXPECT_TRUE(done.ok()) << done;
    approved.lines = LinesOf(maker_, approved.batch);
    return approved;
  }
  fv1::ListHouseholdPaymentsResponse PaymentsOf(const TestHousehold& household,
                                                const Client& client) {
    fv1::ListHouseholdPaymentsRequest request;
    request.set_household(household.name);
    auto response =
        client.Call<fv1::ListHouseholdPaymentsResponse>("ListHouseholdPayments", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(fv1::ListHouseholdPaymentsResponse());
  }
  // Payments of a batch that the feed tells.
  std::vector<fv1::PaymentConfirmed> PaymentsInFeed(const std::string& batch) {
    common::v1::StreamChangesRequest request;
    request.set_until_current(true);
    request.add_types("jingzhun.funds.v1.PaymentConfirmed");
    auto stream = server()
                      .With("service", "evaluation", "000000000000")
                      .ServerStream("StreamChanges", request);
    std::vector<fv1::PaymentConfirmed> payments;
    common::v1::StreamChangesResponse response;
    while (stream->Read(response)) {
      for (const common::v1::Change& change : response.changes()) {
        fv1::PaymentConfirmed payment;
        EXPECT_TRUE(change.payload().UnpackTo(&payment));
        EXPECT_EQ(change.region_code(), kVillage);
        if (payment.batch() == batch) payments.push_back(payment);
      }
    }
    EXPECT_TRUE(stream->Finish().ok());
    return payments;
  }
};

TEST_F(ReceiptRpcTest, ClosesABatchWhenEveryLineHasAResult) {
  const Approved approved = ApprovedBatch(3);
  // Out of order, in two files, and a file twice.
  const std::vector<std::string> first = {ReceiptRow(approved.lines[2], "PAID")};
  const std::vector<std::string> second = {ReceiptRow(approved.lines[1], "RETURNED"),
                                           ReceiptRow(approved.lines[0], "PAID")};
  auto part = Upload(checker_, approved.batch, first);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->new_paid_count(), 1);
  EXPECT_EQ(part->batch().state(), fv1::DISBURSEMENT_STATE_APPROVED);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), kStandard);
  auto repeated = Upload(checker_, approved.batch, first);
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_EQ(repeated->new_paid_count(), 0);
  EXPECT_EQ(repeated->known_count(), 1);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), kStandard);

  auto rest = Upload(checker_, approved.batch, second);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->batch().state(), fv1::DISBURSEMENT_STATE_CLOSED);
  EXPECT_EQ(rest->batch().paid_count(), 2);
  EXPECT_EQ(rest->batch().paid_total_fen(), 2 * kStandard);
  EXPECT_EQ(rest->batch().returned_total_fen(), kStandard);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).available_fen(), kStandard);
  auto line = GetBudget(maker_, approved.treasury.budget_line);
  EXPECT_EQ(line->remaining_fen(), kStandard);
  EXPECT_EQ(line->reserved_fen(), 0);

  auto late = Upload(checker_, approved.batch, second);
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_EQ(late->known_count(), 2);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).available_fen(), kStandard);
  EXPECT_EQ(PaymentsInFeed(approved.batch).size(), 2u);
}

TEST_F(ReceiptRpcTest, TellsTheFeedWhatWasPaid) {
  const Approved approved = ApprovedBatch(1);
  ASSERT_TRUE(Upload(checker_, approved.batch, {ReceiptRow(approved.lines[0], "PAID")}).ok());
  const std::vector<fv1::PaymentConfirmed> payments = PaymentsInFeed(approved.batch);
  ASSERT_EQ(payments.size(), 1u);
  EXPECT_EQ(payments[0].purpose(), kHousing);
  EXPECT_EQ(payments[0].household(), approved.households[0].name);
  EXPECT_EQ(payments[0].amount_fen(), kStandard);
  EXPECT_EQ(payments[0].standard_fen(), kStandard);
  EXPECT_EQ(payments[0].paid_date(), "2017-07-10");
}

TEST_F(ReceiptRpcTest, PaysAReturnedLineAgainInAnotherBatch) {
  const Approved approved = ApprovedBatch(2);
  auto closed =
      Upload(checker_, approved.batch,
             {ReceiptRow(approved.lines[0], "RETURNED"), ReceiptRow(approved.lines[1], "PAID")});
  ASSERT_TRUE(closed.ok()) << closed.status();
  auto batch = Create(maker_, Declare(approved.treasury, kHousing, 1, kStandard));
  ASSERT_TRUE(AddLines(maker_, batch->name(), {LineFor(approved.households[0], kStandard)}).ok());
  auto submitted = Submit(maker_, batch->name());
  EXPECT_TRUE(submitted.ok()) << submitted.status();
  auto other = Create(maker_, Declare(approved.treasury, kHousing, 1, kStandard));
  ASSERT_TRUE(AddLines(maker_, other->name(), {LineFor(approved.households[1], kStandard)}).ok());
  EXPECT_EQ(ReasonOf(Submit(maker_, other->name()).status()), "LINES_REFUSED");
}

TEST_F(ReceiptRpcTest, AppliesNothingOfAFileWithAnError) {
  const Approved approved = ApprovedBatch(2);
  fv1::DisbursementLine wrong_amount = approved.lines[1];
  wrong_amount.set_amount_fen(kStandard - 1);
  auto refused = Upload(checker_, approved.batch,
                        {ReceiptRow(approved.lines[0], "PAID"), ReceiptRow(wrong_amount, "PAID"),
                         "0000000000zzz,PAID,1,REF"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("2"));
  EXPECT_EQ(GetBatch(maker_, approved.batch)->paid_count(), 0);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), 0);

  ASSERT_TRUE(Upload(checker_, approved.batch, {ReceiptRow(approved.lines[0], "PAID")}).ok());
  EXPECT_FALSE(Upload(checker_, approved.batch, {ReceiptRow(approved.lines[0], "RETURNED")}).ok());
  EXPECT_EQ(GetBatch(maker_, approved.batch)->paid_count(), 1);
}

TEST_F(ReceiptRpcTest, AppliesAFileOnceUnder16UploadsOfIt) {
  const Approved approved = ApprovedBatch(4);
  std::vector<std::string> rows;
  for (const fv1::DisbursementLine& line : approved.lines) rows.push_back(ReceiptRow(line, "PAID"));
  const std::string request_id = NewId();
  std::vector<std::string> answers(16);
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      // Half repeat one request, half are requests of their own.
      auto response = Upload(checker_, approved.batch, rows, i % 2 == 0 ? request_id : "");
      answers[i] = response.ok()
                       ? absl::StrCat(response->new_paid_count() + response->known_count())
                       : response.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()), std::set<std::string>{"4"});
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), 4 * kStandard);
  EXPECT_EQ(PaymentsInFeed(approved.batch).size(), 4u);
}

TEST_F(ReceiptRpcTest, TakesReceiptsOfApprovedBatchesFromOthersThanTheMaker) {
  const Approved approved = ApprovedBatch(1);
  const std::vector<std::string> rows = {ReceiptRow(approved.lines[0], "PAID")};
  EXPECT_EQ(ReasonOf(Upload(server().Checker("maker"), approved.batch, rows).status()),
            "SAME_PERSON");
  EXPECT_EQ(Upload(maker_, approved.batch, rows).status().code(),
            absl::StatusCode::kPermissionDenied);
  auto draft = Create(maker_, Declare(approved.treasury, kHousing, 1, kStandard));
  EXPECT_EQ(ReasonOf(Upload(checker_, draft->name(), rows).status()), "BATCH_NOT_APPROVED");
}

TEST_F(ReceiptRpcTest, ShowsFullAccountNumbersOnlyInTheBankFile) {
  const Approved approved = ApprovedBatch(1);
  const std::string shown = approved.lines[0].bank_account();
  EXPECT_THAT(shown, ::testing::EndsWith("0123"));
  EXPECT_THAT(shown, ::testing::Not(::testing::HasSubstr("62220212")));
  EXPECT_EQ(approved.lines[0].payee_name(), "张**");

  fv1::ReadBankFileRequest request;
  request.set_name(approved.batch);
  EXPECT_EQ(ReasonOf(checker_.Call<fv1::BankFile>("ReadBankFile", request).status()),
            "INVALID_REQUEST");
  request.set_reason("交银行付款");
  EXPECT_EQ(maker_.Call<fv1::BankFile>("ReadBankFile", request).status().code(),
            absl::StatusCode::kPermissionDenied);
  auto file = checker_.Call<fv1::BankFile>("ReadBankFile", request);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->data(), ::testing::HasSubstr(",6222021234567890123,750000\r\n"));
  EXPECT_EQ(file->sha256(), checker_.Call<fv1::BankFile>("ReadBankFile", request)->sha256());

  // Both readings were kept, with their reason.
  std::vector<std::string> reasons;
  absl::Status read = server().db().Read(absl::Now() + absl::Seconds(5), [&](sql::Transaction& tx) {
    return tx.Query(
        "SELECT r.reason FROM bank_file_reading r JOIN disbursement_batch b ON "
        "b.batch_id = r.batch_id WHERE b.batch_id = ? AND r.read_by = 'checker'",
        {*ParseResourceName("disbursementBatches", approved.batch)},
        [&](const sql::Row& row) { reasons.push_back(row.Text(0)); });
  });
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_THAT(reasons, ::testing::ElementsAre("交银行付款", "交银行付款"));
}

TEST_F(ReceiptRpcTest, HandsOutGoodsWithoutMoney) {
  fv1::CreateDisbursementBatchRequest request;
  request.set_region_code(kTownship);
  request.set_purpose("in_kind_chick");
  request.set_pay_date("2017-07-20");
  request.set_declared_count(2);
  request.set_item("chick");
  request.set_declared_item_total(200);
  request.set_per(fv1::PAID_PER_HOUSEHOLD);
  auto batch = Create(maker_, request);
  ASSERT_TRUE(batch.ok()) << batch.status();
  std::vector<TestHousehold> households = {Admit(server(), "2014-01-01"),
                                           Admit(server(), "2014-01-01")};
  std::vector<fv1::AddDisbursementLinesRequest::NewLine> lines(2);
  for (int i = 0; i < 2; ++i) {
    lines[i].set_client_line_id(absl::StrCat("L", i));
    lines[i].set_household(households[i].name);
    lines[i].set_item_count(i == 0 ? 100 : 99);
  }
  ASSERT_TRUE(AddLines(maker_, batch->name(), {lines[0]}).ok());
  ASSERT_TRUE(AddLines(maker_, batch->name(), {lines[1]}).ok());
  EXPECT_EQ(ReasonOf(Submit(maker_, batch->name()).status()), "DECLARED_ITEM_TOTAL_DIFFERS");
  fv1::RemoveDisbursementLinesRequest remove;
  remove.set_name(batch->name());
  remove.add_client_line_ids("L1");
  remove.set_request_id(NewId());
  ASSERT_TRUE(
      maker_.Call<fv1::RemoveDisbursementLinesResponse>("RemoveDisbursementLines", remove).ok());
  lines[1].set_item_count(100);
  ASSERT_TRUE(AddLines(maker_, batch->name(), {lines[1]}).ok());
  auto submitted = Submit(maker_, batch->name());
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->pending_transfer(), "");
  ASSERT_TRUE(Approve(checker_, batch->name()).ok());
  const std::vector<fv1::DisbursementLine> stored = LinesOf(maker_, batch->name());
  auto closed = Upload(checker_, batch->name(),
                       {ReceiptRow(stored[0], "PAID"), ReceiptRow(stored[1], "PAID")});
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->batch().state(), fv1::DISBURSEMENT_STATE_CLOSED);
  const std::vector<fv1::PaymentConfirmed> payments = PaymentsInFeed(batch->name());
  ASSERT_EQ(payments.size(), 2u);
  EXPECT_EQ(payments[0].item(), "chick");
  EXPECT_EQ(payments[0].item_count(), 100);
}

TEST_F(ReceiptRpcTest, ListsEverythingThatAHouseholdGot) {
  const Approved approved = ApprovedBatch(2);
  EXPECT_EQ(PaymentsOf(approved.households[0], maker_).payments_size(), 0);
  ASSERT_TRUE(
      Upload(checker_, approved.batch,
             {ReceiptRow(approved.lines[0], "PAID"), ReceiptRow(approved.lines[1], "RETURNED")})
          .ok());
  const auto paid = PaymentsOf(approved.households[0], maker_);
  ASSERT_EQ(paid.payments_size(), 1);
  EXPECT_EQ(paid.payments(0).purpose(), kHousing);
  EXPECT_EQ(paid.payments(0).amount_fen(), kStandard);
  EXPECT_EQ(paid.payments(0).bank_reference(), "BANK-1");
  EXPECT_EQ(PaymentsOf(approved.households[1], maker_).payments_size(), 0);
  const Client neighbour = server().With("viewer", "neighbour", kNeighbourCounty);
  EXPECT_EQ(PaymentsOf(approved.households[0], neighbour).payments_size(), 0);
}

TEST_F(ReceiptRpcTest, AnUploadThatIsCutPaysNothing) {
  const Approved approved = ApprovedBatch(2);
  fv1::UploadBankReceiptRequest begun;
  begun.set_name(approved.batch);
  begun.set_request_id("cut");
  begun.set_data(absl::StrCat("line_id,result,amount_fen,bank_reference\n",
                              ReceiptRow(approved.lines[0], "PAID"), "\n"));
  ASSERT_TRUE(checker_.ClientStream("UploadBankReceipt")->Write(begun));  // and breaks off
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), 0);
  EXPECT_TRUE(PaymentsInFeed(approved.batch).empty());
  // The request_id is still free.
  auto whole =
      Upload(checker_, approved.batch,
             {ReceiptRow(approved.lines[0], "PAID"), ReceiptRow(approved.lines[1], "PAID")}, "cut");
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(whole->new_paid_count(), 2);
  EXPECT_EQ(whole->known_count(), 0);
  EXPECT_EQ(BalanceOf(maker_, approved.treasury.bank).credits_posted_fen(), 2 * kStandard);
}

TEST_F(ReceiptRpcTest, RefusesAnUploadThatIsNoReceipt) {
  const Approved approved = ApprovedBatch(1);
  EXPECT_EQ(ReasonOf(Upload(checker_, approved.batch, {}).status()), "RECEIPT_EMPTY");
  EXPECT_EQ(ReasonOf(Upload(checker_, approved.batch, {"\"open"}).status()), "CSV_FORMAT");
  const std::string megabyte(1 << 20, 'x');
  EXPECT_EQ(
      ReasonOf(Upload(checker_, approved.batch, {megabyte, megabyte, megabyte, megabyte, megabyte})
                   .status()),
      "RECEIPT_TOO_LARGE");
}

}  // namespace
}  // namespace jz::testing
