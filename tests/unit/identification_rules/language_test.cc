// What expressions mean.
#include <gmock/gmock.h>

#include "tests/unit/identification_rules/sample.h"

namespace jz::identification::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Example {
  const char* expression;
  bool holds;
};

class Expressions : public ::testing::TestWithParam<Example> {};

TEST_P(Expressions, MeanWhatTheySay) {
  EXPECT_EQ(Holds(GetParam().expression), GetParam().holds) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Operators, Expressions,
    ::testing::Values(Example{"true", true}, Example{"false", false},
                      Example{"!false && true", true}, Example{"true || false && false", true},
                      Example{"(true || false) && false", false}, Example{"1 + 2 * 3 == 7", true},
                      Example{"(1 + 2) * 3 == 9", true},
                      Example{"7 / 2 == 3 && 7 % 2 == 1 && -7 / 2 == -3", true},
                      Example{"2 - 1 - 1 == 0", true}, Example{"1 < 2 ? true : false", true},
                      Example{"(1 > 2 ? 5 : 6) == 6", true}, Example{"3 in [1, 2, 3]", true},
                      Example{"4 in [1, 2, 3]", false}, Example{"-1 in [-1]", true},
                      Example{"9223372036854775807 + 1 > 0", false},
                      Example{"9223372036854775807 + 1 <= 0", false},
                      Example{"(-9223372036854775807 - 1) / -1 != 5", false},
                      Example{"(-9223372036854775807 - 1) % -1 == 0", true},
                      Example{"!(1 == 1 && 2 == 3)", true}));

INSTANTIATE_TEST_SUITE_P(
    MissingValues, Expressions,
    ::testing::Values(
        // Nobody told electricity, fuel and house_area.
        Example{"has(household.electricity)", false}, Example{"household.electricity", false},
        Example{"!household.electricity", true}, Example{"household.electricity == true", false},
        Example{"household.electricity == false", false},
        Example{"household.electricity != true", false},
        Example{"!(household.electricity == true)", true},
        Example{"household.house_area_hundredths < 5", false},
        Example{"household.house_area_hundredths >= 5", false},
        Example{"household.house_area_hundredths + 1 < 5", false},
        Example{"household.house_area_hundredths in [0, 1]", false},
        Example{"household.house_area_hundredths == household.house_area_hundredths", false},
        Example{"-household.house_area_hundredths < 5", false},
        Example{"(household.electricity ? 1 : 2) == 2", true},
        Example{"has(household.natural_village)", false},  // blanks only
        Example{"size(household.natural_village) == 0", false},
        Example{"household.natural_village != 'x'", false},
        Example{"!household.natural_village.startsWith('x')", true},
        Example{"1 / 0 == 1 || 1 / 0 != 1 || 1 % 0 == 0", false},
        Example{"has(household.dangerous_house)", true},
        Example{"household.dangerous_house == false", true},
        Example{"has(household.arable_area_hundredths)", true},  // 0 was entered
        Example{"household.arable_area_hundredths == 0", true},
        Example{"has(income.crops_fen)", false}, Example{"has(monitoring.m_industry)", false},
        Example{"monitoring.m_industry.size() == 0", true}));

INSTANTIATE_TEST_SUITE_P(
    CodesAndTexts, Expressions,
    ::testing::Values(Example{"household.household_type == 'exited'", true},
                      Example{"household.household_type == '脱贫户'", true},
                      Example{"'01' == household.household_type", true},
                      Example{"household.household_type != 'ordinary'", true},
                      Example{"household.household_type in ['ordinary', 'exited']", true},
                      Example{"household.household_type == (true ? 'exited' : 'ordinary')", true},
                      Example{"'illness' in monitoring.risks", true},
                      Example{"monitoring.risks.size() == 2", true},
                      Example{"monitoring.risks.exists(r, r == 'disability')", true},
                      Example{"monitoring.risks.all(r, r in ['disability', 'illness'])", true},
                      Example{"monitoring.risks.filter(r, r != 'illness').size() == 1", true},
                      Example{"household.house_structure.startsWith('砖')", true},
                      Example{"household.house_structure.endsWith('结构')", true},
                      Example{"household.house_structure.contains('木')", true},
                      Example{"household.house_structure == '砖木结构'", true},
                      Example{"household.house_structure in ['土坯', \"砖木结构\"]", true},
                      Example{"size(household.house_structure) == 4", true},
                      Example{"household.monitored", true}));

