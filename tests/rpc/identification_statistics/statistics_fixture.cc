#include "tests/rpc/identification_statistics/statistics_fixture.h"

#include "absl/strings/str_cat.h"

namespace jz::testing {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::Singles;

namespace {

std::string ShownCount(const idv1::StatisticCount& count) {
  return absl::StrCat(count.has_households() ? absl::StrCat(count.households()) : "-", "/",
                      count.has_persons() ? absl::StrCat(count.persons()) : "-");
}

}  // namespace

StatisticsRpc::StatisticsRpc() {
  std::vector<Fields> rows = Singles(4);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i]["户编号"] = absl::StrCat("H", i + 1);
    rows[i]["证件号码"] = IdOf(19700505, static_cast<int>(2 * i + 1));
    rows[i]["劳动技能"] = "01";
  }
  rows[0]["人数"] = "2";
  rows[3]["行政区划代码"] = kOtherVillage;
  rows[3]["户状态"] = "已脱贫";
  rows[3]["脱贫日期"] = "2016-12-01";
  Fields spouse = rows[0];
  spouse["人编号"] = "P9";
  spouse["证件号码"] = IdOf(19720505, 2);
  spouse["与户主关系"] = "02";
  spouse["劳动技能"] = "04";
  rows.push_back(spouse);
  cv1::Job job = service_.SendAndAwait({.csv = Csv(rows), .request_id = "import"});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED)
      << ::testing::PrintToString(service_.ErrorsOf(officer_, job));
}

idv1::Household StatisticsRpc::Find(const std::string& national_no) {
  for (const idv1::Household& household : service_.ListAll(officer_)) {
    if (household.national_no() != national_no) continue;
    idv1::GetHouseholdRequest request;
    request.set_name(household.name());
    return officer_.Call<idv1::Household>("GetHousehold", request).value_or(idv1::Household());
  }
  ADD_FAILURE() << "no household " << national_no;
  return {};
}

void StatisticsRpc::Leave(const idv1::Member& member) {
  idv1::RecordMemberChangesRequest request;
  auto& change = *request.add_changes();
  change.set_person(member.name());
  change.set_kind("01");
  change.set_date("2017-04-10");
  request.set_request_id("leave" + member.name());
  auto done = officer_.Call<idv1::RecordMemberChangesResponse>("RecordMemberChanges", request);
  EXPECT_TRUE(done.ok()) << done.status();
}

void StatisticsRpc::Move(const idv1::Household& household, const std::string& village) {
  idv1::MoveHouseholdsRequest request;
  auto& move = *request.add_moves();
  move.set_household(household.name());
  move.set_to_code(village);
  request.set_effective_date("2018-01-01");
  request.set_reason("moved");
  request.set_request_id("move" + household.name() + village);
  auto done = officer_.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request);
  EXPECT_TRUE(done.ok()) << done.status();
}

idv1::ComputeStatisticsRequest StatisticsRpc::By(std::vector<idv1::StatisticDimension> group_by,
                                                 const std::string& region) {
  idv1::ComputeStatisticsRequest request;
  request.set_region_code(region);
  for (idv1::StatisticDimension dimension : group_by) request.add_group_by(dimension);
  return request;
}

std::vector<std::string> StatisticsRpc::Shown(const idv1::ComputeStatisticsRequest& request) {
  auto response = Compute(request);
  if (!response.ok()) return {response.status().ToString()};
  const idv1::Statistics& statistics = response->statistics(0);
  std::vector<std::string> shown = {absl::StrCat("total ", ShownCount(statistics.total()))};
  for (const idv1::StatisticRow& row : statistics.rows()) {
    std::string text;
    for (const idv1::StatisticValue& value : row.values()) {
      absl::StrAppend(&text, text.empty() ? "" : ",", value.value());
    }
    shown.push_back(absl::StrCat(text, " ", ShownCount(row.count())));
  }
  return shown;
}

}  // namespace jz::testing
