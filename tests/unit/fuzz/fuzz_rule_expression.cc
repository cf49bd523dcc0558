#include "common/status/status.h"
#include "services/identification/rules/rule_set.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

namespace rules = ::jz::identification::rules;

// The input is the condition of a rule. It is refused with a reason and a position, or it runs on a
// record and explains itself.
void RuleExpressionTarget(absl::string_view input) {
  static const auto* codes = new identification::CodeBook(identification::DefaultCodeBook());
  rules::RuleText text;
  text.variants = {{.population = rules::Population::kAll, .code = "fuzz"}};
  text.scope = rules::Scope::kPerson;
  text.severity = rules::Severity::kError;
  text.expression = std::string(input);
  auto compiled = rules::Compile(text, *codes);
  if (!compiled.ok()) {
    Expect(!ReasonOf(compiled.status()).empty(), "a refusal has a reason");
    return;
  }
  Expect(compiled->program.code.size() < 20'000, "a program is in proportion to its text");
  rules::RuleSet set;
  set.Add(*std::move(compiled), {.region = RegionCode(), .except = {}});
  rules::Evaluator evaluator(set);
  // A member (field 6) with id 1, born 1960-02-29, of labour 4, with two episodes of work.
  static const std::string facts(
      "\x32\x1c\x08\x01\x40\xe5\xa8\xac\x09\x80\x01\x04\xc2\x02\x04\x10\x91\xaa\x0c\xc2\x02\x08\x10"
      "\xdb\xab\x0c\x30\x90\xa1\x0f",
      30);
  (void)evaluator.RunHousehold(facts, Date(2023, 12, 31), [&](const rules::Hit& hit) {
    Expect(evaluator.Explain(hit, *codes).size() <= 20, "an explanation is short");
  });
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::RuleExpressionTarget)
