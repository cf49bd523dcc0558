// What is refused when a rule is saved, where, and why.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "tests/unit/identification_rules/sample.h"

namespace jz::identification::rules {
namespace {

absl::Status Refusal(const RuleText& rule) { return Compile(rule, SampleCodes()).status(); }

struct Example {
  const char* expression;
  const char* reason;
  int position;
};

class Refusals : public ::testing::TestWithParam<Example> {};

TEST_P(Refusals, SayWhereAndWhy) {
  const absl::Status status = Refusal(Rule(GetParam().expression));
  EXPECT_EQ(ReasonOf(status), GetParam().reason) << GetParam().expression << " " << status;
  EXPECT_EQ(MetadataOf(status, "position"), absl::StrCat(GetParam().position))
      << GetParam().expression << " " << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, Refusals,
    ::testing::Values(Example{"", "EXPRESSION_EMPTY", 1}, Example{"  ", "EXPRESSION_EMPTY", 1},
                      Example{"person.age <", "EXPRESSION_SYNTAX", 13},
                      Example{"person.age < 5 5", "EXPRESSION_SYNTAX", 16},
                      Example{"(person.age < 5", "EXPRESSION_SYNTAX", 16},
                      Example{"person.", "EXPRESSION_SYNTAX", 8},
                      Example{"[1, 2", "EXPRESSION_SYNTAX", 6},
                      Example{"true ? false", "EXPRESSION_SYNTAX", 13},
                      Example{"true = true", "EXPRESSION_CHARACTER", 6},
                      Example{"person.age > 5 & true", "EXPRESSION_CHARACTER", 16},
                      Example{"person.age > 5；", "EXPRESSION_CHARACTER", 15},
                      Example{"'脱贫户' == household.household_type ¥", "EXPRESSION_CHARACTER", 35},
                      Example{"household.house_structure == 'x", "EXPRESSION_STRING", 30},
                      Example{"household.house_structure == 'x\\n'", "EXPRESSION_STRING", 33},
                      Example{"person.age > 5.5", "EXPRESSION_NUMBER", 14},
                      Example{"person.age > 99999999999999999999", "EXPRESSION_NUMBER", 14},
                      Example{"person.age > 5x", "EXPRESSION_NUMBER", 14},
                      Example{"in [1]", "EXPRESSION_SYNTAX", 1}));

INSTANTIATE_TEST_SUITE_P(
    Names, Refusals,
    ::testing::Values(Example{"persons.age > 5", "NAME_UNKNOWN", 1},
                      Example{"state == 3", "NAME_UNKNOWN", 1},
                      Example{"village.exited", "NAME_UNKNOWN", 1},
                      Example{"true && person.agee > 5", "FIELD_UNKNOWN", 16},
                      Example{"household.work.work_start > 1", "FIELD_UNKNOWN", 11},
                      Example{"members.exists(m, m.x == 1)", "FIELD_UNKNOWN", 21},
                      Example{"ages(person.birth_date, today) > 5", "FUNCTION_UNKNOWN", 1},
                      Example{"members.map(m, m.age)", "FUNCTION_UNKNOWN", 9},
                      Example{"person.labour_capacity == 'lazy'", "CODE_UNKNOWN", 27},
                      Example{"person.labour_capacity in ['lost', 'lazy']", "CODE_UNKNOWN", 27},
                      Example{"'lazy' in monitoring.risks", "CODE_UNKNOWN", 1},
                      Example{"person.age > params.min", "PARAMETER_UNKNOWN", 21},
                      Example{"params > 1", "NAME_UNKNOWN", 1},
                      Example{"members.exists(person, true)", "NAME_TAKEN", 16},
                      Example{"members.exists(m, members.exists(m, true))", "NAME_TAKEN", 34},
                      Example{"members.exists(household, true)", "NAME_TAKEN", 16},
                      Example{"members.exists(m, true) && m.age > 1", "NAME_UNKNOWN", 28}));

INSTANTIATE_TEST_SUITE_P(
    Types, Refusals,
    ::testing::Values(
        Example{"person.age", "EXPRESSION_NOT_CONDITION", 8},
        Example{"'x'", "EXPRESSION_NOT_CONDITION", 1},
        Example{"members", "EXPRESSION_NOT_CONDITION", 1},
        Example{"person", "EXPRESSION_NOT_CONDITION", 1},
        Example{"person.age == 'ten'", "TYPE_MISMATCH", 15},
        Example{"person.age && true", "TYPE_MISMATCH", 8},
        Example{"!person.age", "TYPE_MISMATCH", 9},
        Example{"person.labour_capacity == 4", "TYPE_MISMATCH", 27},
        Example{"person.labour_capacity < 'lost'", "TYPE_MISMATCH", 24},
        Example{"person.labour_capacity == person.sex", "TYPE_MISMATCH", 34},
        Example{"person.health_status == 'healthy'", "TYPE_MISMATCH", 25},
        Example{"person.birth_date > monitoring.identified_month", "TYPE_MISMATCH", 32},
        Example{"age(monitoring.identified_month, today) > 1", "TYPE_MISMATCH", 16},
        Example{"1 < 2 < 3", "TYPE_MISMATCH", 9}, Example{"'a' == 'a'", "TYPE_MISMATCH", 5},
        Example{"person.age + true > 1", "TYPE_MISMATCH", 14},
        Example{"person.age in ['a']", "TYPE_MISMATCH", 12},
        Example{"person.labour_capacity in [1]", "TYPE_MISMATCH", 24},
        Example{"person.age in [1, 'a']", "TYPE_MISMATCH", 15},
        Example{"person.age in [person.age]", "TYPE_MISMATCH", 23},
        Example{"person.age in []", "TYPE_MISMATCH", 15},
        Example{"person.age in members", "TYPE_MISMATCH", 15},
        Example{"person.age.size() > 1", "TYPE_MISMATCH", 12},
        Example{"person.age.exists(a, true)", "TYPE_MISMATCH", 12},
        Example{"person.age.x > 1", "TYPE_MISMATCH", 12},
        Example{"has(person)", "TYPE_MISMATCH", 1}, Example{"has(1)", "TYPE_MISMATCH", 1},
        Example{"has()", "ARGUMENTS", 1}, Example{"age(today)", "ARGUMENTS", 1},
        Example{"members.exists(m)", "ARGUMENTS", 9},
        Example{"members.exists(m.age, true)", "ARGUMENTS", 9},
        Example{"members.exists(m, m.age)", "TYPE_MISMATCH", 21},
        Example{"household.house_structure == ''", "TYPE_MISMATCH", 30},
        Example{"true ? 1 : 2", "EXPRESSION_NOT_CONDITION", 6},
        Example{"(true ? 1 : true) == 1", "TYPE_MISMATCH", 13}));

INSTANTIATE_TEST_SUITE_P(
    RunningAway, Refusals,
    ::testing::Values(Example{"members.exists(a, members.exists(b, members.exists(c, true)))",
                              "EXPRESSION_MACROS_NESTED", 45},
                      Example{"members.exists(a, members.exists(b, b.works.all(c, true)))",
                              "EXPRESSION_MACROS_NESTED", 45}));

TEST(Limits, HoldForLengthDepthAndSize) {
  EXPECT_EQ(ReasonOf(Refusal(Rule(std::string(4001, ' ')))), "EXPRESSION_TOO_LONG");
  EXPECT_EQ(ReasonOf(Refusal(Rule(std::string(4000, '(')))), "EXPRESSION_TOO_DEEP");
  EXPECT_EQ(ReasonOf(Refusal(Rule(std::string(4000, '!')))), "EXPRESSION_TOO_DEEP");
  std::string sum = "1";
  for (int i = 0; i < 40; ++i) sum += " + 1";
  EXPECT_EQ(ReasonOf(Refusal(Rule(sum + " == 41"))), "EXPRESSION_TOO_DEEP");
  std::string chain = "true";
  for (int i = 0; i < 400; ++i) chain += "&&true";
  EXPECT_TRUE(Refusal(Rule(chain)).ok()) << Refusal(Rule(chain));
  for (int i = 0; i < 150; ++i) chain += "&&true";
  EXPECT_EQ(ReasonOf(Refusal(Rule(chain))), "EXPRESSION_TOO_LARGE");
  std::string list = "person.age in [0";
  for (int i = 1; i < 100; ++i) list += ",1";
  EXPECT_TRUE(Refusal(Rule(list + "]")).ok());
  EXPECT_EQ(ReasonOf(Refusal(Rule(list + ",1]"))), "EXPRESSION_LIST_TOO_LONG");
}

TEST(Params, WrongOnesAreRefused) {
  RuleText rule = Rule("person.age > params.min");
  rule.params["min"] = std::string("ten");
  EXPECT_EQ(ReasonOf(Refusal(rule)), "TYPE_MISMATCH");
  rule.params["min"] = int64_t{10};
  EXPECT_TRUE(Refusal(rule).ok());
  rule.params["max"] = int64_t{10};
  EXPECT_EQ(ReasonOf(Refusal(rule)), "PARAMETER_UNUSED");
  rule.params = {{"min", std::vector<int64_t>{1}}};
  EXPECT_EQ(ReasonOf(Refusal(rule)), "TYPE_MISMATCH");
}

TEST(Rules, AreCompleteOrRefused) {
  EXPECT_EQ(ReasonOf(Refusal(Rule("true", Scope::kUnspecified))), "RULE_INCOMPLETE");
  RuleText rule = Rule("true");
  rule.variants.clear();
  EXPECT_EQ(ReasonOf(Refusal(rule)), "RULE_INCOMPLETE");
  rule.variants = {{.population = Population::kExited, .code = "a"},
                   {.population = Population::kExited, .code = "b"}};
  EXPECT_EQ(ReasonOf(Refusal(rule)), "RULE_INCOMPLETE");
  rule.variants = {{.population = Population::kExited, .code = "a"},
                   {.population = Population::kAll, .code = "b"}};
  EXPECT_EQ(ReasonOf(Refusal(rule)), "RULE_INCOMPLETE");
  rule = Rule("true", Scope::kVillage);
  rule.variants[0].population = Population::kExited;
  EXPECT_EQ(ReasonOf(Refusal(rule)), "RULE_INCOMPLETE");
}

TEST(HouseholdRules, HaveNoPerson) {
  EXPECT_EQ(ReasonOf(Refusal(Rule("person.age > 5", Scope::kHousehold))), "NAME_UNKNOWN");
  EXPECT_EQ(ReasonOf(Refusal(Rule("members.exists(m, true)", Scope::kVillage))), "NAME_UNKNOWN");
}

}  // namespace
}  // namespace jz::identification::rules
