#include "deploy/lib/demo/pay.h"

#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "jingzhun/funds/v1/funds.pb.h"

namespace jz::demo {
namespace {

namespace fv1 = ::jingzhun::funds::v1;

// A line before it has an id: to whom, how much, how many animals.
struct Payment {
  const idv1::Household* household = nullptr;
  const idv1::Member* person = nullptr;
  int64_t amount_fen = 0;
  int64_t items = 0;
};

// A batch as it is declared: the published number and total.
struct Declared {
  const char* purpose;
  const char* pay_date;
  int count;
  int64_t total_yuan;
  int64_t standard_yuan = 0;
  bool per_person = false;
  const char* item = "";
  int64_t item_total = 0;
};

std::string RequestId(const Township& township, absl::string_view step) {
  return absl::StrCat("demo-", township.code, "-", step);
}

std::string BankAccountOf(const idv1::Household& household) {
  return "62" + household.national_no();
}

absl::StatusOr<std::string> AccountNamed(Suite& suite, const std::string& code) {
  fv1::ListAccountsRequest request;
  request.set_region_code(kCounty);
  request.set_code(code);
  JZ_ASSIGN_OR_RETURN(auto found, suite.Call<fv1::ListAccountsResponse>(
                                      "finance-maker", Funds("ListAccounts"), request));
  if (found.accounts_size() != 1) return NotFound("ACCOUNT_NOT_FOUND", {}, "account " + code);
  return found.accounts(0).name();
}

absl::StatusOr<std::string> BudgetLineOf(Suite& suite, const char* purpose) {
  fv1::ListBudgetLinesRequest request;
  request.set_region_code(kCounty);
  request.set_page_size(1000);
  JZ_ASSIGN_OR_RETURN(auto lines, suite.Call<fv1::ListBudgetLinesResponse>(
                                      "finance-maker", Funds("ListBudgetLines"), request));
  for (const fv1::BudgetLine& line : lines.budget_lines()) {
    if (line.purpose() == purpose) return line.name();
  }
  return NotFound("BUDGET_LINE_NOT_FOUND", {}, absl::StrCat("budget line for ", purpose));
}

absl::StatusOr<fv1::DisbursementBatch> Declare(Suite& suite, const Township& township,
                                               const Declared& declared) {
  fv1::CreateDisbursementBatchRequest request;
  request.set_region_code(township.code);
  request.set_purpose(declared.purpose);
  request.set_pay_date(declared.pay_date);
  request.set_declared_count(declared.count);
  request.set_declared_total_fen(declared.total_yuan * 100);
  request.set_standard_fen(declared.standard_yuan * 100);
  request.set_per(declared.per_person ? fv1::PAID_PER_PERSON : fv1::PAID_PER_HOUSEHOLD);
  request.set_item(declared.item);
  request.set_declared_item_total(declared.item_total);
  if (declared.total_yuan > 0) {
    JZ_ASSIGN_OR_RETURN(*request.mutable_budget_line(), BudgetLineOf(suite, declared.purpose));
    JZ_ASSIGN_OR_RETURN(*request.mutable_paying_account(), AccountNamed(suite, "demo/bank"));
  }
  request.set_request_id(RequestId(township, declared.purpose));
  return suite.Call<fv1::DisbursementBatch>("finance-maker", Funds("CreateDisbursementBatch"),
                                            request);
}

absl::Status AddLines(Suite& suite, const std::string& batch, const std::string& request_id,
                      const std::vector<Payment>& payments) {
  constexpr size_t kAtOnce = 1000;
  for (size_t at = 0; at < payments.size(); at += kAtOnce) {
    fv1::AddDisbursementLinesRequest request;
    request.set_name(batch);
    request.set_request_id(absl::StrCat(request_id, "-lines-", at));
    for (size_t i = at; i < std::min(at + kAtOnce, payments.size()); ++i) {
      const Payment& payment = payments[i];
      auto& line = *request.add_lines();
      line.set_client_line_id(absl::StrCat("L", i + 1));
      line.set_household(payment.household->name());
      if (payment.person != nullptr) line.set_person(payment.person->name());
      line.set_amount_fen(payment.amount_fen);
      line.set_item_count(payment.items);
      if (payment.amount_fen > 0) {
        line.set_payee_name(payment.household->head_name());
        line.set_bank_account(BankAccountOf(*payment.household));
      }
    }
    JZ_RETURN_IF_ERROR(suite
                           .Call<fv1::AddDisbursementLinesResponse>(
                               "finance-maker", Funds("AddDisbursementLines"), request)
                           .status());
  }
  return absl::OkStatus();
}

// The register may still be on its way to funds: waits until every line can be paid.
absl::Status AwaitCheck(Suite& suite, const std::string& batch) {
  fv1::CheckDisbursementBatchRequest request;
  request.set_name(batch);
  std::string refused;
  absl::Status waited = Suite::Until("all lines can be paid", [&]() -> absl::StatusOr<bool> {
    JZ_ASSIGN_OR_RETURN(auto check, suite.Call<fv1::CheckDisbursementBatchResponse>(
                                        "finance-maker", Funds("CheckDisbursementBatch"), request));
    if (check.refused_lines_size() > 0) {
      refused = absl::StrCat(check.refused_lines_size(), " lines refused, the first ",
                             check.refused_lines(0).client_line_id(), " for ",
                             check.refused_lines(0).reason());
    }
    return check.refused_lines_size() == 0;
  });
  if (!waited.ok() && !refused.empty()) return FailedPrecondition("LINES_REFUSED", {}, refused);
  return waited;
}

// The bank's part: reads the payment order and answers for every line.
absl::Status PlayBank(Suite& suite, const std::string& batch, const std::string& request_id) {
  fv1::ReadBankFileRequest read;
  read.set_name(batch);
  read.set_reason("Demo: payment order to the bank");
  JZ_ASSIGN_OR_RETURN(auto file,
                      suite.Call<fv1::BankFile>("finance-checker", Funds("ReadBankFile"), read));
  std::string receipt = "line_id,result,amount_fen,bank_reference\n";
  bool header = true;
  for (absl::string_view row : absl::StrSplit(file.data(), '\n', absl::SkipWhitespace())) {
    if (std::exchange(header, false)) continue;
    std::vector<absl::string_view> cells = absl::StrSplit(absl::StripSuffix(row, "\r"), ',');
    absl::StrAppend(&receipt, cells.front(), ",PAID,", cells.back(), ",DEMO-", cells[1], "\n");
  }
  std::vector<fv1::UploadBankReceiptRequest> messages(1);
  messages[0].set_name(batch);
  messages[0].set_request_id(absl::StrCat(request_id, "-receipt"));
  messages.emplace_back().set_data(receipt);
  return suite
      .Upload<fv1::UploadBankReceiptRequest, fv1::UploadBankReceiptResponse>(
          "finance-checker", Funds("UploadBankReceipt"), messages)
      .status();
}

// From the declaration to the last receipt. A batch that an earlier run has closed is left alone.
absl::Status Pay(Suite& suite, const Township& township, const Declared& declared,
                 const std::vector<Payment>& payments) {
  JZ_ASSIGN_OR_RETURN(fv1::DisbursementBatch batch, Declare(suite, township, declared));
  fv1::GetDisbursementBatchRequest get;
  get.set_name(batch.name());
  JZ_ASSIGN_OR_RETURN(batch, suite.Call<fv1::DisbursementBatch>(
                                 "finance-maker", Funds("GetDisbursementBatch"), get));
  const std::string id = RequestId(township, declared.purpose);
  if (batch.state() == fv1::DISBURSEMENT_STATE_DRAFT) {
    JZ_RETURN_IF_ERROR(AddLines(suite, batch.name(), id, payments));
    JZ_RETURN_IF_ERROR(AwaitCheck(suite, batch.name()));
    fv1::SubmitDisbursementBatchRequest submit;
    submit.set_name(batch.name());
    submit.set_request_id(id + "-submit");
    JZ_ASSIGN_OR_RETURN(batch, suite.Call<fv1::DisbursementBatch>(
                                   "finance-maker", Funds("SubmitDisbursementBatch"), submit));
  }
  if (batch.state() == fv1::DISBURSEMENT_STATE_SUBMITTED) {
    fv1::ApproveDisbursementBatchRequest approve;
    approve.set_name(batch.name());
    approve.set_request_id(id + "-approve");
    JZ_ASSIGN_OR_RETURN(batch, suite.Call<fv1::DisbursementBatch>(
                                   "finance-checker", Funds("ApproveDisbursementBatch"), approve));
  }
  if (batch.state() == fv1::DISBURSEMENT_STATE_APPROVED) {
    JZ_RETURN_IF_ERROR(PlayBank(suite, batch.name(), id));
    JZ_ASSIGN_OR_RETURN(batch, suite.Call<fv1::DisbursementBatch>(
                                   "finance-maker", Funds("GetDisbursementBatch"), get));
  }
  if (batch.state() != fv1::DISBURSEMENT_STATE_CLOSED) {
    return FailedPrecondition(
        "BATCH_NOT_CLOSED", {{"purpose", declared.purpose}},
        absl::StrCat("the batch for ", declared.purpose, " could not be closed"));
  }
  return absl::OkStatus();
}

std::vector<Payment> PerPerson(const std::vector<idv1::Household>& households, int64_t amount_yuan,
                               const std::function<bool(const idv1::Member&)>& wanted) {
  std::vector<Payment> payments;
  for (const idv1::Household& household : households) {
    for (const idv1::Member& member : household.members()) {
      if (wanted(member)) payments.push_back({&household, &member, amount_yuan * 100, 0});
    }
  }
  return payments;
}

std::vector<Payment> PerHousehold(const std::vector<idv1::Household>& households, size_t most,
                                  int64_t amount_yuan, int64_t items,
                                  const std::function<bool(const idv1::Household&)>& wanted) {
  std::vector<Payment> payments;
  for (const idv1::Household& household : households) {
    if (payments.size() < most && wanted(household))
      payments.push_back({&household, nullptr, amount_yuan * 100, items});
  }
  return payments;
}

bool HasHealth(const idv1::Household& household, const char* code) {
  for (const idv1::Member& member : household.members()) {
    for (const std::string& health : member.health()) {
      if (health == code) return true;
    }
  }
  return false;
}

void AddAccount(fv1::CreateAccountsRequest& request, const char* code, const char* name,
                fv1::AccountType type) {
  auto& account = *request.add_accounts();
  account.set_region_code(kCounty);
  account.set_code(code);
  account.set_display_name(name);
  account.set_type(type);
  account.set_fund_source("central_special");
}

}  // namespace

absl::Status SetUpFunds(Suite& suite, const Township& township) {
  fv1::CreateAccountsRequest accounts;
  AddAccount(accounts, "demo/bank", "县扶贫资金专户", fv1::ACCOUNT_TYPE_ASSET);
  AddAccount(accounts, "demo/special-fund", "上级专项扶贫资金", fv1::ACCOUNT_TYPE_LIABILITY);
  accounts.set_request_id("demo-accounts");
  JZ_ASSIGN_OR_RETURN(auto created, suite.Call<fv1::CreateAccountsResponse>(
                                        "finance-maker", Funds("CreateAccounts"), accounts));
  // Two million yuan of central special funds arrive.
  fv1::PostTransfersRequest receive;
  auto& transfer = *receive.add_transfers();
  transfer.set_id("00000000-0000-4000-8000-000000002017");
  transfer.set_debit_account(created.accounts(0).name());
  transfer.set_credit_account(created.accounts(1).name());
  transfer.set_amount_fen(200'000'000);
  transfer.set_code("receipt");
  transfer.set_trace("财农〔2017〕6号");
  receive.set_request_id("demo-receive");
  JZ_RETURN_IF_ERROR(
      suite.Call<fv1::PostTransfersResponse>("finance-maker", Funds("PostTransfers"), receive)
          .status());

  static constexpr std::pair<const char*, int64_t> kBudgetYuan[] = {
      {"housing_renovation", 1'342'500},
      {"insurance_cooperative_medical", 251'840},
      {"insurance_serious_illness", 48'794},
      {"insurance_commercial_medical", 39'350},
      {"accident_insurance", 25'860},
      {"serious_illness_relief", 89'000},
      {"student_grant", 15'000},
  };
  for (const auto& [purpose, yuan] : kBudgetYuan) {
    fv1::CreateBudgetLineRequest line;
    line.set_region_code(kCounty);
    line.set_source_level(fv1::SOURCE_LEVEL_CENTRE);
    line.set_year(2017);
    line.set_purpose(purpose);
    line.set_amount_fen(yuan * 100);
    line.set_document_number("财农〔2017〕6号");
    line.set_source_account(created.accounts(1).name());
    line.set_request_id(absl::StrCat("demo-budget-", purpose));
    JZ_RETURN_IF_ERROR(
        suite.Call<fv1::BudgetLine>("finance-maker", Funds("CreateBudgetLine"), line).status());
  }
  JZ_ASSIGN_OR_RETURN(std::string housing_line, BudgetLineOf(suite, "housing_renovation"));
  fv1::CreateProjectRequest project;
  project.set_region_code(township.code);
  project.set_display_name("2017年农村危房改造");
  project.set_budget_line(housing_line);
  project.set_amount_fen(134'250'000);
  project.set_request_id("demo-project");
  return suite.Call<fv1::Project>("finance-maker", Funds("CreateProject"), project).status();
}

absl::Status PayInsurance(Suite& suite, const Township& township,
                          const std::vector<idv1::Household>& opening) {
  auto everybody = [](const idv1::Member&) { return true; };
  auto able = [](const idv1::Member& member) {
    return member.labour() == "01" || member.labour() == "02";
  };
  JZ_RETURN_IF_ERROR(Pay(suite, township,
                         {"insurance_cooperative_medical", "2017-03-15", 1574, 251'840, 160, true},
                         PerPerson(opening, 160, everybody)));
  JZ_RETURN_IF_ERROR(Pay(suite, township,
                         {"insurance_serious_illness", "2017-03-15", 1574, 48'794, 31, true},
                         PerPerson(opening, 31, everybody)));
  JZ_RETURN_IF_ERROR(Pay(suite, township,
                         {"insurance_commercial_medical", "2017-03-15", 1574, 39'350, 25, true},
                         PerPerson(opening, 25, everybody)));
  return Pay(suite, township, {"accident_insurance", "2017-03-20", 862, 25'860, 30, true},
             PerPerson(opening, 30, able));
}

absl::Status PayBenefits(Suite& suite, const Township& township,
                         const std::vector<idv1::Household>& registered) {
  auto unsafe = [](const idv1::Household& household) { return household.housing() != "01"; };
  JZ_RETURN_IF_ERROR(Pay(suite, township,
                         {"housing_renovation", "2017-07-10", 179, 1'342'500, 7500},
                         PerHousehold(registered, SIZE_MAX, 7500, 0, unsafe)));
  auto seriously_ill = [](const idv1::Household& household) { return HasHealth(household, "03"); };
  JZ_RETURN_IF_ERROR(Pay(suite, township, {"serious_illness_relief", "2017-07-10", 10, 89'000},
                         PerHousehold(registered, 10, 8900, 0, seriously_ill)));
  // Sixteen students share 15,000 yuan: two in high school get more.
  std::vector<Payment> grants = PerPerson(
      registered, 900, [](const idv1::Member& member) { return member.student() >= "03"; });
  grants.resize(std::min<size_t>(grants.size(), 16));
  for (size_t i = 0; i < std::min<size_t>(grants.size(), 2); ++i) grants[i].amount_fen = 120'000;
  JZ_RETURN_IF_ERROR(
      Pay(suite, township, {"student_grant", "2017-09-01", 16, 15'000, 0, true}, grants));
  auto able = [](const idv1::Household& household) { return household.able_to_work_count() > 0; };
  std::vector<Payment> chicks = PerHousehold(registered, 126, 0, 100, able);
  JZ_RETURN_IF_ERROR(Pay(
      suite, township, {"in_kind_chick", "2017-07-20", 126, 0, 0, false, "chick", 12'600}, chicks));
  std::vector<Payment> geese = PerHousehold(registered, 166, 0, 50, able);
  geese.erase(geese.begin(), geese.begin() + std::min<ptrdiff_t>(std::ssize(geese), 126));
  return Pay(suite, township, {"in_kind_goose", "2017-07-20", 40, 0, 0, false, "goose", 2'000},
             geese);
}

}  // namespace jz::demo
