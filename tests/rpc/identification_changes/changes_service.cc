#include "tests/rpc/identification_changes/changes_service.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::testing {

using identification::testing::Csv;
using identification::testing::GoodRow;
using identification::testing::IdOf;

std::vector<FamilyMember> ChangesService::FamilyOfFour(int serial) {
  return {{"01", 19700101, serial * 2 + 1},
          {"02", 19720505, serial * 2},
          {"03", 19950606, serial * 2 + 1},
          {"04", 19980707, serial * 2}};
}

idv1::Household ChangesService::Enter(const std::string& number,
                                      const std::vector<FamilyMember>& members,
                                      const Fields& changes) {
  std::vector<Fields> rows;
  for (size_t i = 0; i < members.size(); ++i) {
    Fields row = GoodRow();
    for (const auto& [column, text] : changes) row[column] = text;
    row["户编号"] = number;
    row["人编号"] = absl::StrCat(number, "-", i);
    row["姓名"] = absl::StrCat("某", i, "甲");
    row["证件号码"] = IdOf(members[i].birth, members[i].serial);
    row["人数"] = absl::StrCat(members.size());
    row["与户主关系"] = members[i].relation;
    row["性别"] = members[i].serial % 2 == 1 ? "1" : "2";
    const std::string day = absl::StrCat(members[i].birth);
    row["出生日期"] = absl::StrCat(day.substr(0, 4), "-", day.substr(4, 2), "-", day.substr(6));
    rows.push_back(row);
  }
  cv1::Job job = service_.SendAndAwait({.csv = Csv(rows), .request_id = NextRequest()});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  for (const idv1::Household& household : service_.ListAll(service_.Register())) {
    if (household.national_no() == number) return Get(household.name());
  }
  ADD_FAILURE() << number << " was not entered";
  return {};
}

Client ChangesService::Of(const std::string& service, const std::string& role,
                          const std::string& region) const {
  return Client(service_.port(), "jingzhun.identification.v1." + service,
                service_.Token(role, region));
}

Client ChangesService::Households(const std::string& role, const std::string& region) const {
  return Of("HouseholdService", role, region);
}

idv1::Household ChangesService::Get(const std::string& name) const {
  idv1::GetHouseholdRequest request;
  request.set_name(name);
  auto household = service_.Register().Call<idv1::Household>("GetHousehold", request);
  EXPECT_TRUE(household.ok()) << household.status();
  return household.ok() ? *household : idv1::Household();
}

absl::StatusOr<idv1::UpdateHouseholdResponse> ChangesService::Update(idv1::HouseholdEdit edit) {
  return UpdateAs(Households(), edit, NextRequest());
}

absl::StatusOr<idv1::UpdateHouseholdResponse> ChangesService::UpdateAs(
    const Client& client, const idv1::HouseholdEdit& edit, const std::string& request_id) {
  idv1::UpdateHouseholdRequest request;
  *request.mutable_edit() = edit;
  request.set_request_id(request_id);
  return client.Call<idv1::UpdateHouseholdResponse>("UpdateHousehold", request);
}

absl::StatusOr<idv1::SplitHouseholdResponse> ChangesService::Split(
    idv1::SplitHouseholdRequest request) {
  if (request.request_id().empty()) request.set_request_id(NextRequest());
  return Households().Call<idv1::SplitHouseholdResponse>("SplitHousehold", request);
}

absl::StatusOr<idv1::MergeHouseholdsResponse> ChangesService::Merge(
    idv1::MergeHouseholdsRequest request) {
  if (request.request_id().empty()) request.set_request_id(NextRequest());
  return Households().Call<idv1::MergeHouseholdsResponse>("MergeHouseholds", request);
}

std::vector<std::string> ChangesService::Links(const std::string& household) const {
  idv1::ListHouseholdLinksRequest request;
  request.set_household(household);
  auto links = Households().Call<idv1::ListHouseholdLinksResponse>("ListHouseholdLinks", request);
  EXPECT_TRUE(links.ok()) << links.status();
  std::vector<std::string> shown;
  if (!links.ok()) return shown;
  for (const idv1::HouseholdLink& link : links->links()) {
    shown.push_back(absl::StrCat(idv1::HouseholdLinkKind_Name(link.kind()), " ",
                                 link.from_household(), " ", link.to_household(), " ",
                                 link.effective_date(), " ", link.person_count()));
  }
  return shown;
}

idv1::Flows ChangesService::FlowsOf(const std::string& region, const std::string& start,
                                    const std::string& end) {
  idv1::ComputeFlowsRequest request;
  request.set_region_code(region);
  request.set_period_start(start);
  request.set_period_end(end);
  auto flows =
      Of("CaseService", "county_officer", kCounty).Call<idv1::Flows>("ComputeFlows", request);
  EXPECT_TRUE(flows.ok()) << flows.status();
  return flows.ok() ? *flows : idv1::Flows();
}

idv1::HouseholdEdit EditOf(const idv1::Household& household) {
  idv1::HouseholdEdit edit;
  edit.set_household(household.name());
  edit.set_etag(household.etag());
  return edit;
}

const idv1::Member& BornIn(const idv1::Household& household, int year) {
  for (const idv1::Member& member : household.members()) {
    if (member.birth_date().substr(0, 4) == absl::StrCat(year)) return member;
  }
  ADD_FAILURE() << "nobody was born in " << year;
  std::abort();
}

}  // namespace jz::testing
