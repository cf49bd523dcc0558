#include "services/evaluation/domain/evaluate.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::evaluation {
namespace {

// Numbers of identification/v1/changes.proto.
constexpr int kRegistered = 2;
constexpr int kExited = 3;
constexpr int kRelapse = 5;
constexpr int kNaturalDecrease = 6;
constexpr char kAllDied[] = "ALL_MEMBERS_DIED";

bool OnRegister(int state) { return state == kRegistered || state == kExited; }

void Add(Count& count, int64_t households, int64_t persons) {
  count.households += households;
  count.persons += persons;
}

void AddLeft(Flows& flows, const HouseholdGroup& group) {
  Count& count = group.kind != kNaturalDecrease ? flows.removed_wrongly_admitted
                 : group.reason == kAllDied     ? flows.closed_by_death
                                                : flows.closed_otherwise;
  Add(count, group.households, group.members_at_opening);
}

void AddStayed(Flows& flows, const HouseholdGroup& group) {
  Add(flows.members_left, 0, group.members_at_opening - group.members_at_both);
  Add(flows.members_joined, 0, group.members_at_closing - group.members_at_both);
  if (group.opening_state == kRegistered) {
    Add(group.closing_state == kRegistered ? flows.retained : flows.exited, group.households,
        group.members_at_both);
  } else if (group.closing_state == kRegistered) {
    Add(group.kind == kRelapse ? flows.relapsed : flows.reverted_exit, group.households,
        group.members_at_both);
  }
}

absl::Status CheckIdentity(int64_t computed, int64_t closing, const char* what) {
  if (computed == closing) return absl::OkStatus();
  return Internal("FLOWS_DO_NOT_RECONCILE",
                  absl::StrCat(what, ": ", computed, " against ", closing));
}

void CompareWithComputed(const Published& item, const ParsedDecimal& published, Fraction computed,
                         Judgement& judgement) {
  Check& check = judgement.checks.emplace_back();
  check.figure = item.figure;
  check.published = item.value;
  check.computed = Decimal(computed, published.decimals);
  check.equal = check.computed == Decimal(published.value, published.decimals);
  if (check.equal) return;
  bool own = item.terms.empty();
  judgement.findings.push_back(
      {own ? "PUBLISHED_DIFFERS" : "PUBLISHED_INCONSISTENT", item.figure,
       own ? absl::StrCat("公布为", item.value, "，按台账计算为", check.computed, "（", item.source,
                          "）")
           : absl::StrCat("公布为", item.value, "，其分项合计为", check.computed, "（", item.source,
                          "）"),
       own ? absl::StrCat("published ", item.value, ", the records give ", check.computed, " (",
                          item.source, ")")
           : absl::StrCat("published ", item.value, ", but its parts add up to ", check.computed,
                          " (", item.source, ")")});
}

void AddUncovered(int64_t covered, int64_t all, const char* reason, const char* zh, const char* en,
                  Judgement& judgement) {
  if (covered == all) return;
  judgement.findings.push_back({reason, "coverage",
                                absl::StrCat(all, "户中有", all - covered, "户", zh),
                                absl::StrCat(all - covered, " of ", all, " households ", en)});
}

}  // namespace

absl::StatusOr<Flows> ComputeFlows(const std::vector<HouseholdGroup>& groups) {
  Flows flows;
  for (const HouseholdGroup& group : groups) {
    bool opening = OnRegister(group.opening_state);
    bool closing = OnRegister(group.closing_state);
    if (opening) Add(flows.opening, group.households, group.members_at_opening);
    if (closing) Add(flows.closing, group.households, group.members_at_closing);
    if (group.opening_state == kExited)
      Add(flows.opening_exited, group.households, group.members_at_opening);
    if (group.closing_state == kExited)
      Add(flows.closing_exited, group.households, group.members_at_closing);
    if (opening && !closing) AddLeft(flows, group);
    if (opening && closing) AddStayed(flows, group);
    if (!opening && closing) Add(flows.newly_admitted, group.households, group.members_at_closing);
  }
  auto balance = [&](auto part) {
    return part(flows.opening) - part(flows.removed_wrongly_admitted) -
           part(flows.closed_by_death) - part(flows.closed_otherwise) + part(flows.newly_admitted) -
           part(flows.members_left) + part(flows.members_joined);
  };
  JZ_RETURN_IF_ERROR(CheckIdentity(balance([](const Count& c) { return c.households; }),
                                   flows.closing.households, "households"));
  JZ_RETURN_IF_ERROR(CheckIdentity(balance([](const Count& c) { return c.persons; }),
                                   flows.closing.persons, "persons"));
  return flows;
}

