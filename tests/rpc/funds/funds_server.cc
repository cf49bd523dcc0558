#include "tests/rpc/funds/funds_server.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "services/funds/app.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

constexpr char kService[] = "jingzhun.funds.v1.FundsService";

template <class T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::abort();
  }
  return *std::move(result);
}

void OkOrDie(const absl::Status& status) {
  OrDie<int>(status.ok() ? absl::StatusOr<int>(0) : status);
}

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

int64_t NextId() {
  static std::atomic<int64_t> next{1};
  return MakeId(230712, next++);
}

void Publish(FundsServer& server, const std::string& region, int64_t version,
             const idv1::HouseholdChanged& payload) {
  common::v1::Change change = feed::MakeChange(
      payload.household().household(), *RegionCode::Parse(region), version, absl::Now(), payload);
  OkOrDie(server.db().Run(Soon(), [&](sql::Transaction& tx) {
    return feed::ApplyHouseholds(tx, {&change, 1});
  }));
}

idv1::HouseholdChanged Snapshot(const TestHousehold& household, const std::string& region,
                                idv1::HouseholdState state) {
  idv1::HouseholdChanged payload;
  payload.mutable_household()->set_household(household.name);
  payload.mutable_household()->set_region_code(region);
  payload.mutable_household()->set_state(state);
  for (const std::string& person : household.persons) {
    idv1::MemberSnapshot& member = *payload.mutable_household()->add_members();
    member.set_person(person);
    member.set_joined_date("2010-01-01");
    member.set_labour("01");
    member.set_student("01");
  }
  return payload;
}

}  // namespace

FundsServer::FundsServer() : database_(PrivateMariaDb::Shared().NewSchema()) {
  db_ = OrDie(sql::Database::Open(database_));
  OkOrDie(MigrateService(funds::Spec(), *db_));
  Start();
}

FundsServer::~FundsServer() { app_->Drain(absl::Seconds(1)); }

void FundsServer::Start() {
  std::unique_ptr<Foundation> foundation =
      OrDie(OpenFoundation(TestConfig("funds", database_, keys_)));
  app_ = OrDie(funds::StartFunds(std::move(foundation)));
}

void FundsServer::Restart() {
  app_->Drain(absl::Seconds(1));
  app_.reset();
  Start();
}

Client FundsServer::With(const std::string& role, const std::string& subject,
                         const std::string& region) const {
  return Client(app_->port(), kService,
                keys_.Token({.subject = subject, .roles = {role}, .regions = {region}}));
}
Client FundsServer::Maker(const std::string& subject) const {
  return With("finance_maker", subject, kCounty);
}
Client FundsServer::Checker(const std::string& subject) const {
  return With("finance_checker", subject, kCounty);
}

FundsServer& FundsTest::server() {
  static FundsServer server;
  return server;
}

std::string NewId() { return RandomUuid(); }

std::string MakeAccount(const Client& client, fv1::AccountType type, bool forbid_negative,
                        const std::string& unit, const std::string& region) {
  fv1::CreateAccountsRequest request;
  auto& account = *request.add_accounts();
  account.set_region_code(region);
  account.set_code(NewId());
  account.set_display_name("测试账户");
  account.set_type(type);
  account.set_unit(unit);
  account.set_forbid_negative_balance(forbid_negative);
  request.set_request_id(NewId());
  return OrDie(client.Call<fv1::CreateAccountsResponse>("CreateAccounts", request))
      .accounts(0)
      .name();
}

fv1::Balance BalanceOf(const Client& client, const std::string& account) {
  fv1::GetAccountRequest request;
  request.set_name(account);
  return OrDie(client.Call<fv1::Account>("GetAccount", request)).balance();
}

fv1::NewTransfer Move(const std::string& debit, const std::string& credit, int64_t amount_fen) {
  fv1::NewTransfer transfer;
  transfer.set_id(NewId());
  transfer.set_debit_account(debit);
  transfer.set_credit_account(credit);
  transfer.set_amount_fen(amount_fen);
  return transfer;
}

