// Figures of regions: now, as of an instant, at the end of years.
#include "jingzhun/identification/v1/region.pb.h"
#include "jingzhun/identification/v1/village.pb.h"
#include "tests/rpc/identification_statistics/statistics_fixture.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum idv1::StatisticDimension;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST_F(StatisticsRpc, CountHouseholdsAndPersonsOfEveryRegion) {
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_STATE})),
              ElementsAre("total 4/5", "REGISTERED 3/4", "EXITED 1/1"));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_STATE}, kTownship)),
              ElementsAre("total 4/5", "REGISTERED 3/4", "EXITED 1/1"));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_STATE}, kOtherVillage)),
              ElementsAre("total 1/1", "EXITED 1/1"));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_LABOUR}, kVillage)),
              ElementsAre("total 3/4", "01 3/3", "04 1/1"));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_SEX, STATISTIC_DIMENSION_AGE})),
              ElementsAre("total 4/5", "1,18-59 4/4", "2,18-59 1/1"));
  EXPECT_THAT(Shown(By()), ElementsAre("total 4/5"));
}

TEST_F(StatisticsRpc, CountWhoIsOnTheRegisterUnlessStatesAreAskedFor) {
  std::vector<identification::testing::Fields> rows = identification::testing::Singles(1, 9);
  rows[0]["户状态"] = "候选";
  rows[0]["识别日期"] = "";
  ASSERT_EQ(
      service_.SendAndAwait({.csv = identification::testing::Csv(rows), .request_id = "c"}).state(),
      cv1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(Shown(By()), ElementsAre("total 4/5"));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_STATE})),
              ElementsAre("total 5/6", "CANDIDATE 1/1", "REGISTERED 3/4", "EXITED 1/1"));
  idv1::ComputeStatisticsRequest request = By();
  Filter(STATISTIC_DIMENSION_STATE, {"CANDIDATE"}, request);
  EXPECT_THAT(Shown(request), ElementsAre("total 1/1"));
  idv1::ListStatisticHouseholdsRequest list;
  auto listed = [&] {
    return statistics_.Call<idv1::ListStatisticHouseholdsResponse>("ListStatisticHouseholds", list)
        ->households_size();
  };
  EXPECT_EQ(listed(), 4) << "the list of the figure";
  Filter(STATISTIC_DIMENSION_STATE, {"CANDIDATE"}, list);
  EXPECT_EQ(listed(), 1);
}

TEST_F(StatisticsRpc, AreLabelled) {
  auto response = Compute(By({STATISTIC_DIMENSION_STATE, STATISTIC_DIMENSION_LABOUR}));
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::StatisticRow& row = response->statistics(0).rows(0);
  EXPECT_EQ(row.values(0).label_zh(), "在册");
  EXPECT_EQ(row.values(1).label_zh(), "普通劳动力");
  EXPECT_EQ(row.values(1).dimension(), STATISTIC_DIMENSION_LABOUR);
  EXPECT_EQ(response->statistics(0).ages_on().size(), 10);
}

TEST_F(StatisticsRpc, AreFiltered) {
  idv1::ComputeStatisticsRequest request = By({STATISTIC_DIMENSION_SEX});
  Filter(STATISTIC_DIMENSION_STATE, {"REGISTERED", "CANDIDATE"}, request);
  EXPECT_THAT(Shown(request), ElementsAre("total 3/4", "1 3/3", "2 1/1"));
  request = By();
  Filter(STATISTIC_DIMENSION_LABOUR, {"01", "无劳动力"}, request);
  EXPECT_THAT(Shown(request), ElementsAre("total -/5")) << "H1 has both";
  request = By();
  Filter(STATISTIC_DIMENSION_LABOUR, {"no_labour"}, request);
  EXPECT_THAT(Shown(request), ElementsAre("total 1/1"));
}