std::vector<std::pair<std::string, Count>> NamedFlows(const Flows& flows) {
  return {{"opening", flows.opening},
          {"opening_exited", flows.opening_exited},
          {"removed_wrongly_admitted", flows.removed_wrongly_admitted},
          {"closed_by_death", flows.closed_by_death},
          {"closed_otherwise", flows.closed_otherwise},
          {"retained", flows.retained},
          {"exited", flows.exited},
          {"reverted_exit", flows.reverted_exit},
          {"relapsed", flows.relapsed},
          {"newly_admitted", flows.newly_admitted},
          {"members_left", flows.members_left},
          {"members_joined", flows.members_joined},
          {"closing", flows.closing},
          {"closing_exited", flows.closing_exited}};
}

std::vector<Rate> ComputeRates(const Flows& flows, const Coverage& coverage) {
  const Count& opening = flows.opening;
  return {
      {"decline_households", opening.households - flows.closing.households, opening.households,
       "opening_households"},
      {"decline_persons", opening.persons - flows.closing.persons, opening.persons,
       "opening_persons"},
      {"wrongly_admitted_of_registered", flows.removed_wrongly_admitted.persons, opening.persons,
       "registered_persons"},
      {"missed_of_registered", flows.newly_admitted.persons, opening.persons, "registered_persons"},
      {"wrongly_exited_of_registered", flows.reverted_exit.persons, opening.persons,
       "registered_persons"},
      {"wrongly_exited_of_exited", flows.reverted_exit.persons, flows.opening_exited.persons,
       "exited_persons"},
      {"relapsed_of_exited", flows.relapsed.persons, flows.opening_exited.persons,
       "exited_persons"},
      {"pairing_coverage", coverage.paired, coverage.households, "closing_households"},
      {"plan_coverage", coverage.planned, coverage.households, "closing_households"},
      {"visit_coverage", coverage.visited, coverage.households, "closing_households"},
  };
}

Figures CollectFigures(const Flows& flows, const std::vector<Rate>& rates,
                       const std::vector<FundTotal>& funds) {
  Figures figures;
  for (const auto& [name, count] : NamedFlows(flows)) {
    figures[absl::StrCat("flows.", name, ".households")] = {count.households, 1};
    figures[absl::StrCat("flows.", name, ".persons")] = {count.persons, 1};
  }
  for (const Rate& rate : rates) {
    if (rate.denominator > 0) {
      figures[absl::StrCat("rates.", rate.name, ".percent")] = {rate.numerator * 100,
                                                                rate.denominator};
    }
  }
  for (const FundTotal& total : funds) {
    const std::string at = absl::StrCat("funds.", total.purpose, ".");
    figures[at + "payment_count"] = {total.payment_count, 1};
    figures[at + "household_count"] = {total.household_count, 1};
    figures[at + "total_fen"] = {total.total_fen, 1};
    figures[at + "item_count"] = {total.item_count, 1};
  }
  return figures;
}

absl::StatusOr<Judgement> Judge(const Figures& figures, const std::vector<Published>& published,
                                const std::vector<FundTotal>& funds, const Coverage& coverage) {
  Judgement judgement;
  Violations violations;
  for (size_t i = 0; i < published.size(); ++i) {
    const std::string at = absl::StrCat("published[", i, "]");
    auto value = ParseDecimal(published[i].value);
    if (!value.ok())
      violations.Add(at + ".value", ReasonOf(value.status()), value.status().message());
    absl::StatusOr<Fraction> computed = Fraction();
    for (const std::string& term : published[i].terms) {
      auto parsed = ParseDecimal(term);
      computed = !computed.ok() ? computed
                 : parsed.ok()  ? Sum(*computed, parsed->value)
                                : parsed.status();
    }
    if (published[i].terms.empty()) computed = Resolve(figures, published[i].figure);
    if (!computed.ok())
      violations.Add(at + ".figure", ReasonOf(computed.status()), computed.status().message());
    if (value.ok() && computed.ok())
      CompareWithComputed(published[i], *value, *computed, judgement);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  for (const FundTotal& total : funds) {
    if (total.off_standard_count == 0) continue;
    judgement.findings.push_back(
        {"OFF_STANDARD", total.purpose, absl::StrCat(total.off_standard_count, "笔不符合标准"),
         absl::StrCat(total.off_standard_count, " payments differ from the standard")});
  }
  AddUncovered(coverage.paired, coverage.households, "NOT_PAIRED", "没有帮扶责任人",
               "have no helper", judgement);
  AddUncovered(coverage.visited, coverage.households, "NOT_VISITED", "未走访", "were not visited",
               judgement);
  return judgement;
}

}  // namespace jz::evaluation
