// A register with families, for tests of what becomes of single households.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "jingzhun/identification/v1/household_change.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {

// A member of a family: relation as in files, birth day as a number; the serial's last digit tells
// the sex (odd: male).
struct FamilyMember {
  std::string relation;
  int birth = 0;
  int serial = 0;
};

class ChangesService {
 public:
  using Fields = identification::testing::Fields;

  // A couple with a son of 1995 and a daughter of 1998, in `region`. `serial` makes ids differ.
  static std::vector<FamilyMember> FamilyOfFour(int serial);
  // Registers a household; `changes` to all of its rows. Returns it as it is then.
  idv1::Household Enter(const std::string& number, const std::vector<FamilyMember>& members,
                        const Fields& changes = {});

  Client Households(const std::string& role = "county_officer",
                    const std::string& region = kCounty) const;
  Client Of(const std::string& service, const std::string& role, const std::string& region) const;
  idv1::Household Get(const std::string& name) const;
  std::string NextRequest() { return "request-" + std::to_string(++requests_); }

  absl::StatusOr<idv1::UpdateHouseholdResponse> Update(idv1::HouseholdEdit edit);
  absl::StatusOr<idv1::UpdateHouseholdResponse> UpdateAs(const Client& client,
                                                         const idv1::HouseholdEdit& edit,
                                                         const std::string& request_id);
  absl::StatusOr<idv1::SplitHouseholdResponse> Split(idv1::SplitHouseholdRequest request);
  absl::StatusOr<idv1::MergeHouseholdsResponse> Merge(idv1::MergeHouseholdsRequest request);
  std::vector<std::string> Links(const std::string& household) const;
  idv1::Flows FlowsOf(const std::string& region, const std::string& start, const std::string& end);

  RegisterService& service() { return service_; }

 private:
  RegisterService service_;
  int requests_ = 0;
};

// An edit of the household as it is now.
idv1::HouseholdEdit EditOf(const idv1::Household& household);
// Whose birth year it is; ends the test when there is nobody.
const idv1::Member& BornIn(const idv1::Household& household, int year);

}  // namespace jz::testing
