// Rules and households of the tests of the rule language.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/rules/rule_set.h"

namespace jz::identification::rules {

namespace v1 = ::jingzhun::identification::v1;

inline CodeEntry Entry(const char* list, int code, const char* key, const char* zh,
                       const char* en) {
  CodeEntry entry;
  entry.list = list;
  entry.code = code;
  entry.written = absl::StrFormat("%02d", code);
  entry.key = key;
  entry.zh = zh;
  entry.en = en;
  return entry;
}

inline const CodeBook& SampleCodes() {
  static const auto* codes = new CodeBook({
      Entry("household_type", 1, "exited", "脱贫户", "exited household"),
      Entry("household_type", 2, "ordinary", "一般农户", "ordinary household"),
      Entry("monitored_category", 1, "unstable_exited", "脱贫不稳定户", "unstable"),
      Entry("labour", 1, "ordinary", "普通劳动力", "ordinary labour"),
      Entry("labour", 3, "lost", "丧失劳动力", "lost labour"),
      Entry("labour", 4, "no_labour", "无劳动力", "no labour"),
      Entry("health", 1, "healthy", "健康", "healthy"),
      Entry("health", 2, "chronic", "长期慢性病", "chronic illness"),
      Entry("health", 4, "disabled", "残疾", "disabled"),
      Entry("student", 2, "primary", "小学", "primary school"),
      Entry("student", 3, "grade_7", "七年级", "grade 7"),
      Entry("relation", 1, "head", "户主", "head"),
      Entry("risk", 1, "illness", "因病", "illness"),
      Entry("risk", 2, "disability", "因残", "disability"),
      Entry("sex", 1, "male", "男", "male"),
  });
  return *codes;
}

inline RuleText Rule(const std::string& expression, Scope scope = Scope::kPerson) {
  RuleText rule;
  rule.variants = {{.population = Population::kAll, .code = "t"}};
  rule.scope = scope;
  rule.severity = Severity::kError;
  rule.expression = expression;
  return rule;
}

inline const Date kToday(2023, 12, 31);

// Two members: 1 born in 1960, in poor health, with two episodes of work; 2 a pupil of 10 years of
// whom little is known.
inline v1::HouseholdFacts SampleHousehold() {
  v1::HouseholdFacts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(household_id: 77 region_code: 230221101200 state: 3
         household { household_type: 1 dangerous_house: YES_NO_NO main_cause: 5
                     natural_village: "  " house_structure: "砖木结构"
                     net_income_per_head_fen: 399900 arable_area_hundredths: 0 }
         monitoring { monitored_category: 1 risks: 1 risks: 2 identified_month: 202304 }
         members { person_id: 1 birth_date: 19600229 labour_capacity: 4 health_status: 2
                   health_status: 4 relation_to_head: 1 resident_medical: YES_NO_YES
                   public_post_months: 12
                   works { work_start: 202001 work_end: 202012 work_monthly_income_fen: 200000 }
                   works { work_start: 202203 work_county: "甲县" work_monthly_income_fen: 350000 } }
         members { person_id: 2 birth_date: 20130901 student_status: 2 health_status: 1
                   resident_medical: YES_NO_NO })",
      &facts));
  return facts;
}

// Numbers of the persons (0: the household) that the rule hits.
inline std::vector<int64_t> HitPersons(const RuleText& rule, const std::string& facts) {
  std::vector<int64_t> persons;
  auto compiled = Compile(rule, SampleCodes());
  EXPECT_TRUE(compiled.ok()) << rule.expression << ": " << compiled.status();
  if (!compiled.ok()) return persons;
  RuleSet set;
  set.Add(*std::move(compiled), {.region = {}, .except = {}});
  Evaluator evaluator(set);
  absl::Status status =
      evaluator.RunHousehold(facts, kToday, [&](const Hit& hit) { persons.push_back(hit.person); });
  EXPECT_TRUE(status.ok()) << status;
  return persons;
}
inline std::vector<int64_t> HitPersons(const RuleText& rule,
                                       const v1::HouseholdFacts& facts = SampleHousehold()) {
  return HitPersons(rule, facts.SerializeAsString());
}

// Whether a condition on the sample household (without `person`) holds.
inline bool Holds(const std::string& expression) {
  return !HitPersons(Rule(expression, Scope::kHousehold)).empty();
}

}  // namespace jz::identification::rules
