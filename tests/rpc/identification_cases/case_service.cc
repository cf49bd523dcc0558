#include "tests/rpc/identification_cases/case_service.h"

#include <gtest/gtest.h>

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;

constexpr char kCaseService[] = "jingzhun.identification.v1.CaseService";

template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    std::abort();
  }
  return *std::move(result);
}

Fields SoundRow(const std::string& number) {
  return identification::testing::RowWith({{"户编号", number},
                                           {"性别", ""},
                                           {"出生日期", ""},
                                           {"住房安全", "01"},
                                           {"基本医疗有保障", "是"},
                                           {"工资性收入", "4000"},
                                           {"生产经营性收入", "0"},
                                           {"转移性收入", "0"},
                                           {"生产经营性支出", "0"},
                                           {"上年人均纯收入", "4000"},
                                           {"健康状况", "01"},
                                           {"剔除情形", ""}});
}

void SetMeeting(idv1::Meeting& meeting) {
  meeting.set_attendance(12);
  meeting.set_votes_for(10);
  meeting.set_votes_against(1);
  meeting.set_abstained(1);
  meeting.set_minutes("组评 2017-05-05");
}

}  // namespace

CaseService::CaseService() { SetParameters(); }

void CaseService::SetParameters() {
  idv1::SetParametersRequest request;
  auto add = [&](const std::string& kind, int64_t value) {
    idv1::Parameter& parameter = *request.add_parameters();
    parameter.set_kind(kind);
    parameter.set_region_code(kCounty);
    parameter.set_valid_from("2017-01-01");
    parameter.set_value(value);
    parameter.set_reason("test");
  };
  add("poverty_line_fen", 314'600);
  add("planned_exit_year.retained", 2017);
  add("planned_exit_year.unable_to_work", 2018);
  add("planned_exit_year.able_to_work_first", 2019);
  add("planned_exit_year.able_to_work_second", 2020);
  request.set_request_id(NextRequest());
  Must(service_.Regions().Call<idv1::SetParametersResponse>("SetParameters", request));
}

void CaseService::Import(const std::vector<TestHousehold>& households) {
  std::vector<Fields> rows;
  for (const TestHousehold& household : households) {
    for (int member = 0; member < household.members; ++member) {
      Fields row = SoundRow(household.number);
      for (const auto& [column, text] : household.fields) row[column] = text;
      ++serial_;
      row["人编号"] = absl::StrCat("P", serial_);
      row["人数"] = absl::StrCat(household.members);
      row["证件号码"] = IdOf(19600101 + serial_ / 900 % 28, serial_ % 900);
      if (member > 0) row["与户主关系"] = "99";
      rows.push_back(row);
    }
  }
  cv1::Job job = service_.SendAndAwait({.csv = Csv(rows), .request_id = NextRequest()});
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED)
      << job.ShortDebugString() << " "
      << ::testing::PrintToString(service_.ErrorsOf(service_.Register(), job));
  for (const idv1::Household& household : service_.ListAll(service_.Register())) {
    names_[household.national_no()] = household.name();
  }
}

void CaseService::ImportVillage() {
  const Fields exited = {{"户状态", "已脱贫"}, {"脱贫日期", "2016-11-30"}};
  const Fields candidate = {{"户状态", "候选"}, {"识别日期", "2017-03-01"}};
  auto with = [](Fields fields, const Fields& more) {
    for (const auto& [column, text] : more) fields[column] = text;
    return fields;
  };
  const Fields poor = {{"工资性收入", "3000"}};
  Import({
      {.number = "R-poor", .fields = poor},
      {.number = "R-excluded", .fields = {{"剔除情形", "03;07"}}},
      {.number = "R-rich", .fields = {{"工资性收入", "3146"}, {"上年人均纯收入", "3146"}}},
      {.number = "R-dying", .fields = poor, .members = 2},
      {.number = "E-unsafe", .fields = with(exited, {{"住房安全", "03"}})},
      {.number = "E-fallen",
       .fields = with(exited, {{"工资性收入", "3145.99"}, {"劳动技能", "03"}})},
      {.number = "E-sound", .fields = exited},
      {.number = "C-poor", .fields = with(candidate, {{"工资性收入", "6000"}}), .members = 2},
      {.number = "C-rich", .fields = candidate},
      {.number = "O-poor", .fields = with(poor, {{"行政区划代码", kOtherVillage}})},
  });
  RecordDeaths("R-dying", "2017-04-10");
}

void CaseService::RecordDeaths(const std::string& number, const std::string& date) {
  idv1::RecordMemberChangesRequest request;
  const idv1::Household household = HouseholdOf(number);
  for (const idv1::Member& member : household.members()) {
    auto& change = *request.add_changes();
    change.set_person(member.name());
    change.set_kind("01");
    change.set_date(date);
  }
  request.set_request_id(NextRequest());
  Must(service_.Register().Call<idv1::RecordMemberChangesResponse>("RecordMemberChanges", request));
}

Client CaseService::As(const std::string& role, const std::string& region,
                       const std::string& subject) const {
  std::string token =
      subject.empty()
          ? service_.Token(role, region)
          : service_.TokenOf({.subject = subject, .roles = {role}, .regions = {region}});
  return Client(service_.port(), kCaseService, token).WithTimeout(absl::Seconds(50));
}

