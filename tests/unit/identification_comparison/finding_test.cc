// What becomes of findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/identification/domain/comparison_finding.h"

namespace jz::identification {
namespace {

constexpr auto kAssigned = ComparisonFindingState::kAssigned;
constexpr auto kAnswered = ComparisonFindingState::kAnswered;
constexpr auto kClosed = ComparisonFindingState::kClosed;

std::string Hits(int64_t list, const std::string& plate) {
  return FormatHits({{.list = ComparisonListId(list),
                      .values = {{.name = "plate", .type = AttributeType::kText, .text = plate}}}});
}

ComparisonObservation Seen(int64_t list, const std::string& plate) {
  return {.person = PersonId(5),
          .household = HouseholdId(6),
          .region = RegionCode::FromNumber(230'221'101'200),
          .list = ComparisonListId(list),
          .hits = Hits(list, plate)};
}

ObservationRules Rules(int64_t run, bool hold = false) {
  return {.kind = "vehicles",
          .severity = ComparisonSeverity::kMustReview,
          .due_days = 15,
          .hold = hold,
          .run = run,
          .now = StartOfDay(Date(2017, 5, 1)) + absl::Hours(12)};
}

ComparisonFinding New() { return Discover(Seen(1, "A"), Rules(1), ComparisonFindingId(9)); }

TEST(Findings, AreAssignedWithADueDateUnlessHeld) {
  ComparisonFinding finding = New();
  EXPECT_EQ(finding.state, kAssigned);
  EXPECT_EQ(finding.due_on, Date(2017, 5, 16));
  ComparisonFinding held = Discover(Seen(1, "A"), Rules(1, true), ComparisonFindingId(9));
  EXPECT_EQ(held.state, ComparisonFindingState::kDoubtful);
  EXPECT_EQ(held.due_on, std::nullopt);
  EXPECT_FALSE(Observe(held, Seen(1, "A"), Rules(2)));
  EXPECT_EQ(held.state, kAssigned) << "the next run assigns";
  EXPECT_EQ(held.version, 2);
}

TEST(Findings, ARepetitionThatSeesTheSameChangesNothingThatPeopleSee) {
  ComparisonFinding finding = New();
  ASSERT_TRUE(AnswerFinding(finding, ComparisonOutcome::kExplained, "clerk").ok());
  const int version = finding.version;
  EXPECT_FALSE(Observe(finding, Seen(1, "A"), Rules(2)));
  EXPECT_EQ(finding.state, kAnswered);
  EXPECT_EQ(finding.outcome, ComparisonOutcome::kExplained);
  EXPECT_EQ(finding.answered_by, "clerk");
  EXPECT_EQ(finding.version, version);
  EXPECT_EQ(finding.last_run, 2);
}

TEST(Findings, AcceptedAnswersSurviveNewListVersionsThatTellTheSame) {
  ComparisonFinding finding = New();
  ASSERT_TRUE(AnswerFinding(finding, ComparisonOutcome::kWrongMatch, "clerk").ok());
  ASSERT_TRUE(CheckFinding(finding, true, Date()).ok());
  EXPECT_FALSE(Observe(finding, Seen(2, "A"), Rules(2)));
  EXPECT_EQ(finding.state, kClosed);
  EXPECT_EQ(finding.closing, ComparisonClosing::kAccepted);
  EXPECT_EQ(finding.list, ComparisonListId(2));
  EXPECT_TRUE(Observe(finding, Seen(3, "B"), Rules(3))) << "another car is another doubt";
  EXPECT_EQ(finding.state, kAssigned);
  EXPECT_EQ(finding.outcome, ComparisonOutcome::kUnspecified);
  EXPECT_EQ(finding.answered_by, "");
}

TEST(Findings, WhatIsNoLongerTrueIsClosedAndOpensWhenItIsTrueAgain) {
  ComparisonFinding finding = New();
  CloseUntrue(finding, 2);
  EXPECT_EQ(finding.state, kClosed);
  EXPECT_EQ(finding.closing, ComparisonClosing::kNoLongerTrue);
  EXPECT_TRUE(Observe(finding, Seen(1, "A"), Rules(3)));
  EXPECT_EQ(finding.state, kAssigned);
  EXPECT_EQ(finding.closing, ComparisonClosing::kUnspecified);
}

TEST(Findings, GoBackWithANewDueDateWhenTheCheckReturnsThem) {
  ComparisonFinding finding = New();
  EXPECT_EQ(ReasonOf(CheckFinding(finding, true, Date())), "COMPARISON_FINDING_STATE");
  ASSERT_TRUE(AnswerFinding(finding, ComparisonOutcome::kExplained, "clerk").ok());
  ASSERT_TRUE(AnswerFinding(finding, ComparisonOutcome::kConfirmed, "clerk").ok())
      << "replaced before the check";
  ASSERT_TRUE(CheckFinding(finding, false, Date(2017, 6, 1)).ok());
  EXPECT_EQ(finding.state, kAssigned);
  EXPECT_EQ(finding.due_on, Date(2017, 6, 1));
  ASSERT_TRUE(AnswerFinding(finding, ComparisonOutcome::kConfirmed, "clerk").ok());
  ASSERT_TRUE(CheckFinding(finding, true, Date()).ok());
  EXPECT_EQ(ReasonOf(AnswerFinding(finding, ComparisonOutcome::kConfirmed, "clerk")),
            "COMPARISON_FINDING_STATE");
}

TEST(Findings, HitsComeBackAsTheyWereAndAreComparedWithoutTheirLists) {
  const std::vector<AttributeDefinition> attributes = {
      {.name = "plate", .type = AttributeType::kText, .label_zh = "", .label_en = ""},
      {.name = "value", .type = AttributeType::kMoney, .label_zh = "", .label_en = ""}};
  const ComparisonHit car = NameValues(ComparisonListId(1), attributes, JoinValues({"A", "5000"}));
  const ComparisonHit cart = NameValues(ComparisonListId(1), attributes, JoinValues({"B", ""}));
  const ComparisonHit bare = NameValues(ComparisonListId(2), attributes, "");
  std::vector<ComparisonHit> hits = ParseHits(FormatHits({car, cart, bare}));
  ASSERT_EQ(hits.size(), 3u);
  EXPECT_EQ(hits[0].values, car.values);
  EXPECT_EQ(hits[1].values.size(), 1u);
  EXPECT_EQ(hits[2].list, ComparisonListId(2));
  EXPECT_TRUE(TellTheSame(FormatHits({car, cart}), FormatHits({cart, car})));
  EXPECT_FALSE(TellTheSame(FormatHits({car, cart}), FormatHits({car})));
  EXPECT_FALSE(TellTheSame(FormatHits({car}), FormatHits({bare})));
}

}  // namespace
}  // namespace jz::identification
