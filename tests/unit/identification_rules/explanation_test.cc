// What a hit says about itself.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/identification_rules/sample.h"

namespace jz::identification::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "field=value" of the first hit.
std::vector<std::string> Explained(const RuleText& rule) {
  std::vector<std::string> shown;
  RuleSet set;
  set.Add(Compile(rule, SampleCodes()).value(), {.region = {}, .except = {}});
  Evaluator evaluator(set);
  bool first = true;
  EXPECT_TRUE(evaluator
                  .RunHousehold(SampleHousehold().SerializeAsString(), kToday,
                                [&](const Hit& hit) {
                                  if (!first) return;
                                  first = false;
                                  for (const auto& value : evaluator.Explain(hit, SampleCodes())) {
                                    shown.push_back(absl::StrCat(value.field, "=", value.value));
                                  }
                                })
                  .ok());
  return shown;
}

TEST(Explanation, NamesTheFieldsThatDecided) {
  EXPECT_THAT(Explained(Rule("person.age >= 60 && person.labour_capacity == 'no_labour'")),
              ElementsAre("person.birth_date=19600229", "person.labour_capacity=no_labour"));
  EXPECT_THAT(Explained(Rule("'chronic' in person.health_status && !has(person.employee_medical)")),
              ElementsAre("person.health_status=chronic,disabled", "person.employee_medical="));
}

TEST(Explanation, LeavesOutWhatDidNotDecide) {
  EXPECT_THAT(Explained(Rule("has(person.no_school_reason) || person.age > 60")),
              ElementsAre("person.birth_date=19600229"));
  EXPECT_THAT(Explained(Rule("!(person.age > 20 && person.age > 70 && has(person.sex))")),
              ElementsAre("person.birth_date=19600229"));
  EXPECT_THAT(Explained(Rule("!(has(person.sex) || has(person.ethnicity))")),
              ElementsAre("person.sex=", "person.ethnicity="));
}

TEST(Explanation, NamesTheMemberThatDecided) {
  EXPECT_THAT(
      Explained(Rule("members.exists(m, m.student_status == 'primary')", Scope::kHousehold)),
      ElementsAre("members[1].student_status=primary"));
  EXPECT_THAT(Explained(Rule("members.exists(m, m.works.exists(w, w.work_start > 202200))",
                             Scope::kHousehold)),
              ElementsAre("members[0].works[1].work_start=202203"));
  EXPECT_THAT(Explained(Rule("members.filter(m, m.age > 60).all(m, m.work.work_start == 202203)",
                             Scope::kHousehold)),
              ElementsAre("members=2", "members[0].birth_date=19600229",
                          "members[0].work.work_start=202203"));
  EXPECT_THAT(Explained(Rule("members.size() == 2 && household.dangerous_house == false",
                             Scope::kHousehold)),
              ElementsAre("members=2", "household.dangerous_house=false"));
  EXPECT_THAT(Explained(Rule("person.works.filter(w, !has(w.work_end)).size() == 1")),
              ElementsAre("person.works=2", "person.works[1].work_end="));
}

TEST(Explanation, LabelsCodesMoneyAndDays) {
  RuleSet set;
  set.Add(Compile(Rule("has(person.labour_capacity) && has(person.birth_date) && "
                       "household.net_income_per_head_fen < 400000 && person.resident_medical && "
                       "has(household.main_cause) && has(monitoring.identified_month)"),
                  SampleCodes())
              .value(),
          {.region = {}, .except = {}});
  Evaluator evaluator(set);
  std::vector<std::string> zh;
  std::vector<std::string> en;
  std::vector<int64_t> persons;
  ASSERT_TRUE(evaluator
                  .RunHousehold(SampleHousehold().SerializeAsString(), kToday,
                                [&](const Hit& hit) {
                                  for (const auto& value : evaluator.Explain(hit, SampleCodes())) {
                                    zh.push_back(value.label_zh);
                                    en.push_back(value.label_en);
                                    persons.push_back(value.person);
                                  }
                                })
                  .ok());
  EXPECT_THAT(zh, ElementsAre("无劳动力", "1960-02-29", "3999.00", "是", "5", "2023-04"));
  EXPECT_THAT(en, ElementsAre("no labour", "1960-02-29", "3999.00", "yes", "5", "2023-04"));
  EXPECT_THAT(persons, ElementsAre(1, 1, 0, 1, 0, 0));
}

TEST(Explanation, OfAConditionWithoutFieldsIsEmpty) {
  EXPECT_THAT(Explained(Rule("true")), IsEmpty());
}

}  // namespace
}  // namespace jz::identification::rules