INSTANTIATE_TEST_SUITE_P(
    Dates, Expressions,
    ::testing::Values(
        Example{"today == 20231231", true}, Example{"year(today) == 2023", true},
        Example{"month(today) == 202312", true}, Example{"date(2023, 12, 31) == today", true},
        Example{"date(2023, 2, 29) == 20230301", false},
        Example{"has(monitoring.identified_month)", true},
        Example{"months(monitoring.identified_month, today) == 8", true},
        Example{"months(monitoring.identified_month, 202304) == 0", true},
        Example{"months(20230415, 20230514) == 0 && months(20230415, 20230515) == 1", true},
        Example{"months(20230515, 20230416) == 0 && months(20230515, 20230415) == -1", true},
        Example{"year(monitoring.identified_month) == 2023", true},
        Example{"age(date(2004, 2, 29), date(2022, 2, 28)) == 17", true},
        Example{"age(date(2004, 2, 29), date(2022, 3, 1)) == 18", true},
        Example{"age(20100101, 20100101) == 0", true}, Example{"age(12, 20100101) < 5", false}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Expressions,
    ::testing::Values(
        Example{"members.size() == 2", true}, Example{"size(members) == 2", true},
        Example{"members.exists(m, m.age == 10)", true}, Example{"members.all(m, m.age > 9)", true},
        Example{"members.all(m, m.age > 10)", false},
        Example{"members.filter(m, m.age > 16).size() == 1", true},
        Example{"members.filter(m, m.age < 16).all(m, m.student_status == 'primary')", true},
        Example{"members.filter(m, m.age > 5).filter(k, k.age < 16).size() == 1", true},
        Example{"members.filter(m, m.age > 99).exists(m, true)", false},
        Example{"members.filter(m, m.age > 99).all(m, false)", true},
        Example{"members.exists(m, m.works.exists(w, w.work_start > 202200))", true},
        Example{"members.exists(m, m.works.all(w, w.work_monthly_income_fen > 200000))", true},
        Example{"members.filter(m, m.works.size() > 0).size() == 1", true},
        Example{"members.all(m, m.works.size() > 0)", false},
        Example{"members.exists(m, members.exists(n, n.age > m.age + 40))", true},
        Example{"members.exists(m, m.health_status.exists(h, h == 'chronic'))", true},
        Example{"members.exists(m, m.work.work_start == 202203 && !has(m.work.work_end))", true},
        Example{"members.filter(m, has(m.work)).size() == 1", true},
        Example{"former_members.size() == 0", true}));

TEST(PersonRules, RunOnEveryMember) {
  EXPECT_THAT(HitPersons(Rule("person.age < 16")), ElementsAre(2));
  EXPECT_THAT(HitPersons(Rule("has(person.birth_date)")), ElementsAre(1, 2));
  EXPECT_THAT(HitPersons(Rule("person.age == 63")), ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("person.labour_capacity in ['lost', 'no_labour']")), ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("person.labour_capacity != 'lost'")), ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("!(person.labour_capacity == 'lost')")), ElementsAre(1, 2));
  EXPECT_THAT(HitPersons(Rule("person.work.work_monthly_income_fen == 350000")), ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("person.work.work_start != 1")), ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("!has(person.work)")), ElementsAre(2));
  EXPECT_THAT(HitPersons(Rule("members.exists(m, m.age > person.age)")), ElementsAre(2));
  EXPECT_THAT(HitPersons(Rule("members.exists(m, m.relation_to_head == person.relation_to_head)")),
              ElementsAre(1));
  EXPECT_THAT(HitPersons(Rule("person.works.exists(w, w.work_county == '甲县')")), ElementsAre(1));
}

TEST(Params, StandForTheirValues) {
  RuleText rule = Rule(
      "person.age >= params.age_min && person.labour_capacity in params.labour && params.on && "
      "person.relation_to_head == params.relation && 12 in params.months");
  rule.params = {{"age_min", int64_t{60}},
                 {"labour", std::vector<std::string>{"no_labour"}},
                 {"on", true},
                 {"relation", std::string("head")},
                 {"months", std::vector<int64_t>{11, 12}}};
  EXPECT_THAT(HitPersons(rule), ElementsAre(1));
  rule.params["age_min"] = int64_t{64};
  EXPECT_THAT(HitPersons(rule), IsEmpty());
}

