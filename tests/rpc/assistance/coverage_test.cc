// How much of the register is helped, planned for and visited on a day.
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/rpc/assistance/assistance_server.h"

namespace jz::testing {
namespace {

// A village of its own for every test.
std::string NewVillage() {
  static int next = 201;
  return absl::StrCat("230712103", next++);
}

class CoverageTest : public AssistanceTest {
 protected:
  av1::Coverage On(const std::string& day, const std::string& visits_from = "") {
    av1::ComputeCoverageRequest request;
    request.set_region_code(village_);
    request.set_as_of(day);
    request.set_visits_from(visits_from);
    auto coverage = officer_.Call<av1::Coverage>("ComputeCoverage", request);
    EXPECT_TRUE(coverage.ok()) << coverage.status();
    return coverage.ok() ? *coverage : av1::Coverage();
  }

  const std::string village_ = NewVillage();
};

// Households on the register, and those of them with a helper, a plan and a visit.
std::vector<int64_t> Figures(const av1::Coverage& coverage) {
  return {coverage.household_count(), coverage.paired_count(), coverage.planned_count(),
          coverage.visited_count()};
}

TEST_F(CoverageTest, CountsWhatHoldsOnTheDay) {
  const std::string cadre = MakeCadres(officer_, 1)[0];
  auto households = Admit(server(), 4, "2016-12-01", village_);
  Admit(server(), 1, "2017-07-01", village_);
  const std::string helped = households[0];
  const std::string helped_to_may = households[1];
  const std::string removed_in_june = households[3];
  Remove(server(), removed_in_june, "2017-06-01", village_);
  ASSERT_TRUE(Pair(officer_, {Paired(helped, cadre),
                              Paired(helped_to_may, cadre, "2017-01-01", "2017-05-31")})
                  .ok());
  ASSERT_TRUE(Plan(officer_, helped, 2017).ok());
  ASSERT_TRUE(Upload(officer_, {Visited(helped_to_may, cadre, "2017-03-01"),
                                Visited(helped_to_may, cadre, "2017-04-01"),
                                Visited(helped, cadre, "2016-12-31")})
                  .ok());

  using Counts = std::vector<int64_t>;
  const av1::Coverage may = On("2017-05-31");
  EXPECT_EQ(Figures(may), (Counts{4, 2, 1, 1}));
  EXPECT_FALSE(may.full());
  EXPECT_EQ(
      std::set<std::string>(may.unpaired_households().begin(), may.unpaired_households().end()),
      (std::set<std::string>{households[2], removed_in_june}));
  EXPECT_EQ(Figures(On("2017-06-01")), (Counts{3, 1, 1, 1})) << "one left, one has no helper now";
  EXPECT_EQ(Figures(On("2017-07-01")), (Counts{4, 1, 1, 1})) << "one came";
  EXPECT_EQ(Figures(On("2017-02-28")), (Counts{4, 2, 1, 0})) << "visits of later days";
  EXPECT_EQ(Figures(On("2017-05-31", "2016-12-31")), (Counts{4, 2, 1, 2}));
  EXPECT_EQ(Figures(On("2018-01-01")), (Counts{4, 1, 0, 0})) << "plans and visits of another year";
  EXPECT_EQ(Figures(On("2016-11-30")), (Counts{0, 0, 0, 0}));
}

TEST_F(CoverageTest, IsFullWhenEveryHouseholdOfTheRegionHasAHelper) {
  const std::string cadre = MakeCadres(officer_, 1)[0];
  const auto households = Admit(server(), 2, "2017-01-01", village_);
  ASSERT_TRUE(Pair(officer_, {Paired(households[0], cadre)}).ok());
  EXPECT_FALSE(On("2017-05-31").full());
  ASSERT_TRUE(Pair(officer_, {Paired(households[1], cadre)}).ok());
  const av1::Coverage full = On("2017-05-31");
  EXPECT_TRUE(full.full());
  EXPECT_EQ(full.unpaired_households_size(), 0);
}

}  // namespace
}  // namespace jz::testing