TEST_F(StatisticsRpc, AreReadAtOnceAndStayAsTheyWere) {
  const idv1::Household couple = Find("H1");
  const absl::Time before = absl::Now();
  Leave(couple.members(1));
  EXPECT_THAT(Shown(By({STATISTIC_DIMENSION_LABOUR})), ElementsAre("total 4/4", "01 4/4"));
  Move(couple, kOtherVillage);
  EXPECT_THAT(Shown(By({}, kVillage)), ElementsAre("total 2/2"));
  EXPECT_THAT(Shown(By({}, kOtherVillage)), ElementsAre("total 2/2"));
  idv1::ComputeStatisticsRequest then = By({STATISTIC_DIMENSION_LABOUR}, kVillage);
  At(before, then);
  EXPECT_THAT(Shown(then), ElementsAre("total 3/4", "01 3/3", "04 1/1"));
  At(absl::FromUnixSeconds(1'500'000'000), then);
  EXPECT_THAT(Shown(then), ElementsAre("total 0/0")) << "nothing was recorded then";
}

TEST_F(StatisticsRpc, OfTheEndsOfYearsComeTogether) {
  idv1::ComputeStatisticsRequest request = By();
  request.add_years(2019);
  request.add_years(2020);
  auto response = Compute(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->statistics_size(), 2);
  EXPECT_EQ(response->statistics(1).ages_on(), "2020-12-31");
  EXPECT_EQ(response->statistics(1).total().households(), 0);
}

TEST_F(StatisticsRpc, TellTheIncidenceOfPoverty) {
  auto unknown = Compute(By({}, kTownship));
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_EQ(unknown->statistics(0).incidence().registered_persons(), 4);
  EXPECT_FALSE(unknown->statistics(0).incidence().has_rural_population()) << "no village told it";
  EXPECT_FALSE(unknown->statistics(0).incidence().has_rural_households());
  idv1::PutVillageRequest put;
  put.mutable_village()->set_name(std::string("villages/") + kVillage);
  put.mutable_village()->mutable_items()->set_population(1000);
  put.mutable_village()->mutable_items()->set_households(300);
  put.set_request_id("village");
  Client villages(service_.port(), "jingzhun.identification.v1.VillageService",
                  service_.Token("county_officer", kCounty));
  ASSERT_TRUE(villages.Call<idv1::Village>("PutVillage", put).ok());
  auto response = Compute(By({}, kTownship));
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::PovertyIncidence& incidence = response->statistics(0).incidence();
  EXPECT_EQ(incidence.registered_persons(), 4);
  EXPECT_EQ(incidence.rural_population(), 1000);
  EXPECT_EQ(incidence.rural_households(), 300);
  EXPECT_EQ(incidence.villages(), 1);
}

TEST_F(StatisticsRpc, OfVillagesThatAreMergedGoOnInTheNewOneAndStayInThePast) {
  Client villages(service_.port(), "jingzhun.identification.v1.VillageService",
                  service_.Token("county_officer", kCounty));
  for (const auto& [village, population] : {std::pair(kVillage, 1000), {kOtherVillage, 500}}) {
    idv1::PutVillageRequest put;
    put.mutable_village()->set_name(std::string("villages/") + village);
    put.mutable_village()->mutable_items()->set_population(population);
    put.set_request_id(village);
    ASSERT_TRUE(villages.Call<idv1::Village>("PutVillage", put).ok());
  }
  const absl::Time before = absl::Now();
  idv1::ReformRegionsRequest reform;
  reform.set_effective_date("2018-07-01");
  reform.set_reason("decree");
  reform.set_request_id("reform");
  auto& move = *reform.add_moves();
  move.set_from_code(kVillage);
  move.set_to_code(kOtherVillage);
  auto job = service_.Regions().Call<cv1::Job>("ReformRegions", reform);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(service_.Await(service_.Register("administrator", kProvince), *job).state(),
            cv1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(Shown(By({}, kVillage)), ElementsAre("total 0/0"));
  EXPECT_THAT(Shown(By({}, kOtherVillage)), ElementsAre("total 4/5"));
  idv1::ComputeStatisticsRequest request = By({}, kTownship);
  auto merged = Compute(request);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->statistics(0).incidence().rural_population(), 1500) << "not counted twice";
  EXPECT_EQ(merged->statistics(0).incidence().villages(), 1);
  request = By({}, kVillage);
  At(before, request);
  EXPECT_THAT(Shown(request), ElementsAre("total 3/4"));
  EXPECT_EQ(Compute(request)->statistics(0).incidence().rural_population(), 1000);
}

TEST_F(StatisticsRpc, RefuseTheFuture) {
  idv1::ComputeStatisticsRequest request = By();
  At(absl::Now() + absl::Hours(1), request);
  EXPECT_THAT(Compute(request), Refused(kInvalid, "AS_OF_FUTURE"));
  request = By();
  request.add_years(2998);
  request.add_years(19);
  auto refused = Compute(request);
  EXPECT_THAT(refused, Refused(kInvalid, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused), ElementsAre("years[0] AS_OF_FUTURE", "years[1] YEAR_RANGE"));
}

TEST_F(StatisticsRpc, RefuseDimensionsThatDoNotCombine) {
  auto refused = Compute(By({STATISTIC_DIMENSION_RISK, STATISTIC_DIMENSION_CAUSE}));
  EXPECT_THAT(refused, Refused(kInvalid, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused), ElementsAre("group_by STATISTIC_NOT_COMBINED"));
  EXPECT_THAT(refused.status().ToString(), HasSubstr("state+monitored+risk"));
  idv1::ComputeStatisticsRequest overlapping = By();
  Filter(STATISTIC_DIMENSION_RISK, {"illness", "disability"}, overlapping);
  EXPECT_THAT(ViolationsOf(Compute(overlapping)), ElementsAre("filters STATISTIC_VALUES_OVERLAP"));
}

TEST_F(StatisticsRpc, RefuseWhatIsNoValueOrNoDimension) {
  idv1::ComputeStatisticsRequest request =
      By({STATISTIC_DIMENSION_SEX, STATISTIC_DIMENSION_SEX, STATISTIC_DIMENSION_UNSPECIFIED});
  Filter(STATISTIC_DIMENSION_CAUSE, {"01", "homesickness"}, request);
  Filter(STATISTIC_DIMENSION_AGE, {"18-60"}, request);
  Filter(STATISTIC_DIMENSION_STATE, {}, request);
  EXPECT_THAT(ViolationsOf(Compute(request)),
              ElementsAre("group_by[1] DIMENSION_REPEATED", "group_by[2] ENUM_REQUIRED",
                          "filters[0].values[1] CODE_UNKNOWN", "filters[1].values[0] CODE_UNKNOWN",
                          "filters[2].values VALUES_COUNT"));
}

TEST_F(StatisticsRpc, AreOfTheCallersRegions) {
  EXPECT_THAT(Compute(By({}, kNeighbour)),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  Client village = service_.Statistics("village_clerk", kVillage);
  auto all = village.Call<idv1::ComputeStatisticsResponse>("ComputeStatistics", By({}, ""));
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->statistics(0).total().households(), 3) << "an empty code is the own scope";
  auto wider = village.Call<idv1::ComputeStatisticsResponse>("ComputeStatistics", By({}, kCounty));
  ASSERT_TRUE(wider.ok()) << wider.status();
  EXPECT_EQ(wider->statistics(0).total().households(), 3);
}

}  // namespace
}  // namespace jz::testing
