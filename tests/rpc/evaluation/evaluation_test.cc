// A township's year from the feeds of the three other services: flows, rates, funds, findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "tests/rpc/evaluation/four_services.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class EvaluationTest : public ::testing::Test {
 protected:
  // One for the tests that change nothing but add evaluations.
  static FourServices& services() {
    static auto* const services = new FourServices();
    return *services;
  }
  const Client evaluator_ = services().Evaluator();
};

// "5 14": households and persons.
std::string Text(const ev1::Count& count) {
  return absl::StrCat(count.households(), " ", count.persons());
}

// "2/16 registered_persons 12.50" by name.
std::map<std::string, std::string> RatesOf(const ev1::Evaluation& evaluation) {
  std::map<std::string, std::string> rates;
  for (const ev1::Rate& rate : evaluation.rates()) {
    rates[rate.name()] = absl::StrCat(rate.numerator(), "/", rate.denominator(), " ",
                                      rate.denominator_name(), " ", rate.percent());
  }
  return rates;
}

std::vector<std::string> ReasonsOf(const ev1::Evaluation& evaluation) {
  std::vector<std::string> reasons;
  for (const ev1::Finding& finding : evaluation.findings()) {
    reasons.push_back(absl::StrCat(finding.reason(), " ", finding.subject()));
  }
  return reasons;
}

void AddPublished(ev1::CreateEvaluationRequest& request, const std::string& figure,
                  const std::string& value, const std::vector<std::string>& terms = {}) {
  ev1::PublishedFigure& published = *request.add_published();
  published.set_figure(figure);
  published.set_value(value);
  published.set_source("report 2017");
  for (const std::string& term : terms) published.add_terms(term);
}

TEST_F(EvaluationTest, ProjectsTheThreeFeeds) {
  const ev1::ProjectionStatus status = services().Status();
  EXPECT_EQ(status.household_count(), 7);
  EXPECT_EQ(status.registered_count(), 5);
  EXPECT_EQ(status.pairing_count(), 2);
  EXPECT_EQ(status.visit_count(), 2);
  EXPECT_EQ(status.payment_count(), 5);
  EXPECT_THAT(status.cursors(),
              UnorderedElementsAre(Key("identification"), Key("assistance"), Key("funds")));
}

TEST_F(EvaluationTest, TellsTheFlowsOfAYear) {
  const auto evaluation = Evaluate(evaluator_, OfTheYear(2017));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  const ev1::Flows& flows = evaluation->flows();
  EXPECT_EQ(Text(flows.opening()), "6 16");
  EXPECT_EQ(Text(flows.opening_exited()), "2 5");
  EXPECT_EQ(Text(flows.removed_wrongly_admitted()), "1 2");
  EXPECT_EQ(Text(flows.closed_by_death()), "1 1");
  EXPECT_EQ(Text(flows.closed_otherwise()), "0 0");
  EXPECT_EQ(Text(flows.retained()), "1 3");
  EXPECT_EQ(Text(flows.exited()), "1 4");
  EXPECT_EQ(Text(flows.reverted_exit()), "1 4");
  EXPECT_EQ(Text(flows.relapsed()), "1 1");
  EXPECT_EQ(Text(flows.newly_admitted()), "1 2");
  EXPECT_EQ(Text(flows.members_left()), "0 1");
  EXPECT_EQ(Text(flows.closing()), "5 14");
  EXPECT_EQ(Text(flows.closing_exited()), "1 4");
}

TEST_F(EvaluationTest, NamesTheDenominatorOfEveryRate) {
  const auto evaluation = Evaluate(evaluator_, OfTheYear(2017));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(RatesOf(*evaluation),
              ElementsAre(Pair("decline_households", "1/6 opening_households 16.67"),
                          Pair("decline_persons", "2/16 opening_persons 12.50"),
                          Pair("missed_of_registered", "2/16 registered_persons 12.50"),
                          Pair("pairing_coverage", "1/5 closing_households 20.00"),
                          Pair("plan_coverage", "1/5 closing_households 20.00"),
                          Pair("relapsed_of_exited", "1/5 exited_persons 20.00"),
                          Pair("visit_coverage", "1/5 closing_households 20.00"),
                          Pair("wrongly_admitted_of_registered", "2/16 registered_persons 12.50"),
                          Pair("wrongly_exited_of_exited", "4/5 exited_persons 80.00"),
                          Pair("wrongly_exited_of_registered", "4/16 registered_persons 25.00")));
  // Nobody had been there to exit: a rate of nothing is none.
  const auto first = Evaluate(evaluator_, OfTheYear(2014));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(RatesOf(*first), Contains(Pair("wrongly_exited_of_exited", "0/0 exited_persons ")));
}