absl::StatusOr<fv1::PostTransfersResponse> Post(const Client& client,
                                                const std::vector<fv1::NewTransfer>& transfers,
                                                fv1::Atomicity atomicity,
                                                const std::string& request_id) {
  fv1::PostTransfersRequest request;
  for (const fv1::NewTransfer& transfer : transfers) *request.add_transfers() = transfer;
  request.set_atomicity(atomicity);
  request.set_request_id(request_id);
  return client.Call<fv1::PostTransfersResponse>("PostTransfers", request);
}

TestHousehold Admit(FundsServer& server, const std::string& from_date, int persons,
                    const std::string& region) {
  TestHousehold household{HouseholdId(NextId()).Name(), {}};
  for (int i = 0; i < persons; ++i) household.persons.push_back(PersonId(NextId()).Name());
  idv1::HouseholdChanged payload = Snapshot(household, region, idv1::HOUSEHOLD_STATE_REGISTERED);
  payload.mutable_adjustment()->set_kind(idv1::ADJUSTMENT_KIND_ADMIT);
  payload.mutable_adjustment()->set_effective_date(from_date);
  payload.mutable_adjustment()->set_state_before(idv1::HOUSEHOLD_STATE_CANDIDATE);
  Publish(server, region, 1, payload);
  return household;
}

void Remove(FundsServer& server, const TestHousehold& household, const std::string& from_date,
            const std::string& region) {
  idv1::HouseholdChanged payload = Snapshot(household, region, idv1::HOUSEHOLD_STATE_REMOVED);
  payload.mutable_adjustment()->set_kind(idv1::ADJUSTMENT_KIND_REMOVE_ERROR);
  payload.mutable_adjustment()->set_reason("INCOME");
  payload.mutable_adjustment()->set_effective_date(from_date);
  payload.mutable_adjustment()->set_state_before(idv1::HOUSEHOLD_STATE_REGISTERED);
  Publish(server, region, 2, payload);
}

void Leave(FundsServer& server, const TestHousehold& household, const std::string& left_date,
           const std::string& region) {
  idv1::HouseholdChanged payload = Snapshot(household, region, idv1::HOUSEHOLD_STATE_REGISTERED);
  idv1::MemberSnapshot gone = payload.household().members(0);
  gone.set_left_date(left_date);
  payload.mutable_household()->mutable_members()->DeleteSubrange(0, 1);
  *payload.mutable_household()->add_departed_members() = gone;
  Publish(server, region, 2, payload);
}

Treasury MakeTreasury(const Client& maker, const std::string& purpose, int64_t amount_fen) {
  Treasury treasury;
  treasury.bank = MakeAccount(maker, fv1::ACCOUNT_TYPE_ASSET, true);
  treasury.source = MakeAccount(maker, fv1::ACCOUNT_TYPE_INCOME, true);
  OrDie(Post(maker, {Move(treasury.bank, treasury.source, amount_fen)}));
  fv1::CreateBudgetLineRequest request;
  request.set_region_code(kCounty);
  request.set_source_level(fv1::SOURCE_LEVEL_CENTRE);
  request.set_year(2017);
  request.set_purpose(purpose);
  request.set_amount_fen(amount_fen);
  request.set_document_number("财农〔2017〕" + NewId());
  request.set_source_account(treasury.source);
  request.set_request_id(NewId());
  treasury.budget_line = OrDie(maker.Call<fv1::BudgetLine>("CreateBudgetLine", request)).name();
  return treasury;
}

absl::StatusOr<fv1::BudgetLine> GetBudget(const Client& client, const std::string& name) {
  fv1::GetBudgetLineRequest request;
  request.set_name(name);
  return client.Call<fv1::BudgetLine>("GetBudgetLine", request);
}

fv1::CreateDisbursementBatchRequest Declare(const Treasury& treasury, const std::string& purpose,
                                            int count, int64_t standard_fen) {
  fv1::CreateDisbursementBatchRequest request;
  request.set_region_code(kTownship);
  request.set_purpose(purpose);
  request.set_budget_line(treasury.budget_line);
  request.set_paying_account(treasury.bank);
  request.set_pay_date("2017-07-10");
  request.set_declared_count(count);
  request.set_declared_total_fen(count * standard_fen);
  request.set_standard_fen(standard_fen);
  request.set_per(fv1::PAID_PER_HOUSEHOLD);
  return request;
}