TEST(Populations, DecideWhoIsChecked) {
  v1::HouseholdFacts facts = SampleHousehold();
  auto hits = [&](Population population) {
    RuleText rule = Rule("true", Scope::kHousehold);
    rule.variants[0].population = population;
    return HitPersons(rule, facts).size();
  };
  EXPECT_EQ(hits(Population::kExited), 1);
  EXPECT_EQ(hits(Population::kMonitored), 1);
  facts.mutable_monitoring()->clear_monitored_category();
  EXPECT_EQ(hits(Population::kMonitored), 0);
  EXPECT_EQ(hits(Population::kExitedOrMonitored), 1);
  facts.mutable_household()->set_household_type(2);
  EXPECT_EQ(hits(Population::kExited), 0);
  EXPECT_EQ(hits(Population::kExitedOrMonitored), 0);
  EXPECT_EQ(hits(Population::kAll), 1);
  facts.set_state(5);  // closed
  EXPECT_EQ(hits(Population::kAll), 0);
}

TEST(Populations, TwinsHitUnderTheCodeOfEachPopulation) {
  RuleText rule = Rule("person.age < 16");
  rule.variants = {{.population = Population::kExited, .code = "2_01"},
                   {.population = Population::kMonitored, .code = "2_12"}};
  RuleSet set;
  set.Add(Compile(rule, SampleCodes()).value(), {.region = {}, .except = {}});
  Evaluator evaluator(set);
  std::vector<std::string> codes;
  v1::HouseholdFacts facts = SampleHousehold();
  auto run = [&] {
    codes.clear();
    EXPECT_TRUE(evaluator
                    .RunHousehold(facts.SerializeAsString(), kToday,
                                  [&](const Hit& hit) {
                                    codes.push_back(rule.variants[hit.variant].code);
                                    EXPECT_EQ(hit.household, 77);
                                    EXPECT_EQ(hit.region, 230221101200);
                                  })
                    .ok());
  };
  run();
  EXPECT_THAT(codes, ElementsAre("2_01", "2_12"));
  facts.clear_monitoring();
  run();
  EXPECT_THAT(codes, ElementsAre("2_01"));
}

TEST(Regions, ARuleOfARegionTakesThePlaceOfTheNations) {
  const std::string facts = SampleHousehold().SerializeAsString();
  const RegionCode county = RegionCode::Parse("230221000000").value();
  const RegionCode other = RegionCode::Parse("230222000000").value();
  RuleSet set;
  auto add = [&](Applies applies) {
    set.Add(Compile(Rule("true", Scope::kHousehold), SampleCodes()).value(), std::move(applies));
  };
  add({.region = {}, .except = {county}, .tag = 1});
  add({.region = county, .except = {}, .tag = 2});
  add({.region = other, .except = {}, .tag = 3});
  add({.region = {}, .except = {other}, .tag = 4});
  Evaluator evaluator(set);
  std::vector<int64_t> tags;
  ASSERT_TRUE(evaluator
                  .RunHousehold(
                      facts, kToday,
                      [&](const Hit& hit) { tags.push_back(set.entries()[hit.entry].applies.tag); })
                  .ok());
  EXPECT_THAT(tags, ElementsAre(2, 4));
}

TEST(VillageRules, ReadTheVillage) {
  RuleText rule = Rule("village.exited && !has(village.doctors)", Scope::kVillage);
  RuleSet set;
  set.Add(Compile(rule, SampleCodes()).value(), {.region = {}, .except = {}});
  Evaluator evaluator(set);
  v1::VillageItems village;
  village.set_region_code(230221101200);
  village.set_exited(v1::YES_NO_YES);
  int hits = 0;
  auto run = [&] {
    hits = 0;
    ASSERT_TRUE(
        evaluator.RunVillage(village.SerializeAsString(), kToday, [&](const Hit&) { ++hits; })
            .ok());
  };
  run();
  EXPECT_EQ(hits, 1);
  village.set_doctors(0);
  run();
  EXPECT_EQ(hits, 0);
}

}  // namespace
}  // namespace jz::identification::rules