TEST_F(EvaluationTest, ComparesPaymentsWithTheirStandards) {
  const auto evaluation = Evaluate(evaluator_, OfTheYear(2017));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  ASSERT_EQ(evaluation->funds_size(), 3);
  const ev1::FundTotal& housing = evaluation->funds(1);
  EXPECT_EQ(housing.purpose(), "housing_renovation");
  EXPECT_EQ(housing.payment_count(), 2);
  EXPECT_EQ(housing.household_count(), 2);
  EXPECT_EQ(housing.total_fen(), 1'450'000);
  EXPECT_EQ(housing.standard_fen(), 750'000);
  EXPECT_EQ(housing.off_standard_count(), 1);
  EXPECT_EQ(evaluation->funds(2).item_count(), 100);
  EXPECT_THAT(ReasonsOf(*evaluation),
              UnorderedElementsAre("OFF_STANDARD housing_renovation", "NOT_PAIRED coverage",
                                   "NOT_VISITED coverage"));
}

TEST_F(EvaluationTest, TurnsEveryDifferenceIntoAFinding) {
  ev1::CreateEvaluationRequest request = OfTheYear(2017);
  AddPublished(request, "flows.closing.persons", "14");
  AddPublished(request, "rates.wrongly_admitted_of_registered.percent", "12.5");
  AddPublished(request, "funds.housing_renovation.total_fen", "1500000");
  AddPublished(request, "funds.housing_renovation.total_fen+funds.accident_insurance.total_fen",
               "1453000");
  AddPublished(request, "renovation.left", "444", {"1324", "-880"});
  AddPublished(request, "renovation.by_year", "444", {"323", "45", "13", "4"});
  const auto evaluation = Evaluate(evaluator_, request);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  std::vector<std::string> checks;
  for (const ev1::Check& check : evaluation->checks()) {
    checks.push_back(
        absl::StrCat(check.computed(), check.equal() ? " = " : " <> ", check.published()));
  }
  EXPECT_THAT(checks, ElementsAre("14 = 14", "12.5 = 12.5", "1450000 <> 1500000",
                                  "1453000 = 1453000", "444 = 444", "385 <> 444"));
  const std::vector<std::string> reasons = ReasonsOf(*evaluation);
  EXPECT_THAT(reasons, Contains("PUBLISHED_DIFFERS funds.housing_renovation.total_fen"));
  EXPECT_THAT(reasons, Contains("PUBLISHED_INCONSISTENT renovation.by_year"));
  EXPECT_EQ(reasons.size(), 5u);
  EXPECT_THAT(evaluation->findings(0).text_en(), HasSubstr("report 2017"));
  EXPECT_THAT(evaluation->findings(0).text_zh(), HasSubstr("1450000"));
}

TEST_F(EvaluationTest, NamesEverythingThatItCannotRead) {
  ev1::CreateEvaluationRequest request = OfTheYear(2017);
  AddPublished(request, "flows.nobody.persons", "14");
  AddPublished(request, "flows.closing.persons", "about 14");
  const auto refused = Evaluate(evaluator_, request);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(refused), UnorderedElementsAre("published[0].figure FIGURE_UNKNOWN",
                                                          "published[1].value DECIMAL_FORMAT"));
  ev1::CreateEvaluationRequest backwards = OfTheYear(2017);
  backwards.set_period_start("2018-01-01");
  EXPECT_THAT(ViolationsOf(Evaluate(evaluator_, backwards)),
              ElementsAre("period_end BEFORE_START"));
  backwards.set_period_end("31.12.2017");
  backwards.set_region_code("230221");
  EXPECT_THAT(ViolationsOf(Evaluate(evaluator_, backwards)),
              UnorderedElementsAre("region_code REGION_CODE_FORMAT", "period_end DATE_FORMAT"));
}

TEST_F(EvaluationTest, HasOneEffectForOneRequestId) {
  constexpr int kThreads = 32;
  const ev1::CreateEvaluationRequest request = OfTheYear(2016);
  std::vector<std::string> names(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const auto evaluation = Evaluate(evaluator_, request);
      names[i] = evaluation.ok() ? evaluation->name() : evaluation.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1u) << names[0];
  ev1::CreateEvaluationRequest other = request;
  other.set_period_end("2016-06-30");
  EXPECT_EQ(ReasonOf(Evaluate(evaluator_, other).status()), "REQUEST_ID_REUSED");
}

// Services of its own, for it ends some of them.
TEST(EvaluationWithoutSources, AnswersFromItsProjection) {
  FourServices services;
  const auto before = Evaluate(services.Evaluator(), OfTheYear(2017));
  ASSERT_TRUE(before.ok()) << before.status();
  for (const char* source : {"identification", "assistance", "funds"}) services.End(source);
  auto after = Evaluate(services.Evaluator(), OfTheYear(2017));
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->flows().SerializeAsString(), before->flows().SerializeAsString());
  EXPECT_EQ(RatesOf(*after), RatesOf(*before));
  EXPECT_EQ(ReasonsOf(*after), ReasonsOf(*before));
  EXPECT_EQ(services.Status().household_count(), 7);
}

TEST(EvaluationThatWasMade, StaysAsItIsWhenMoreBecomesKnown) {
  FourServices services;
  const auto made = Evaluate(services.Evaluator(), OfTheYear(2017));
  ASSERT_TRUE(made.ok()) << made.status();
  services.Publish("funds", {PaymentChange(7, 1, "student_grant", 100'000, 0, "2017-09-01")});
  ASSERT_TRUE(services.Comes(
      [](const ev1::ProjectionStatus& status) { return status.payment_count() == 6; }));
  ev1::GetEvaluationRequest get;
  get.set_name(made->name());
  const auto kept = services.Evaluator().Call<ev1::Evaluation>("GetEvaluation", get);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->DebugString(), made->DebugString());
  const auto next = Evaluate(services.Evaluator(), OfTheYear(2017));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->funds_size(), 4);
  EXPECT_NE(next->cursors().at("funds"), made->cursors().at("funds"));
}

}  // namespace
}  // namespace jz::testing
