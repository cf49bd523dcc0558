#include "deploy/lib/demo/assist.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"
#include "jingzhun/assistance/v1/assistance.pb.h"

namespace jz::demo {
namespace {

namespace av1 = ::jingzhun::assistance::v1;

constexpr int kHouseholdsPerCadre = 5;
constexpr char kFrom[] = "2017-06-15";

std::string RequestId(const Township& township, absl::string_view step) {
  return absl::StrCat("demo-", township.code, "-", step);
}

absl::StatusOr<std::vector<std::string>> EnterCadres(Suite& suite, const Township& township,
                                                     int count) {
  av1::BatchCreateUnitsRequest units;
  for (int i = 0; i < 10; ++i) {
    av1::Unit& unit = *units.add_units();
    unit.set_region_code(township.code);
    unit.set_code(absl::StrFormat("D%02d", i + 1));
    unit.set_title(absl::StrFormat("帮扶单位%02d", i + 1));
    unit.set_level("04");
  }
  units.set_request_id(RequestId(township, "units"));
  JZ_ASSIGN_OR_RETURN(
      auto kept, suite.Call<av1::BatchCreateUnitsResponse>(TownshipClerk(township),
                                                           Assistance("BatchCreateUnits"), units));
  av1::BatchCreateCadresRequest cadres;
  for (int i = 0; i < count; ++i) {
    av1::Cadre& cadre = *cadres.add_cadres();
    cadre.set_region_code(township.code);
    cadre.set_unit(kept.units(i % kept.units_size()).name());
    cadre.set_staff_number(absl::StrFormat("%04d", i + 1));
    cadre.set_display_name(absl::StrFormat("干部%03d", i + 1));
    cadre.set_household_limit(kHouseholdsPerCadre);
  }
  cadres.set_request_id(RequestId(township, "cadres"));
  JZ_ASSIGN_OR_RETURN(auto entered,
                      suite.Call<av1::BatchCreateCadresResponse>(
                          TownshipClerk(township), Assistance("BatchCreateCadres"), cadres));
  std::vector<std::string> names;
  for (const av1::Cadre& cadre : entered.cadres()) names.push_back(cadre.name());
  return names;
}

absl::Status AwaitProjection(Suite& suite, const Township& township) {
  av1::GetProjectionStatusRequest request;
  request.set_region_code(township.code);
  return Suite::Until("assistance knows the register", [&]() -> absl::StatusOr<bool> {
    JZ_ASSIGN_OR_RETURN(
        auto status, suite.Call<av1::ProjectionStatus>(TownshipClerk(township),
                                                       Assistance("GetProjectionStatus"), request));
    return suite.CaughtUp(Register("StreamChanges"), township.code, {kHouseholdChanged},
                          status.cursor());
  });
}

// What a plan would hold: the dangerous house first, then industry for who can work, security for
// who cannot.
void AddMeasures(const idv1::Household& household, av1::Plan& plan) {
  if (household.housing() != "01") {
    av1::Measure& measure = *plan.add_measures();
    measure.set_group("housing");
    measure.set_description("危房改造");
    measure.set_due_date("2017-10-31");
  }
  av1::Measure& measure = *plan.add_measures();
  measure.set_group(household.able_to_work_count() > 0 ? "industry" : "security");
  measure.set_description(household.able_to_work_count() > 0 ? "发展家庭养殖" : "低保兜底");
  measure.set_due_date("2017-12-31");
}

}  // namespace

absl::Status AssistHouseholds(Suite& suite, const Township& township,
                              const std::vector<idv1::Household>& registered) {
  int count = static_cast<int>(registered.size());
  JZ_RETURN_IF_ERROR(AwaitProjection(suite, township));
  JZ_ASSIGN_OR_RETURN(
      std::vector<std::string> cadres,
      EnterCadres(suite, township, (count + kHouseholdsPerCadre - 1) / kHouseholdsPerCadre));
  av1::BatchCreatePairingsRequest pairings;
  av1::BatchCreatePlansRequest plans;
  av1::UploadVisitsRequest visits;
  for (int i = 0; i < count; ++i) {
    const idv1::Household& household = registered[i];
    const std::string& cadre = cadres[i / kHouseholdsPerCadre];
    av1::Pairing& pairing = *pairings.add_pairings();
    pairing.set_household(household.name());
    pairing.set_cadre(cadre);
    pairing.set_from_date(kFrom);
    av1::Plan& plan = *plans.add_plans();
    plan.set_household(household.name());
    plan.set_year(2017);
    AddMeasures(household, plan);
    av1::Visit& visit = *visits.add_visits();
    visit.set_client_id(absl::StrCat("demo-", household.national_no()));
    visit.set_household(household.name());
    visit.set_cadre(cadre);
    visit.set_visit_date("2017-06-20");
    visit.set_summary("入户走访，核对收入与住房");
  }
  pairings.set_request_id(RequestId(township, "pairings"));
  plans.set_request_id(RequestId(township, "plans"));
  visits.set_request_id(RequestId(township, "visits"));
  const std::string who = TownshipClerk(township);
  JZ_RETURN_IF_ERROR(
      suite.Call<av1::BatchCreatePairingsResponse>(who, Assistance("BatchCreatePairings"), pairings)
          .status());
  JZ_RETURN_IF_ERROR(
      suite.Call<av1::BatchCreatePlansResponse>(who, Assistance("BatchCreatePlans"), plans)
          .status());
  JZ_ASSIGN_OR_RETURN(
      auto kept, suite.Call<av1::UploadVisitsResponse>(who, Assistance("UploadVisits"), visits));
  for (const av1::VisitResult& result : kept.results()) {
    if (result.outcome() == av1::VISIT_OUTCOME_REFUSED) {
      return FailedPrecondition(result.reason(), {},
                                absl::StrCat("visit ", result.index(), " was refused"));
    }
  }
  return absl::OkStatus();
}

}  // namespace jz::demo
