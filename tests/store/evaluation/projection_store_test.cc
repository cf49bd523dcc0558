// What the projections answer about a region and a period.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/store/evaluation/evaluation_database.h"
#include "tests/support/township/township.h"

namespace jz::evaluation {
namespace {

using ::testing::ElementsAre;
using testing::kNextTownship;
using testing::kTownship;
using ::testing::Pair;

Period Year(int year) {
  return {*ParseDate(absl::StrCat(year, "-01-01")), *ParseDate(absl::StrCat(year, "-12-31"))};
}

class ProjectionStoreTest : public ::testing::Test {
 protected:
  static sql::Database& db() {
    static const auto* const db = new std::unique_ptr<sql::Database>(NewProjectedDatabase());
    return **db;
  }
  // "households persons" by flow, without those that are nothing.
  static std::map<std::string, std::string> FlowsOf(const char* region, int year) {
    const auto groups = Ask(db(), [&](sql::Transaction& tx) {
      return GroupHouseholds(tx, ScopeOf(region), Year(year));
    });
    const auto flows = ComputeFlows(groups);
    EXPECT_TRUE(flows.ok()) << flows.status();
    std::map<std::string, std::string> named;
    for (const auto& [name, count] : NamedFlows(*flows)) {
      if (count.households == 0 && count.persons == 0) continue;
      named[name] = absl::StrCat(count.households, " ", count.persons);
    }
    return named;
  }
  static Coverage CoverageOf(const char* region, int year) {
    return Ask(
        db(), [&](sql::Transaction& tx) { return CountCoverage(tx, ScopeOf(region), Year(year)); });
  }
  static std::vector<FundTotal> FundsOf(const char* region, int year) {
    return Ask(db(),
               [&](sql::Transaction& tx) { return SumPayments(tx, ScopeOf(region), Year(year)); });
  }
};

TEST_F(ProjectionStoreTest, FollowsHouseholdsFromTheFirstDayToTheLast) {
  EXPECT_THAT(FlowsOf(kTownship, 2017),
              ElementsAre(Pair("closed_by_death", "1 1"), Pair("closing", "5 14"),
                          Pair("closing_exited", "1 4"), Pair("exited", "1 4"),
                          Pair("members_left", "0 1"), Pair("newly_admitted", "1 2"),
                          Pair("opening", "6 16"), Pair("opening_exited", "2 5"),
                          Pair("relapsed", "1 1"), Pair("removed_wrongly_admitted", "1 2"),
                          Pair("retained", "1 3"), Pair("reverted_exit", "1 4")));
}

TEST_F(ProjectionStoreTest, LooksAtItsPeriodOnly) {
  EXPECT_THAT(
      FlowsOf(kTownship, 2016),
      ElementsAre(Pair("closing", "6 16"), Pair("closing_exited", "2 5"), Pair("exited", "2 5"),
                  Pair("opening", "6 16"), Pair("retained", "4 11")));
  EXPECT_THAT(FlowsOf(kTownship, 2014),
              ElementsAre(Pair("closing", "6 16"), Pair("newly_admitted", "6 16")));
  EXPECT_THAT(FlowsOf(kTownship, 2013), ElementsAre());
}

TEST_F(ProjectionStoreTest, LooksAtItsScopeOnly) {
  EXPECT_THAT(
      FlowsOf(kNextTownship, 2017),
      ElementsAre(Pair("closing", "1 10"), Pair("opening", "1 10"), Pair("retained", "1 10")));
  EXPECT_THAT(FlowsOf("230222000000", 2017), ElementsAre());
  EXPECT_EQ(CoverageOf("230222000000", 2017).households, 0);
  EXPECT_TRUE(FundsOf("230222000000", 2017).empty());
}

TEST_F(ProjectionStoreTest, CountsHelpOfThePeriodForWhoIsOnTheRegisterAtItsEnd) {
  const Coverage coverage = CoverageOf(kTownship, 2017);
  EXPECT_EQ(coverage.households, 5);
  EXPECT_EQ(coverage.paired, 1) << "the helper of another went in March";
  EXPECT_EQ(coverage.planned, 1);
  EXPECT_EQ(coverage.visited, 1) << "another was visited the year before";
  EXPECT_EQ(CoverageOf(kTownship, 2016).visited, 1);
  EXPECT_EQ(CoverageOf(kTownship, 2016).paired, 0);
}

TEST_F(ProjectionStoreTest, SumsPaymentsAndCountsThoseBesideTheStandard) {
  const std::vector<FundTotal> funds = FundsOf(kTownship, 2017);
  ASSERT_EQ(funds.size(), 3u);
  EXPECT_EQ(funds[0].purpose, "accident_insurance");
  EXPECT_EQ(funds[0].total_fen, 3'000);
  EXPECT_EQ(funds[0].off_standard_count, 0) << "there is no standard";
  EXPECT_EQ(funds[1].purpose, "housing_renovation");
  EXPECT_EQ(funds[1].payment_count, 2);
  EXPECT_EQ(funds[1].household_count, 2);
  EXPECT_EQ(funds[1].total_fen, 1'450'000);
  EXPECT_EQ(funds[1].standard_fen, 750'000);
  EXPECT_EQ(funds[1].off_standard_count, 1);
  EXPECT_EQ(funds[2].purpose, "in_kind_chick");
  EXPECT_EQ(funds[2].item_count, 100);
  EXPECT_EQ(FundsOf(kTownship, 2016).at(0).total_fen, 750'000);
}

}  // namespace
}  // namespace jz::evaluation
