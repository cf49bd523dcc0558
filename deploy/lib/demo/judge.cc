#include "deploy/lib/demo/judge.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::demo {
namespace {

void AddFlow(std::vector<Published>& figures, const std::string& flow, const char* households,
             const char* persons, const char* source) {
  if (*households != '\0') {
    figures.push_back({flow + ".households", "flows." + flow + ".households", households, source});
  }
  figures.push_back({flow + ".persons", "flows." + flow + ".persons", persons, source});
}

absl::Status AwaitProjections(Suite& suite, const Township& township) {
  struct Source {
    const char* name;
    std::string feed;
    std::vector<std::string> types;  // that evaluation projects; empty: all
  };
  const Source sources[] = {
      {"identification", Register("StreamChanges"), {kHouseholdChanged}},
      {"assistance", Assistance("StreamChanges"), {}},
      {"funds", Funds("StreamChanges"), {"jingzhun.funds.v1.PaymentConfirmed"}},
  };
  ev1::GetProjectionStatusRequest request;
  request.set_region_code(township.code);
  return Suite::Until("evaluation knows everything", [&]() -> absl::StatusOr<bool> {
    JZ_ASSIGN_OR_RETURN(auto status, suite.Call<ev1::ProjectionStatus>(
                                         "evaluator", Evaluations("GetProjectionStatus"), request));
    for (const Source& source : sources) {
      auto cursor = status.cursors().find(source.name);
      if (cursor == status.cursors().end()) return false;
      JZ_ASSIGN_OR_RETURN(bool caught_up,
                          suite.CaughtUp(source.feed, township.code, source.types, cursor->second));
      if (!caught_up) return false;
    }
    return true;
  });
}

}  // namespace

std::vector<Published> AdjustmentFigures() {
  static constexpr char kFlows[] = "township report 2017, dynamic adjustment";
  static constexpr char kMoney[] = "township report 2017, money";
  std::vector<Published> figures;
  AddFlow(figures, "opening", "621", "1574", kFlows);
  AddFlow(figures, "removed_wrongly_admitted", "237", "642", kFlows);
  AddFlow(figures, "closed_by_death", "9", "42", kFlows);
  AddFlow(figures, "retained", "206", "528", kFlows);
  AddFlow(figures, "reverted_exit", "169", "362", kFlows);
  AddFlow(figures, "newly_admitted", "98", "195", kFlows);
  AddFlow(figures, "closing", "473", "1085", kFlows);
  figures.push_back(
      {"decline_percent.households", "rates.decline_households.percent", "23.8", kFlows});
  figures.push_back({"decline_percent.persons", "rates.decline_persons.percent", "31.1", kFlows});

  figures.push_back(
      {"housing_renovation.households", "funds.housing_renovation.household_count", "179", kMoney});
  figures.push_back(
      {"housing_renovation.total_fen", "funds.housing_renovation.total_fen", "134250000", kMoney});
  figures.push_back({"insurance_contributions.persons",
                     "funds.insurance_cooperative_medical.payment_count", "1574", kMoney});
  figures.push_back(
      {"insurance_contributions.total_fen",
       "funds.insurance_cooperative_medical.total_fen+funds.insurance_serious_illness.total_fen+"
       "funds.insurance_commercial_medical.total_fen",
       "34000000", kMoney, false});
  figures.push_back(
      {"accident_insurance.persons", "funds.accident_insurance.payment_count", "862", kMoney});
  figures.push_back({"accident_insurance.total_fen", "funds.accident_insurance.total_fen",
                     "2600000", kMoney, false});
  figures.push_back({"serious_illness_relief.households",
                     "funds.serious_illness_relief.household_count", "10", kMoney});
  figures.push_back({"serious_illness_relief.total_fen", "funds.serious_illness_relief.total_fen",
                     "8900000", kMoney});
  figures.push_back({"student_grants.students", "funds.student_grant.payment_count", "16", kMoney});
  figures.push_back(
      {"student_grants.total_fen", "funds.student_grant.total_fen", "1500000", kMoney});
  figures.push_back(
      {"in_kind.chicks.households", "funds.in_kind_chick.household_count", "126", kMoney});
  figures.push_back({"in_kind.chicks.total", "funds.in_kind_chick.item_count", "12600", kMoney});
  figures.push_back(
      {"in_kind.geese.households", "funds.in_kind_goose.household_count", "40", kMoney});
  figures.push_back({"in_kind.geese.total", "funds.in_kind_goose.item_count", "2000", kMoney});

  figures.push_back(
      {"renovation_plan.left", "renovation_plan.left", "444", kMoney, true, {"1324", "-880"}});
  figures.push_back({"renovation_plan.plan_by_year",
                     "renovation_plan.plan_by_year",
                     "444",
                     kMoney,
                     false,
                     {"323", "45", "13", "4"}});
  return figures;
}

std::vector<Published> CheckFigures() {
  static constexpr char kSource[] = "township register check 2017";
  std::vector<Published> figures;
  AddFlow(figures, "newly_admitted", "178", "548", kSource);
  AddFlow(figures, "relapsed", "1", "2", kSource);
  AddFlow(figures, "removed_wrongly_admitted", "74", "324", kSource);
  AddFlow(figures, "reverted_exit", "1", "4", kSource);
  AddFlow(figures, "opening", "", "6195", kSource);
  for (Published& figure : figures) figure.name = "check." + figure.name;
  figures.push_back({"check.wrongly_admitted_percent (÷ registered persons)",
                     "rates.wrongly_admitted_of_registered.percent", "5.23", kSource});
  figures.push_back({"check.wrongly_exited_percent (÷ registered persons)",
                     "rates.wrongly_exited_of_registered.percent", "0.06", kSource});
  return figures;
}

absl::StatusOr<ev1::Evaluation> Evaluate(Suite& suite, const Township& township,
                                         const std::vector<Published>& figures) {
  JZ_RETURN_IF_ERROR(AwaitProjections(suite, township));
  ev1::CreateEvaluationRequest request;
  request.set_region_code(township.code);
  request.set_period_start(kPeriodStart);
  request.set_period_end(kPeriodEnd);
  for (const Published& figure : figures) {
    ev1::PublishedFigure& published = *request.add_published();
    published.set_figure(figure.figure);
    published.set_value(figure.value);
    published.set_source(figure.source);
    for (const std::string& term : figure.terms) published.add_terms(term);
  }
  request.set_request_id(absl::StrCat("demo-", township.code, "-evaluation"));
  return suite.Call<ev1::Evaluation>("evaluator", Evaluations("CreateEvaluation"), request);
}

}  // namespace jz::demo
