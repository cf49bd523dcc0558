// A small village whose households show every rule, and the people who carry its cases through P1.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "jingzhun/identification/v1/case.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {

// Columns of a household's rows that differ from a sound one: income 3,146 yuan a head or more in
// both years, everything guaranteed, no exclusion.
struct TestHousehold {
  std::string number;
  identification::testing::Fields fields;
  int members = 1;
};

class CaseService {
 public:
  // Without households.
  CaseService();

  // Adds a register file, one row a member.
  void Import(const std::vector<TestHousehold>& households);
  // Households R-poor, R-excluded, R-rich, R-dying (registered), E-unsafe, E-fallen, E-sound
  // (exited), C-poor, C-rich (candidates), all in kVillage, and O-poor (registered) in
  // kOtherVillage.
  void ImportVillage();
  // Everybody of a household dies on a day.
  void RecordDeaths(const std::string& number, const std::string& date);

  // With the role's own subject, `role@region`, or another one.
  Client As(const std::string& role, const std::string& region = kCounty,
            const std::string& subject = "") const;
  Client Village() const { return As("village_clerk", kVillage); }
  Client Township() const { return As("township_clerk", kTownship); }
  Client County() const { return As("county_officer", kCounty); }

  // A campaign of 2017-01-01 to 2017-06-30, assessed.
  std::string StartCampaign(const std::string& region = kTownship);

  // Steps with dates from 2017-05-05 on, a request_id each, for all cases of `region`.
  absl::StatusOr<idv1::StepSummary> Assess(const std::string& campaign,
                                           const std::string& region = kVillage);
  absl::StatusOr<idv1::StepSummary> Deliberate(const std::string& campaign,
                                               const std::string& region = kVillage);
  absl::StatusOr<idv1::StepSummary> Verify(const std::string& campaign,
                                           const std::string& region = kVillage);
  absl::StatusOr<idv1::StepSummary> Decide(const std::string& campaign,
                                           const std::string& region = kVillage);
  absl::StatusOr<idv1::StepSummary> Post(const std::string& campaign,
                                         const std::string& region = kVillage,
                                         const std::string& posted_on = "2017-05-26");
  absl::StatusOr<idv1::StepSummary> Conclude(const std::string& campaign,
                                             const std::string& region = kVillage);
  // All up to the decision, or to the posting.
  void RunUntilDecided(const std::string& campaign, const std::string& region = kVillage);
  void RunUntilPosted(const std::string& campaign, const std::string& region = kVillage);

  idv1::RecordGroupAssessmentsRequest AssessRequest(const std::string& campaign);

  std::string HouseholdName(const std::string& number) const;
  idv1::Household HouseholdOf(const std::string& number) const;
  // The newest case of a household.
  idv1::Case CaseOf(const std::string& number) const;
  idv1::Case GetCase(const std::string& name) const;
  idv1::Flows Flows(const std::string& start = "2017-01-01", const std::string& end = "2017-12-31",
                    const std::string& region = kTownship) const;

  RegisterService& registry() { return service_; }
  // "request-7": another one at each call.
  std::string NextRequest() { return "request-" + std::to_string(++requests_); }

 private:
  void SetParameters();

  RegisterService service_;
  int requests_ = 0;
  int serial_ = 0;
  mutable std::map<std::string, std::string> names_;  // of households, by number
};

}  // namespace jz::testing
