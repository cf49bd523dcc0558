// A register of a few households, and what tests of comparisons need to call the service.
#pragma once

#include <string>
#include <vector>

#include "jingzhun/identification/v1/comparison.pb.h"
#include "tests/rpc/identification/register_service.h"

namespace jz::testing {

class ComparisonService {
 public:
  // Households of one person each: three in kVillage (numbers 1 to 3), two in kNeighbourVillage (4
  // and 5).
  ComparisonService();

  RegisterService& registry() { return registry_; }
  Client As(const std::string& role, const std::string& region = kCounty) const;
  Client Officer() const { return As("county_officer"); }
  Client Clerk() const { return As("township_clerk", kTownship); }

  // The identity number of the person with that number; others than 1 to 5 are not in the register.
  static std::string IdNumber(int number);
  std::string HouseholdOf(int number) const;
  std::string NextRequest() { return "request-" + std::to_string(++requests_); }

  // A description that is right.
  idv1::CreateComparisonListRequest Describe(const std::string& kind = "payroll",
                                             const std::string& region = kCounty);
  absl::StatusOr<idv1::ComparisonList> Send(
      const Client& client, const std::vector<idv1::CreateComparisonListRequest>& messages) const;
  absl::StatusOr<idv1::ComparisonList> SendCsv(const Client& client,
                                               idv1::CreateComparisonListRequest description,
                                               const std::string& csv, size_t piece = 7) const;
  // A list of persons by number, each with the unit "U<number>"; its name. Ends the process's test
  // when it fails.
  std::string MakeList(const std::vector<int>& numbers, const std::string& kind = "payroll",
                       const std::string& unit = "U");

  absl::StatusOr<cv1::Job> Run(const Client& client, const std::vector<std::string>& lists,
                               const std::string& region = kCounty, bool hold = false);
  idv1::RunComparisonResult RunAndAwait(const std::vector<std::string>& lists, bool hold = false);

  std::vector<idv1::ComparisonFinding> Findings(const Client& client) const;
  idv1::ComparisonFinding Get(const std::string& finding) const;
  absl::StatusOr<idv1::BatchAnswerComparisonFindingsResponse> Answer(
      const Client& client, const std::string& finding,
      idv1::ComparisonOutcome outcome = idv1::COMPARISON_OUTCOME_EXPLAINED);
  absl::StatusOr<idv1::BatchCheckComparisonFindingsResponse> Check(const Client& client,
                                                                   const std::string& finding,
                                                                   bool accept = true);

 private:
  RegisterService registry_;
  int requests_ = 0;
};

}  // namespace jz::testing