std::string CaseService::StartCampaign(const std::string& region) {
  idv1::CreateCampaignRequest request;
  request.set_region_code(region);
  request.set_title("2017年动态调整");
  request.set_period_start("2017-01-01");
  request.set_period_end("2017-06-30");
  request.set_request_id(NextRequest());
  Client clerk = As("township_clerk", region);
  auto created = Must(clerk.Call<idv1::CreateCampaignResponse>("CreateCampaign", request));
  cv1::Job job = service_.Await(service_.Register(), created.job());
  EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  return created.campaign().name();
}

idv1::RecordGroupAssessmentsRequest CaseService::AssessRequest(const std::string& campaign) {
  idv1::RecordGroupAssessmentsRequest request;
  request.set_campaign(campaign);
  request.set_region_code(kVillage);
  request.set_held_on("2017-05-05");
  SetMeeting(*request.mutable_meeting());
  request.set_request_id(NextRequest());
  return request;
}

absl::StatusOr<idv1::StepSummary> CaseService::Assess(const std::string& campaign,
                                                      const std::string& region) {
  auto request = AssessRequest(campaign);
  request.set_region_code(region);
  return As("village_clerk", region).Call<idv1::StepSummary>("RecordGroupAssessments", request);
}

absl::StatusOr<idv1::StepSummary> CaseService::Deliberate(const std::string& campaign,
                                                          const std::string& region) {
  idv1::RecordVillageDeliberationsRequest request;
  request.set_campaign(campaign);
  request.set_region_code(region);
  request.set_held_on("2017-05-10");
  SetMeeting(*request.mutable_meeting());
  request.set_request_id(NextRequest());
  return As("village_clerk", region).Call<idv1::StepSummary>("RecordVillageDeliberations", request);
}

absl::StatusOr<idv1::StepSummary> CaseService::Verify(const std::string& campaign,
                                                      const std::string& region) {
  idv1::VerifyCasesRequest request;
  request.set_campaign(campaign);
  request.set_region_code(region);
  request.set_held_on("2017-05-18");
  request.set_reference("乡核〔2017〕3号");
  request.set_request_id(NextRequest());
  return Township().Call<idv1::StepSummary>("VerifyCases", request);
}

absl::StatusOr<idv1::StepSummary> CaseService::Decide(const std::string& campaign,
                                                      const std::string& region) {
  idv1::DecideCasesRequest request;
  request.set_campaign(campaign);
  request.set_region_code(region);
  request.set_held_on("2017-05-25");
  request.set_reference("县扶贫〔2017〕18号");
  request.set_request_id(NextRequest());
  return County().Call<idv1::StepSummary>("DecideCases", request);
}

absl::StatusOr<idv1::StepSummary> CaseService::Post(const std::string& campaign,
                                                    const std::string& region,
                                                    const std::string& posted_on) {
  idv1::OpenPublicityRequest request;
  request.set_campaign(campaign);
  request.set_region_code(region);
  request.set_posted_on(posted_on);
  request.set_request_id(NextRequest());
  return As("village_clerk", region).Call<idv1::StepSummary>("OpenPublicity", request);
}

absl::StatusOr<idv1::StepSummary> CaseService::Conclude(const std::string& campaign,
                                                        const std::string& region) {
  idv1::ConcludePublicityRequest request;
  request.set_campaign(campaign);
  request.set_region_code(region);
  request.set_concluded_on("2017-06-12");
  request.set_effective_date("2017-06-14");
  request.set_request_id(NextRequest());
  return As("village_clerk", region).Call<idv1::StepSummary>("ConcludePublicity", request);
}

void CaseService::RunUntilDecided(const std::string& campaign, const std::string& region) {
  Must(Assess(campaign, region));
  Must(Deliberate(campaign, region));
  Must(Verify(campaign, region));
  Must(Decide(campaign, region));
}

void CaseService::RunUntilPosted(const std::string& campaign, const std::string& region) {
  RunUntilDecided(campaign, region);
  Must(Post(campaign, region));
}

std::string CaseService::HouseholdName(const std::string& number) const {
  return names_.at(number);
}

idv1::Household CaseService::HouseholdOf(const std::string& number) const {
  idv1::GetHouseholdRequest request;
  request.set_name(HouseholdName(number));
  return Must(service_.Register().Call<idv1::Household>("GetHousehold", request));
}

idv1::Case CaseService::CaseOf(const std::string& number) const {
  idv1::ListCasesRequest request;
  request.set_household(HouseholdName(number));
  request.set_page_size(100);
  auto listed = Must(County().Call<idv1::ListCasesResponse>("ListCases", request));
  EXPECT_GT(listed.cases_size(), 0) << "no case of " << number;
  if (listed.cases().empty()) return {};
  return GetCase(listed.cases(listed.cases_size() - 1).name());
}

idv1::Case CaseService::GetCase(const std::string& name) const {
  idv1::GetCaseRequest request;
  request.set_name(name);
  return Must(County().Call<idv1::Case>("GetCase", request));
}

idv1::Flows CaseService::Flows(const std::string& start, const std::string& end,
                               const std::string& region) const {
  idv1::ComputeFlowsRequest request;
  request.set_region_code(region);
  request.set_period_start(start);
  request.set_period_end(end);
  return Must(County().Call<idv1::Flows>("ComputeFlows", request));
}

}  // namespace jz::testing
