// Rules as JSON.
#include "services/identification/rules/rule_file.h"

#include <gmock/gmock.h>

#include "common/status/status.h"

namespace jz::identification::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(RuleFile, HoldsRulesAndTwins) {
  auto rules = ParseRules(R"([
    {"codes": {"EXITED": "2_01", "MONITORED": "2_12"}, "scope": "PERSON", "severity": "ERROR",
     "title_zh": "题", "title_en": "title", "params": {"min": 16, "on": true, "labour": "lost",
     "grades": [1, 2], "kinds": ["a", "b"]}, "expression": "true", "fields": ["sex"], "note": "n"},
    {"code": "1_03", "scope": "VILLAGE", "population": "ALL", "severity": "WARNING",
     "expression": "village.exited"}])");
  ASSERT_TRUE(rules.ok()) << rules.status();
  ASSERT_THAT(*rules, SizeIs(2));
  const RuleText& twin = (*rules)[0];
  EXPECT_THAT(twin.variants,
              ElementsAre(Variant{.population = Population::kExited, .code = "2_01"},
                          Variant{.population = Population::kMonitored, .code = "2_12"}));
  EXPECT_EQ(twin.scope, Scope::kPerson);
  EXPECT_EQ(twin.severity, Severity::kError);
  EXPECT_EQ(twin.title_zh, "题");
  EXPECT_EQ(std::get<int64_t>(twin.params.at("min")), 16);
  EXPECT_EQ(std::get<bool>(twin.params.at("on")), true);
  EXPECT_EQ(std::get<std::string>(twin.params.at("labour")), "lost");
  EXPECT_THAT(std::get<std::vector<int64_t>>(twin.params.at("grades")), ElementsAre(1, 2));
  EXPECT_THAT(std::get<std::vector<std::string>>(twin.params.at("kinds")), ElementsAre("a", "b"));
  EXPECT_THAT(twin.fields, ElementsAre("sex"));
  EXPECT_THAT((*rules)[1].variants,
              ElementsAre(Variant{.population = Population::kAll, .code = "1_03"}));
  EXPECT_EQ((*rules)[1].severity, Severity::kWarning);
}

TEST(RuleFile, SaysWhatIsWrongWithIt) {
  auto refusal = [](const char* json) { return ParseRules(json).status(); };
  for (const char* json :
       {"", "{}", "[1]", "[", R"([{"code": 1}])", R"([{"code": "a", "scop": "PERSON"}])",
        R"([{"code": "a", "scope": "person"}])", R"([{"code": "a", "params": {"x": 1.5}}])",
        R"([{"code": "a", "params": {"x": [1, "a"]}}])", R"([{"codes": ["a"]}])",
        R"([{"code": "a", "fields": [1]}])", R"([{"code": "a", "severity": "HIGH"}])"}) {
    EXPECT_EQ(ReasonOf(refusal(json)), "RULE_FILE_FORMAT") << json;
  }
  EXPECT_THAT(
      std::string(refusal(R"([{"code": "1_2", "population": "ALL", "scope": "X"}])").message()),
      HasSubstr("rule 1 (1_2): scope"));
}

}  // namespace
}  // namespace jz::identification::rules
