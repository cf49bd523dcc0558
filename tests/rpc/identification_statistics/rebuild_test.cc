// Counting anew.
#include "tests/rpc/identification_statistics/statistics_fixture.h"

namespace jz::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum idv1::StatisticDimension;

class StatisticsRebuild : public StatisticsRpc {
 protected:
  idv1::RebuildStatisticsResult Rebuild(bool repair, const std::string& region = kCounty) {
    idv1::RebuildStatisticsRequest request;
    request.set_region_code(region);
    request.set_repair(repair);
    request.set_request_id(absl::StrCat("rebuild", ++requests_));
    auto job = statistics_.Call<cv1::Job>("RebuildStatistics", request);
    EXPECT_TRUE(job.ok()) << job.status();
    idv1::RebuildStatisticsResult result;
    if (!job.ok()) return result;
    last_ = service_.Await(officer_, *job);
    EXPECT_EQ(last_.state(), cv1::JOB_STATE_SUCCEEDED) << last_.ShortDebugString();
    EXPECT_TRUE(last_.result().UnpackTo(&result));
    return result;
  }
  // Until everything is rolled into the kept days.
  void AwaitRoller() {
    const absl::Time until = absl::Now() + absl::Minutes(1);
    while (service_.CountRows("statistic_delta WHERE pending = 1") > 0 && absl::Now() < until) {
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  cv1::Job last_;
  int requests_ = 0;
};

TEST_F(StatisticsRebuild, FindsNoDifference) {
  Leave(Find("H1").members(1));
  Move(Find("H2"), kOtherVillage);
  AwaitRoller();
  const idv1::RebuildStatisticsResult result = Rebuild(false);
  EXPECT_EQ(result.village_count(), 2);
  EXPECT_EQ(result.version_count(), 2 + 2 + 1 + 2 + 2) << "H2 in both villages, H4 exited";
  EXPECT_GT(result.cell_count(), 40);
  EXPECT_EQ(result.difference_count(), 0);
  EXPECT_EQ(result.kept_count(), 4) << "two villages, their township and the county";
  EXPECT_EQ(result.kept_difference_count(), 0);
  EXPECT_THAT(service_.ErrorsOf(officer_, last_), IsEmpty());
}

TEST_F(StatisticsRebuild, ReportsAndRepairsWhatIsWrong) {
  AwaitRoller();
  const std::vector<std::string> right = Shown(By({STATISTIC_DIMENSION_LABOUR}));
  service_.Execute(std::string("DELETE FROM statistic_delta WHERE region_code = ") + kOtherVillage);
  service_.Execute(std::string("UPDATE statistic SET cells = '' WHERE region_code = ") + kCounty);
  EXPECT_THAT(Shown(By()), ElementsAre("total 0/0"));

  idv1::RebuildStatisticsResult found = Rebuild(false);
  EXPECT_GT(found.difference_count(), 5);
  EXPECT_GT(found.kept_difference_count(), 0);
  EXPECT_EQ(found.corrected_count(), 0);
  EXPECT_THAT(service_.ErrorsOf(officer_, last_),
              Contains(HasSubstr(std::string(kOtherVillage) + " STATISTIC_DIFFERS")));
  EXPECT_THAT(Shown(By()), ElementsAre("total 0/0")) << "it was only asked to look";

  idv1::RebuildStatisticsResult corrected = Rebuild(true);
  EXPECT_EQ(corrected.corrected_count(), found.difference_count());
  AwaitRoller();
  EXPECT_EQ(Shown(By({STATISTIC_DIMENSION_LABOUR})), right);
  found = Rebuild(false);
  EXPECT_EQ(found.difference_count(), 0);
  EXPECT_EQ(found.kept_difference_count(), 0);
}

TEST_F(StatisticsRebuild, CountsARegisterThatIsOlderThanStatistics) {
  const std::vector<std::string> right = Shown(By({STATISTIC_DIMENSION_LABOUR}));
  AwaitRoller();
  service_.Execute("DELETE FROM statistic");
  service_.Execute("DELETE FROM statistic_delta");
  service_.Execute("UPDATE statistic_state SET day = NULL");
  service_.Restart();
  statistics_ = service_.Statistics();
  std::vector<std::string> shown;
  const absl::Time until = absl::Now() + absl::Minutes(1);
  do {
    shown = Shown(By({STATISTIC_DIMENSION_LABOUR}));
  } while (shown.size() == 1 && absl::Now() < until);
  EXPECT_EQ(shown, right);
}

TEST_F(StatisticsRebuild, IsOfTheCallersRegions) {
  idv1::RebuildStatisticsRequest request;
  request.set_region_code(kNeighbour);
  request.set_request_id("r");
  EXPECT_THAT(statistics_.Call<cv1::Job>("RebuildStatistics", request),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
