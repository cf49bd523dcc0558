// The funds service on a free port with a database of its own, and what its tests ask of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"
#include "gtest/gtest.h"
#include "jingzhun/funds/v1/funds.pb.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace fv1 = ::jingzhun::funds::v1;
namespace idv1 = ::jingzhun::identification::v1;

inline constexpr char kCounty[] = "230712000000";
inline constexpr char kTownship[] = "230712101000";
inline constexpr char kVillage[] = "230712101201";
inline constexpr char kOtherTownship[] = "230712102000";
inline constexpr char kOtherVillage[] = "230712102201";
inline constexpr char kNeighbourCounty[] = "230713000000";

class FundsServer {
 public:
  FundsServer();
  ~FundsServer();

  // Acts in the county; a second maker has another name.
  Client Maker(const std::string& subject = "maker") const;
  Client Checker(const std::string& subject = "checker") const;
  Client With(const std::string& role, const std::string& subject, const std::string& region) const;
  sql::Database& db() { return *db_; }
  const TestKeys& keys() const { return keys_; }

  // Ends the service and starts it again on the same database.
  void Restart();

 private:
  void Start();

  TestKeys keys_;
  sql::DatabaseOptions database_;
  std::unique_ptr<sql::Database> db_;
  std::unique_ptr<App> app_;
};

// One server for all tests of a suite; each test uses accounts and households of its own.
class FundsTest : public ::testing::Test {
 protected:
  static FundsServer& server();
};

std::string NewId();  // a UUID: request or transfer id

// Accounts and transfers. What fails ends the test.
std::string MakeAccount(const Client& client, fv1::AccountType type, bool forbid_negative = false,
                        const std::string& unit = "", const std::string& region = kCounty);
fv1::Balance BalanceOf(const Client& client, const std::string& account);
fv1::NewTransfer Move(const std::string& debit, const std::string& credit, int64_t amount_fen);
absl::StatusOr<fv1::PostTransfersResponse> Post(const Client& client,
                                                const std::vector<fv1::NewTransfer>& transfers,
                                                fv1::Atomicity atomicity = {},
                                                const std::string& request_id = "");

// Households in the projection, as identification's feed brings them.
struct TestHousehold {
  std::string name;  // households/…
  std::vector<std::string> persons;
};
TestHousehold Admit(FundsServer& server, const std::string& from_date, int persons = 1,
                    const std::string& region = kVillage);
void Remove(FundsServer& server, const TestHousehold& household, const std::string& from_date,
            const std::string& region = kVillage);
// The first person leaves.
void Leave(FundsServer& server, const TestHousehold& household, const std::string& left_date,
           const std::string& region = kVillage);

// A treasury with money: a bank account, and a budget line for one purpose.
struct Treasury {
  std::string bank;
  std::string source;
  std::string budget_line;
};
Treasury MakeTreasury(const Client& maker, const std::string& purpose, int64_t amount_fen);
absl::StatusOr<fv1::BudgetLine> GetBudget(const Client& client, const std::string& name);

// Disbursements.
fv1::CreateDisbursementBatchRequest Declare(const Treasury& treasury, const std::string& purpose,
                                            int count, int64_t standard_fen);
absl::StatusOr<fv1::DisbursementBatch> Create(const Client& maker,
                                              fv1::CreateDisbursementBatchRequest request);
fv1::AddDisbursementLinesRequest::NewLine LineFor(const TestHousehold& household,
                                                  int64_t amount_fen);
absl::StatusOr<fv1::AddDisbursementLinesResponse> AddLines(
    const Client& maker, const std::string& batch,
    const std::vector<fv1::AddDisbursementLinesRequest::NewLine>& lines);
absl::StatusOr<fv1::DisbursementBatch> Submit(const Client& maker, const std::string& batch);
absl::StatusOr<fv1::DisbursementBatch> Approve(const Client& checker, const std::string& batch);
absl::StatusOr<fv1::DisbursementBatch> GetBatch(const Client& client, const std::string& batch);
std::vector<fv1::DisbursementLine> LinesOf(const Client& client, const std::string& batch);

// A row of a receipt file for `line`.
std::string ReceiptRow(const fv1::DisbursementLine& line, const std::string& result);
absl::StatusOr<fv1::UploadBankReceiptResponse> Upload(const Client& checker,
                                                      const std::string& batch,
                                                      const std::vector<std::string>& rows,
                                                      const std::string& request_id = "");

}  // namespace jz::testing
