#include "tests/rpc/identification_comparison/comparison_service.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/date.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::RowWith;

constexpr char kService[] = "jingzhun.identification.v1.ComparisonService";

void Must(const absl::Status& status) {
  if (status.ok()) return;
  ADD_FAILURE() << status;
  std::abort();
}

}  // namespace

ComparisonService::ComparisonService() {
  for (const char* region : {kCounty, kNeighbour}) {
    const bool own = std::string(region) == kCounty;
    std::vector<Fields> rows;
    for (int i = own ? 1 : 4; i <= (own ? 3 : 5); ++i) {
      rows.push_back(RowWith({{"户编号", absl::StrCat("H", i)},
                              {"人编号", absl::StrCat("P", i)},
                              {"行政区划代码", own ? kVillage : kNeighbourVillage},
                              {"证件号码", IdNumber(i)},
                              {"性别", ""},
                              {"出生日期", ""}}));
    }
    const Client officer = registry_.Register("county_officer", region);
    auto job = registry_.Send(
        officer, {.csv = Csv(rows), .request_id = absl::StrCat("i", region), .region = region});
    Must(job.status());
    const cv1::Job ended = registry_.Await(officer, *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED) << ended.ShortDebugString();
  }
}

Client ComparisonService::As(const std::string& role, const std::string& region) const {
  return Client(registry_.port(), kService, registry_.Token(role, region));
}

std::string ComparisonService::IdNumber(int number) { return IdOf(19600101, 100 + number); }

std::string ComparisonService::HouseholdOf(int number) const {
  const char* region = number < 4 ? kCounty : kNeighbour;
  for (const idv1::Household& household :
       registry_.ListAll(registry_.Register("county_officer", region))) {
    if (household.national_no() == absl::StrCat("H", number)) return household.name();
  }
  ADD_FAILURE() << "no household " << number;
  return "";
}

idv1::CreateComparisonListRequest ComparisonService::Describe(const std::string& kind,
                                                              const std::string& region) {
  idv1::CreateComparisonListRequest request;
  request.set_kind(kind);
  request.set_region_code(region);
  request.set_authority("县财政局");
  request.set_purpose("动态调整比对");
  request.set_data_date("2017-05-31");
  request.set_expires_on(FormatDate(DateInShanghai(absl::Now()) + 90));
  request.set_request_id(NextRequest());
  return request;
}

absl::StatusOr<idv1::ComparisonList> ComparisonService::Send(
    const Client& client, const std::vector<idv1::CreateComparisonListRequest>& messages) const {
  auto stream = client.WithTimeout(absl::Minutes(1)).ClientStream("CreateComparisonList");
  for (const auto& message : messages) {
    if (!stream->Write(message)) break;
  }
  idv1::ComparisonList list;
  absl::Status status = stream->Finish(list);
  if (!status.ok()) return status;
  return list;
}

absl::StatusOr<idv1::ComparisonList> ComparisonService::SendCsv(
    const Client& client, idv1::CreateComparisonListRequest description, const std::string& csv,
    size_t piece) const {
  std::vector<idv1::CreateComparisonListRequest> messages = {std::move(description)};
  for (size_t at = 0; at < csv.size(); at += piece) {
    messages.emplace_back().set_data(csv.substr(at, piece));
  }
  return Send(client, messages);
}

std::string ComparisonService::MakeList(const std::vector<int>& numbers, const std::string& kind,
                                        const std::string& unit) {
  std::string csv = "证件号码,单位\n";
  if (kind != "payroll") csv = "证件号码\n";
  for (int number : numbers) {
    absl::StrAppend(&csv, IdNumber(number));
    if (kind == "payroll") absl::StrAppend(&csv, ",", unit, number);
    csv += "\n";
  }
  auto list = SendCsv(Officer(), Describe(kind), csv, 1000);
  Must(list.status());
  return list->name();
}

absl::StatusOr<cv1::Job> ComparisonService::Run(const Client& client,
                                                const std::vector<std::string>& lists,
                                                const std::string& region, bool hold) {
  idv1::RunComparisonRequest request;
  request.set_region_code(region);
  for (const std::string& list : lists) request.add_lists(list);
  request.set_hold(hold);
  request.set_request_id(NextRequest());
  return client.Call<cv1::Job>("RunComparison", request);
}

idv1::RunComparisonResult ComparisonService::RunAndAwait(const std::vector<std::string>& lists,
                                                         bool hold) {
  auto job = Run(Officer(), lists, kCounty, hold);
  Must(job.status());
  const cv1::Job ended = registry_.Await(registry_.Register(), *job);
  EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED) << ended.ShortDebugString();
  idv1::RunComparisonResult result;
  ended.result().UnpackTo(&result);
  return result;
}

std::vector<idv1::ComparisonFinding> ComparisonService::Findings(const Client& client) const {
  std::vector<idv1::ComparisonFinding> all;
  idv1::ListComparisonFindingsRequest request;
  request.set_page_size(2);
  do {
    auto page =
        client.Call<idv1::ListComparisonFindingsResponse>("ListComparisonFindings", request);
    Must(page.status());
    all.insert(all.end(), page->findings().begin(), page->findings().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

idv1::ComparisonFinding ComparisonService::Get(const std::string& finding) const {
  idv1::GetComparisonFindingRequest request;
  request.set_name(finding);
  auto found = Officer().Call<idv1::ComparisonFinding>("GetComparisonFinding", request);
  Must(found.status());
  return *found;
}

absl::StatusOr<idv1::BatchAnswerComparisonFindingsResponse> ComparisonService::Answer(
    const Client& client, const std::string& finding, idv1::ComparisonOutcome outcome) {
  idv1::BatchAnswerComparisonFindingsRequest request;
  auto& answer = *request.add_answers();
  answer.set_finding(finding);
  answer.set_outcome(outcome);
  answer.set_reason("已离职");
  answer.set_evidence_reference("档案 12-3");
  request.set_request_id(NextRequest());
  return client.Call<idv1::BatchAnswerComparisonFindingsResponse>("BatchAnswerComparisonFindings",
                                                                  request);
}

absl::StatusOr<idv1::BatchCheckComparisonFindingsResponse> ComparisonService::Check(
    const Client& client, const std::string& finding, bool accept) {
  using Verdict = idv1::BatchCheckComparisonFindingsRequest::Check;
  idv1::BatchCheckComparisonFindingsRequest request;
  auto& check = *request.add_checks();
  check.set_finding(finding);
  check.set_verdict(accept ? Verdict::VERDICT_ACCEPT : Verdict::VERDICT_RETURN);
  if (!accept) check.set_reason("证据不足");
  request.set_request_id(NextRequest());
  return client.Call<idv1::BatchCheckComparisonFindingsResponse>("BatchCheckComparisonFindings",
                                                                 request);
}

}  // namespace jz::testing
