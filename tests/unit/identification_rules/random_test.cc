// Random expressions: each is refused for a reason or runs, and the program that explains agrees
// with the one that does not.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "tests/unit/identification_rules/sample.h"

namespace jz::identification::rules {
namespace {

// Writes expressions that are mostly well typed.
class Writer {
 public:
  explicit Writer(int seed) : random_(seed) {}

  std::string Condition(int depth) {
    if (depth <= 0) return Leaf();
    switch (random_() % 9) {
      case 0:
        return absl::StrCat("(", Condition(depth - 1), " && ", Condition(depth - 1), ")");
      case 1:
        return absl::StrCat("(", Condition(depth - 1), " || ", Condition(depth - 2), " || ",
                            Condition(depth - 1), ")");
      case 2:
        return absl::StrCat("!(", Condition(depth - 1), ")");
      case 3:
        return absl::StrCat(Number(depth - 1), Pick({" < ", " <= ", " == ", " != ", " > "}),
                            Number(depth - 1));
      case 4:
        return absl::StrCat("(", Condition(depth - 1), " ? ", Condition(depth - 1), " : ",
                            Condition(depth - 1), ")");
      case 5:
      case 6:
        return Macro(depth);
      default:
        return Leaf();
    }
  }

 private:
  std::string Pick(const std::vector<std::string>& choices) {
    return choices[random_() % choices.size()];
  }
  std::string Someone() {
    return loops_ > 0 && random_() % 2 == 0 ? absl::StrCat("m", random_() % loops_) : "person";
  }
  std::string Leaf() {
    const std::string person = Someone();
    return Pick(
        {"true", "household.dangerous_house", "household.electricity", "household.monitored",
         "'illness' in monitoring.risks", absl::StrCat("has(", person, ".works)"),
         absl::StrCat("has(", person, ".work)"), absl::StrCat(person, ".resident_medical"),
         absl::StrCat(person, ".resident_medical == false"),
         absl::StrCat(person, ".labour_capacity in ['lost', 'no_labour']"),
         absl::StrCat(person, ".labour_capacity != 'lost'"),
         absl::StrCat(person, ".work.work_county.contains('县')"),
         absl::StrCat(person, ".health_status.all(h, h != 'healthy')"),
         absl::StrCat("members.exists(x, x.labour_capacity == ", person, ".labour_capacity)")});
  }
  std::string Number(int depth) {
    if (depth > 0 && random_() % 3 == 0) {
      return absl::StrCat("(", Number(depth - 1), Pick({" + ", " - ", " * ", " / ", " % "}),
                          Number(depth - 1), ")");
    }
    const std::string person = Someone();
    return Pick({"0", "7", "-3", "63", "9223372036854775807", person + ".age",
                 person + ".public_post_months", person + ".works.size()", "members.size()",
                 person + ".work.work_monthly_income_fen",
                 "months(monitoring.identified_month, today)",
                 "members.filter(y, y.age > 20).size()"});
  }
  std::string Macro(int depth) {
    const std::string name = absl::StrCat("m", loops_);
    ++loops_;
    const std::string body = Condition(depth - 1);
    const std::string filter =
        random_() % 2 == 0 ? absl::StrCat(".filter(", name, ", ", Leaf(), ")") : "";
    --loops_;
    return absl::StrCat("members", filter, Pick({".exists(", ".all("}), name, ", ", body, ")");
  }

  std::mt19937 random_;
  int loops_ = 0;
};

TEST(RandomExpressions, RunOrAreRefusedAndExplainThemselvesTruly) {
  const std::string facts = SampleHousehold().SerializeAsString();
  std::map<std::string, int> outcomes;
  for (int seed = 0; seed < 4'000; ++seed) {
    const RuleText rule = Rule(Writer(seed).Condition(4));
    auto compiled = Compile(rule, SampleCodes());
    if (!compiled.ok()) {
      ++outcomes[ReasonOf(compiled.status())];
      continue;
    }
    RuleSet set;
    set.Add(*std::move(compiled), {.region = {}, .except = {}});
    Rows rows;
    ASSERT_TRUE(set.decoder().Decode(facts, Catalogue::Get().household(), rows).ok());
    Machine machine;
    machine.Begin(rows, 20231231);
    const MessageLayout& person = Catalogue::Get().person();
    const CompiledRule& one = set.entries()[0].rule;
    for (size_t at = 0; at < rows.lists[person.index].size(); at += person.row_slots) {
      machine.StandOn(&rows.lists[person.index][at]);
      const bool hit = machine.Run(one.program);
      ++outcomes[hit ? "hit" : "miss"];
      ASSERT_EQ(machine.Explain(one.explaining), hit) << rule.expression;
    }
  }
  // The test means something: expressions of all kinds came up.
  EXPECT_GT(outcomes["hit"], 1000);
  EXPECT_GT(outcomes["miss"], 1000);
  EXPECT_GT(outcomes["EXPRESSION_MACROS_NESTED"], 20);
  outcomes.erase("EXPRESSION_MACROS_NESTED");
  outcomes.erase("hit");
  outcomes.erase("miss");
  for (const auto& [reason, count] : outcomes) ADD_FAILURE() << reason << " " << count;
}

}  // namespace
}  // namespace jz::identification::rules
