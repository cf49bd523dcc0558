#include "services/evaluation/domain/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::evaluation {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Numbers of identification/v1/changes.proto.
constexpr int kCandidate = 1;
constexpr int kRegistered = 2;
constexpr int kExited = 3;
constexpr int kRemoveError = 2;
constexpr int kRelapse = 5;
constexpr int kNaturalDecrease = 6;

struct Members {
  int64_t opening, closing, both;
};

HouseholdGroup Group(int opening, int closing, int kind, int64_t households, Members members,
                     const char* reason = "") {
  return {.opening_state = opening,
          .closing_state = closing,
          .kind = kind,
          .reason = reason,
          .households = households,
          .members_at_opening = members.opening,
          .members_at_closing = members.closing,
          .members_at_both = members.both};
}

std::vector<HouseholdGroup> AYear() {
  return {
      Group(kRegistered, kRegistered, 0, 10, {30, 31, 29}),
      Group(kRegistered, kExited, 3, 4, {12, 12, 12}),
      Group(kExited, kRegistered, kRelapse, 1, {3, 3, 3}),
      Group(kExited, kRegistered, 4, 2, {5, 5, 5}),
      Group(kExited, kExited, 0, 3, {9, 8, 8}),
      Group(kRegistered, 4, kRemoveError, 5, {20, 20, 20}),
      Group(kRegistered, 4, kNaturalDecrease, 1, {1, 0, 0}, "ALL_MEMBERS_DIED"),
      Group(kRegistered, 4, kNaturalDecrease, 1, {2, 2, 2}, "MOVED_AWAY"),
      Group(kCandidate, kRegistered, 1, 6, {0, 15, 0}),
      Group(kCandidate, kCandidate, 0, 50, {0, 0, 0}),
  };
}

TEST(ComputeFlows, ReconcilesHouseholdsAndPersons) {
  auto flows = ComputeFlows(AYear());
  ASSERT_TRUE(flows.ok()) << flows.status();
  EXPECT_EQ(flows->opening.households, 27);
  EXPECT_EQ(flows->opening.persons, 82);
  EXPECT_EQ(flows->opening_exited.households, 6);
  EXPECT_EQ(flows->removed_wrongly_admitted.persons, 20);
  EXPECT_EQ(flows->closed_by_death.households, 1);
  EXPECT_EQ(flows->closed_otherwise.households, 1);
  EXPECT_EQ(flows->retained.households, 10);
  EXPECT_EQ(flows->retained.persons, 29);
  EXPECT_EQ(flows->exited.households, 4);
  EXPECT_EQ(flows->relapsed.persons, 3);
  EXPECT_EQ(flows->reverted_exit.persons, 5);
  EXPECT_EQ(flows->newly_admitted.persons, 15);
  EXPECT_EQ(flows->members_left.persons, 2);
  EXPECT_EQ(flows->members_joined.persons, 2);
  EXPECT_EQ(flows->closing.households, 26);
  EXPECT_EQ(flows->closing.persons, 74);
  EXPECT_EQ(flows->closing_exited.households, 7);
}

TEST(ComputeRates, NamesTheDenominator) {
  const Coverage coverage{.households = 26, .paired = 26, .planned = 20, .visited = 0};
  const std::vector<Rate> rates = ComputeRates(*ComputeFlows(AYear()), coverage);
  auto rate = [&](const std::string& name) {
    for (const Rate& candidate : rates) {
      if (candidate.name == name) return candidate;
    }
    ADD_FAILURE() << name;
    return Rate();
  };
  EXPECT_EQ(rate("wrongly_admitted_of_registered").numerator, 20);
  EXPECT_EQ(rate("wrongly_admitted_of_registered").denominator, 82);
  EXPECT_EQ(rate("wrongly_exited_of_exited").numerator, 5);
  EXPECT_EQ(rate("wrongly_exited_of_exited").denominator, 17);
  EXPECT_EQ(rate("wrongly_exited_of_exited").denominator_name, "exited_persons");
  EXPECT_EQ(rate("decline_persons").numerator, 8);
  EXPECT_EQ(rate("plan_coverage").numerator, 20);
}

TEST(CollectFigures, LeavesOutRatesOfNothing) {
  const Flows nothing;
  const Figures figures = CollectFigures(nothing, ComputeRates(nothing, {}), {});
  EXPECT_TRUE(figures.contains("flows.opening.households"));
  EXPECT_FALSE(figures.contains("rates.decline_households.percent"));
}

class JudgeTest : public ::testing::Test {
 protected:
  absl::StatusOr<Judgement> With(std::vector<Published> published) {
    return Judge({{"flows.closing.households", {26, 1}}, {"rate", {100, 3}}}, published, funds_,
                 coverage_);
  }
  std::vector<FundTotal> funds_;
  Coverage coverage_{.households = 26, .paired = 26, .planned = 26, .visited = 26};
};

TEST_F(JudgeTest, FindsNothingWhenAllIsEqual) {
  auto judged = With({{"flows.closing.households", "26", "table 1", {}},
                      {"rate", "33.3", "table 2", {}},
                      {"sum", "3.5", "table 3", {"1.5", "2"}}});
  ASSERT_TRUE(judged.ok()) << judged.status();
  EXPECT_THAT(judged->checks, SizeIs(3));
  EXPECT_TRUE(judged->checks[1].equal) << "compared with as many decimals as are published";
  EXPECT_THAT(judged->findings, IsEmpty());
}

TEST_F(JudgeTest, TellsDifferencesFromTheRecordsAndWithinTheSource) {
  auto judged = With(
      {{"flows.closing.households", "27", "table 1", {}}, {"sum", "4.0", "table 3", {"1.5", "2"}}});
  ASSERT_TRUE(judged.ok()) << judged.status();
  EXPECT_FALSE(judged->checks[0].equal);
  EXPECT_EQ(judged->checks[0].computed, "26");
  ASSERT_THAT(judged->findings, SizeIs(2));
  EXPECT_EQ(judged->findings[0].reason, "PUBLISHED_DIFFERS");
  EXPECT_EQ(judged->findings[1].reason, "PUBLISHED_INCONSISTENT");
}

TEST_F(JudgeTest, RefusesEveryFigureThatCannotBeReadAtOnce) {
  auto judged = With({{"no.such", "1", "s", {}}, {"rate", "many", "s", {}}});
  EXPECT_EQ(ReasonOf(judged.status()), "INVALID_REQUEST");
  EXPECT_EQ(MetadataOf(judged.status(), "violations"), "2");
}

TEST_F(JudgeTest, FindsPaymentsOffTheStandardAndWhoIsNotCovered) {
  funds_ = {{.purpose = "housing", .payment_count = 3, .off_standard_count = 1}};
  coverage_.paired = 25;
  coverage_.visited = 0;
  auto judged = With({});
  ASSERT_TRUE(judged.ok());
  std::vector<std::string> reasons;
  for (const Finding& finding : judged->findings) reasons.push_back(finding.reason);
  EXPECT_THAT(reasons, ::testing::ElementsAre("OFF_STANDARD", "NOT_PAIRED", "NOT_VISITED"));
}

}  // namespace
}  // namespace jz::evaluation