absl::StatusOr<fv1::DisbursementBatch> Create(const Client& maker,
                                              fv1::CreateDisbursementBatchRequest request) {
  if (request.request_id().empty()) request.set_request_id(NewId());
  return maker.Call<fv1::DisbursementBatch>("CreateDisbursementBatch", request);
}

fv1::AddDisbursementLinesRequest::NewLine LineFor(const TestHousehold& household,
                                                  int64_t amount_fen) {
  fv1::AddDisbursementLinesRequest::NewLine line;
  line.set_client_line_id(NewId());
  line.set_household(household.name);
  line.set_payee_name("张三丰");
  line.set_bank_account("6222021234567890123");
  line.set_amount_fen(amount_fen);
  return line;
}

absl::StatusOr<fv1::AddDisbursementLinesResponse> AddLines(
    const Client& maker, const std::string& batch,
    const std::vector<fv1::AddDisbursementLinesRequest::NewLine>& lines) {
  fv1::AddDisbursementLinesRequest request;
  request.set_name(batch);
  for (const auto& line : lines) *request.add_lines() = line;
  request.set_request_id(NewId());
  return maker.Call<fv1::AddDisbursementLinesResponse>("AddDisbursementLines", request);
}

absl::StatusOr<fv1::DisbursementBatch> Submit(const Client& maker, const std::string& batch) {
  fv1::SubmitDisbursementBatchRequest request;
  request.set_name(batch);
  request.set_request_id(NewId());
  return maker.Call<fv1::DisbursementBatch>("SubmitDisbursementBatch", request);
}

absl::StatusOr<fv1::DisbursementBatch> Approve(const Client& checker, const std::string& batch) {
  fv1::ApproveDisbursementBatchRequest request;
  request.set_name(batch);
  request.set_request_id(NewId());
  return checker.Call<fv1::DisbursementBatch>("ApproveDisbursementBatch", request);
}

absl::StatusOr<fv1::DisbursementBatch> GetBatch(const Client& client, const std::string& batch) {
  fv1::GetDisbursementBatchRequest request;
  request.set_name(batch);
  return client.Call<fv1::DisbursementBatch>("GetDisbursementBatch", request);
}

std::vector<fv1::DisbursementLine> LinesOf(const Client& client, const std::string& batch) {
  fv1::ListDisbursementLinesRequest request;
  request.set_batch(batch);
  request.set_page_size(1000);
  auto response =
      OrDie(client.Call<fv1::ListDisbursementLinesResponse>("ListDisbursementLines", request));
  return {response.lines().begin(), response.lines().end()};
}

std::string ReceiptRow(const fv1::DisbursementLine& line, const std::string& result) {
  return absl::StrCat(line.name().substr(line.name().find('/') + 1), ",", result, ",",
                      line.amount_fen(), ",BANK-", line.line_number());
}

absl::StatusOr<fv1::UploadBankReceiptResponse> Upload(const Client& checker,
                                                      const std::string& batch,
                                                      const std::vector<std::string>& rows,
                                                      const std::string& request_id) {
  std::unique_ptr<rpc::RawRequests> stream = checker.ClientStream("UploadBankReceipt");
  fv1::UploadBankReceiptRequest first;
  first.set_name(batch);
  first.set_request_id(request_id.empty() ? NewId() : request_id);
  first.set_data("line_id,result,amount_fen,bank_reference\n");
  stream->Write(first);
  for (const std::string& row : rows) {
    fv1::UploadBankReceiptRequest next;
    next.set_data(row + "\n");
    stream->Write(next);
  }
  fv1::UploadBankReceiptResponse response;
  if (absl::Status status = stream->Finish(response); !status.ok()) return status;
  return response;
}

}  // namespace jz::testing
