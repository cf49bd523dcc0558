#include "deploy/lib/demo/identify.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/region.pb.h"

namespace jz::demo {
namespace {

namespace cv1 = ::jingzhun::common::v1;

constexpr size_t kChunk = 256 << 10;

// One id for each step of each township: the job can be run again at any time and goes on where it
// was.
std::string RequestId(const Township& township, absl::string_view step) {
  return absl::StrCat("demo-", township.code, "-", step);
}

void AddRegion(idv1::ImportRegionsRequest& request, const std::string& code,
               const std::string& name) {
  idv1::Region& region = *request.add_regions();
  region.set_code(code);
  region.set_display_name(name);
  region.set_valid_from("2000-01-01");
}

void AddParameter(idv1::SetParametersRequest& request, const char* kind, int64_t value,
                  const char* text) {
  idv1::Parameter& parameter = *request.add_parameters();
  parameter.set_kind(kind);
  parameter.set_region_code(kCounty);
  parameter.set_valid_from(kPeriodStart);
  parameter.set_value(value);
  parameter.set_text_value(text);
  parameter.set_reason("Demo: the year 2017 as published");
}

absl::StatusOr<cv1::Job> UploadRegister(Suite& suite, const Township& township,
                                        const std::string& csv, idv1::ImportMode mode,
                                        const std::string& step) {
  std::vector<idv1::ImportHouseholdsRequest> messages(1);
  messages[0].set_region_code(township.code);
  messages[0].set_mode(mode);
  messages[0].set_file_name(township.name + ".csv");
  messages[0].set_request_id(RequestId(township, step));
  for (size_t at = 0; at < csv.size(); at += kChunk)
    messages.emplace_back().set_data(csv.substr(at, kChunk));
  JZ_ASSIGN_OR_RETURN(cv1::Job job,
                      (suite.Upload<idv1::ImportHouseholdsRequest, cv1::Job>(
                          TownshipClerk(township), Register("ImportHouseholds"), messages)));
  cv1::GetJobRequest get;
  get.set_name(job.name());
  JZ_RETURN_IF_ERROR(Suite::Until("the import has ended", [&]() -> absl::StatusOr<bool> {
    JZ_ASSIGN_OR_RETURN(job,
                        suite.Call<cv1::Job>(TownshipClerk(township), Register("GetJob"), get));
    return job.state() == cv1::JOB_STATE_SUCCEEDED || job.state() == cv1::JOB_STATE_FAILED ||
           job.state() == cv1::JOB_STATE_CANCELLED;
  }));
  if (job.state() != cv1::JOB_STATE_SUCCEEDED) {
    return FailedPrecondition(job.error_reason(), {},
                              absl::StrCat("import of ", township.name, ": ", job.error_message()));
  }
  return job;
}

// Calls one bulk step and insists that it concerned at least one case and refused none.
template <class Request>
absl::Status Step(Suite& suite, const std::string& who, const char* method,
                  const Request& request) {
  auto summary = suite.Call<idv1::StepSummary>(who, Cases(method), request);
  if (!summary.ok()) return summary.status();
  if (summary->refused_count() != 0) {
    return FailedPrecondition(
        "CASES_REFUSED", {{"first", summary->refused(0).case_()}},
        absl::StrCat(method, ": ", summary->refused_count(), " cases were refused, the first for ",
                     summary->refused(0).reason()));
  }
  return absl::OkStatus();
}

void SetMeeting(idv1::Meeting& meeting, int attendance, int votes_for, const std::string& minutes) {
  meeting.set_attendance(attendance);
  meeting.set_votes_for(votes_for);
  meeting.set_votes_against(attendance - votes_for - 1);
  meeting.set_abstained(1);
  meeting.set_minutes(minutes);
}

absl::Status RunVillageSteps(Suite& suite, const Township& township, const std::string& campaign,
                             const std::set<std::string>& villages) {
  for (const Village& village : township.villages) {
    if (!villages.contains(village.code)) continue;
    idv1::RecordGroupAssessmentsRequest assess;
    assess.set_campaign(campaign);
    assess.set_region_code(village.code);
    assess.set_held_on("2017-05-05");
    SetMeeting(*assess.mutable_meeting(), 12, 10, village.name + " 组评 2017-05-05");
    assess.set_request_id(RequestId(township, "assess-" + village.code));
    JZ_RETURN_IF_ERROR(Step(suite, VillageClerk(village), "RecordGroupAssessments", assess));
    idv1::RecordVillageDeliberationsRequest deliberate;
    deliberate.set_campaign(campaign);
    deliberate.set_region_code(village.code);
    deliberate.set_held_on("2017-05-10");
    SetMeeting(*deliberate.mutable_meeting(), 35, 31, village.name + " 村议 2017-05-10");
    deliberate.set_request_id(RequestId(township, "deliberate-" + village.code));
    JZ_RETURN_IF_ERROR(
        Step(suite, VillageClerk(village), "RecordVillageDeliberations", deliberate));
  }
  return absl::OkStatus();
}

absl::Status RunDecision(Suite& suite, const Township& township, const std::string& campaign) {
  idv1::VerifyCasesRequest verify;
  verify.set_campaign(campaign);
  verify.set_region_code(township.code);
  verify.set_held_on("2017-05-18");
  verify.set_reference("乡核〔2017〕3号");
  verify.set_request_id(RequestId(township, "verify"));
  JZ_RETURN_IF_ERROR(Step(suite, TownshipClerk(township), "VerifyCases", verify));
  idv1::DecideCasesRequest decide;
  decide.set_campaign(campaign);
  decide.set_region_code(township.code);
  decide.set_held_on("2017-05-25");
  decide.set_reference("县扶贫〔2017〕18号");
  decide.set_request_id(RequestId(township, "decide"));
  return Step(suite, "county-officer", "DecideCases", decide);
}

// Of a campaign that was cancelled or whose job failed.
absl::Status WhyNotAssessed(Suite& suite, const Township& township,
                            const idv1::Campaign& campaign) {
  cv1::GetJobRequest get;
  get.set_name(campaign.job());
  JZ_ASSIGN_OR_RETURN(cv1::Job job,
                      suite.Call<cv1::Job>(TownshipClerk(township), Register("GetJob"), get));
  return FailedPrecondition(
      job.error_reason().empty() ? "CAMPAIGN_NOT_ASSESSED" : job.error_reason(),
      {{"campaign", campaign.name()}, {"job", job.name()}},
      absl::StrCat("the campaign of ", township.name, " is ",
                   idv1::CampaignState_Name(campaign.state()), ", ", job.name(),
                   " says: ", job.error_message()));
}

absl::Status RunPublicity(Suite& suite, const Township& township, const std::string& campaign,
                          const std::set<std::string>& villages) {
  for (const Village& village : township.villages) {
    if (!villages.contains(village.code)) continue;
    idv1::OpenPublicityRequest open;
    open.set_campaign(campaign);
    open.set_region_code(village.code);
    open.set_posted_on("2017-05-26");
    open.set_request_id(RequestId(township, "post-" + village.code));
    JZ_RETURN_IF_ERROR(Step(suite, VillageClerk(village), "OpenPublicity", open));
    idv1::ConcludePublicityRequest conclude;
    conclude.set_campaign(campaign);
    conclude.set_region_code(village.code);
    conclude.set_concluded_on("2017-06-12");
    conclude.set_effective_date("2017-06-14");
    conclude.set_request_id(RequestId(township, "conclude-" + village.code));
    JZ_RETURN_IF_ERROR(Step(suite, VillageClerk(village), "ConcludePublicity", conclude));
  }
  return absl::OkStatus();
}

}  // namespace

std::string TownshipClerk(const Township& township) { return "township-clerk-" + township.code; }
std::string VillageClerk(const Village& village) { return "village-clerk-" + village.code; }

absl::Status EnterRegionsAndParameters(Suite& suite,
                                       const std::vector<const Township*>& townships) {
  idv1::ImportRegionsRequest regions;
  AddRegion(regions, "230000000000", "黑龙江省");
  AddRegion(regions, "230200000000", "示例市");
  AddRegion(regions, kCounty, "示例县");
  for (const Township* township : townships) {
    AddRegion(regions, township->code, township->name);
    for (const Village& village : township->villages)
      AddRegion(regions, village.code, village.name);
  }
  regions.set_request_id("demo-regions");
  JZ_RETURN_IF_ERROR(
      suite.Call<idv1::ImportRegionsResponse>("administrator", Regions("ImportRegions"), regions)
          .status());

  idv1::SetParametersRequest parameters;
  AddParameter(parameters, "poverty_line_fen", 314600, "3,146 yuan per person and year");
  AddParameter(parameters, "publicity_days", 7, "not less than 7 days");
  AddParameter(parameters, "group_panel_minimum", 4, "at least 4 persons");
  AddParameter(parameters, "planned_exit_year.retained", 2017, "");
  AddParameter(parameters, "planned_exit_year.unable_to_work", 2018, "through the safety net");
  AddParameter(parameters, "planned_exit_year.able_to_work_first", 2019, "through industry");
  AddParameter(parameters, "planned_exit_year.able_to_work_second", 2020, "through industry");
  parameters.set_request_id("demo-parameters");
  return suite
      .Call<idv1::SetParametersResponse>("administrator", Regions("SetParameters"), parameters)
      .status();
}

absl::Status ImportRegister(Suite& suite, const Township& township) {
  std::string csv = RegisterCsv(township);
  JZ_RETURN_IF_ERROR(
      UploadRegister(suite, township, csv, idv1::IMPORT_MODE_COMMIT, "import").status());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<idv1::Household>> ReadRegister(Suite& suite, const Township& township) {
  std::vector<idv1::Household> households;
  idv1::ListHouseholdsRequest list;
  list.set_region_code(township.code);
  list.set_page_size(500);
  do {
    JZ_ASSIGN_OR_RETURN(auto page, suite.Call<idv1::ListHouseholdsResponse>(
                                       TownshipClerk(township), Register("ListHouseholds"), list));
    idv1::BatchGetHouseholdsRequest get;
    for (const idv1::Household& household : page.households()) get.add_names(household.name());
    if (get.names_size() > 0) {
      JZ_ASSIGN_OR_RETURN(auto full,
                          suite.Call<idv1::BatchGetHouseholdsResponse>(
                              TownshipClerk(township), Register("BatchGetHouseholds"), get));
      for (idv1::Household& household : *full.mutable_households())
        households.push_back(std::move(household));
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return households;
}

absl::Status RecordDeaths(Suite& suite, const Township& township,
                          const std::vector<idv1::Household>& households) {
  std::set<std::string> dead;
  for (const Household& household : township.households) {
    if (!household.persons.empty() && household.persons.front().dies) dead.insert(household.number);
  }
  idv1::RecordMemberChangesRequest request;
  for (const idv1::Household& household : households) {
    if (!dead.contains(household.national_no())) continue;
    for (const idv1::Member& member : household.members()) {
      auto& change = *request.add_changes();
      change.set_person(member.name());
      change.set_kind("01");
      change.set_date("2017-04-10");
    }
  }
  // On a repeated run the members are gone already; the request_id answers for the first.
  if (request.changes_size() == 0) return absl::OkStatus();
  request.set_request_id(RequestId(township, "deaths"));
  return suite
      .Call<idv1::RecordMemberChangesResponse>(TownshipClerk(township),
                                               Register("RecordMemberChanges"), request)
      .status();
}

absl::Status RunCampaign(Suite& suite, const Township& township) {
  idv1::CreateCampaignRequest create;
  create.set_region_code(township.code);
  create.set_title(township.name + " 2017年动态调整");
  create.set_period_start(kPeriodStart);
  create.set_period_end("2017-06-30");
  create.set_request_id(RequestId(township, "campaign"));
  JZ_ASSIGN_OR_RETURN(auto created, suite.Call<idv1::CreateCampaignResponse>(
                                        TownshipClerk(township), Cases("CreateCampaign"), create));
  idv1::GetCampaignRequest get;
  get.set_name(created.campaign().name());
  JZ_RETURN_IF_ERROR(
      Suite::Until("the campaign has assessed every household", [&]() -> absl::StatusOr<bool> {
        JZ_ASSIGN_OR_RETURN(auto campaign, suite.Call<idv1::Campaign>(TownshipClerk(township),
                                                                      Cases("GetCampaign"), get));
        if (campaign.state() == idv1::CAMPAIGN_STATE_ASSESSING) return false;
        if (campaign.state() == idv1::CAMPAIGN_STATE_OPEN) return true;
        return WhyNotAssessed(suite, township, campaign);
      }));
  std::set<std::string> villages;
  for (const Household& household : township.households)
    villages.insert(township.villages[household.village].code);
  JZ_RETURN_IF_ERROR(RunVillageSteps(suite, township, get.name(), villages));
  JZ_RETURN_IF_ERROR(RunDecision(suite, township, get.name()));
  return RunPublicity(suite, township, get.name(), villages);
}

absl::StatusOr<idv1::Flows> ReadFlows(Suite& suite, const Township& township) {
  idv1::ComputeFlowsRequest request;
  request.set_region_code(township.code);
  request.set_period_start(kPeriodStart);
  request.set_period_end(kPeriodEnd);
  return suite.Call<idv1::Flows>(TownshipClerk(township), Cases("ComputeFlows"), request);
}

}  // namespace jz::demo
