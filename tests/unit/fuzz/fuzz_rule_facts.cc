#include "common/status/status.h"
#include "services/identification/rules/rule_set.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

namespace rules = ::jz::identification::rules;

namespace {

const rules::RuleSet& Rules() {
  static const rules::RuleSet* const set = [] {
    auto* all = new rules::RuleSet;
    const identification::CodeBook codes = identification::DefaultCodeBook();
    for (const char* expression :
         {"members.exists(m, m.works.exists(w, w.work_start > 202001 && has(w.work_county)))",
          "person.work.work_end < person.work.work_start || person.age < 0",
          "'illness' in monitoring.risks || household.natural_village.contains('x')",
          "former_members.all(f, f.health_status.size() > 0 && f.plans.size() == 0)"}) {
      rules::RuleText text;
      text.variants = {{.population = rules::Population::kAll, .code = "fuzz"}};
      text.scope = rules::Scope::kPerson;
      text.severity = rules::Severity::kError;
      text.expression = expression;
      auto compiled = rules::Compile(text, codes);
      Expect(compiled.ok(), "the rules of the target compile");
      all->Add(*std::move(compiled), {.region = RegionCode(), .except = {}});
    }
    return all;
  }();
  return *set;
}

}  // namespace

// The input is what a HouseholdFacts is stored as. It is decoded or refused with a reason.
void RuleFactsTarget(absl::string_view input) {
  static const auto* codes = new identification::CodeBook(identification::DefaultCodeBook());
  rules::Evaluator evaluator(Rules());
  absl::Status status =
      evaluator.RunHousehold(input, Date(2023, 12, 31), [&](const rules::Hit& hit) {
        Expect(evaluator.Explain(hit, *codes).size() <= 20, "an explanation is short");
      });
  Expect(status.ok() || !ReasonOf(status).empty(), "a refusal has a reason");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::RuleFactsTarget)
