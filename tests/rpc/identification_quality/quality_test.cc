// Quality rules through the service: entering, previewing, running, and what becomes of findings.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Singles;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kQualityService[] = "jingzhun.identification.v1.QualityService";
constexpr char kNation[] = "000000000000";

class Quality : public ::testing::Test {
 protected:
  Client As(const std::string& role, const std::string& region = kCounty) const {
    return {service_.port(), kQualityService, service_.Token(role, region)};
  }

  static idv1::QualityRule Rule(const std::string& code, const std::string& expression,
                                const std::string& region = kCounty) {
    idv1::QualityRule rule;
    idv1::QualityRule::Variant& variant = *rule.add_variants();
    variant.set_code(code);
    variant.set_population(idv1::RULE_POPULATION_ALL);
    rule.set_scope(idv1::RULE_SCOPE_PERSON);
    rule.set_severity(idv1::RULE_SEVERITY_ERROR);
    rule.set_title_zh("题");
    rule.set_title_en("title");
    rule.set_expression(expression);
    rule.set_region_code(region);
    return rule;
  }
  absl::StatusOr<idv1::PutRulesResponse> Put(const std::vector<idv1::QualityRule>& rules,
                                             const std::string& request_id,
                                             const std::string& region = kCounty) {
    idv1::PutRulesRequest request;
    for (const idv1::QualityRule& rule : rules) *request.add_rules() = rule;
    request.set_request_id(request_id);
    return As("administrator", region).Call<idv1::PutRulesResponse>("PutRules", request);
  }

  idv1::RunRulesResult RunRules(const std::string& request_id, const std::string& code) {
    idv1::RunRulesRequest request;
    request.set_region_code(kCounty);
    request.add_codes(code);
    request.set_request_id(request_id);
    auto job = As("county_officer").Call<cv1::Job>("RunRules", request);
    EXPECT_TRUE(job.ok()) << job.status();
    const cv1::Job ended = service_.Await(service_.Register(), *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED) << ended.ShortDebugString();
    idv1::RunRulesResult result;
    EXPECT_TRUE(ended.result().UnpackTo(&result));
    return result;
  }
  std::vector<idv1::QualityFinding> Findings(const Client& client, const std::string& code) {
    idv1::ListQualityFindingsRequest request;
    request.set_code(code);
    request.set_page_size(2);
    std::vector<idv1::QualityFinding> all;
    do {
      auto page = client.Call<idv1::ListQualityFindingsResponse>("ListQualityFindings", request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      all.insert(all.end(), page->findings().begin(), page->findings().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  void ImportHouseholds(int count) {
    service_.SendAndAwait({.csv = Csv(Singles(count)), .request_id = "import"});
  }

  RegisterService service_;
};

TEST_F(Quality, DeliversTheNationalRules) {
  idv1::ListRulesRequest request;
  request.set_page_size(1000);
  request.set_as_of("2024-06-30");
  auto rules = As("viewer").Call<idv1::ListRulesResponse>("ListRules", request);
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_GT(rules->rules_size(), 150);
  request.set_code("2_01_010-16");
  rules = As("viewer").Call<idv1::ListRulesResponse>("ListRules", request);
  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->rules_size(), 1);
  EXPECT_EQ(rules->rules(0).region_code(), kNation);
  EXPECT_EQ(rules->rules(0).version(), 1);
  idv1::GetRuleRequest get;
  get.set_name(rules->rules(0).name());
  auto rule = As("viewer").Call<idv1::QualityRule>("GetRule", get);
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->expression(), rules->rules(0).expression());
}

TEST_F(Quality, KeepsEveryVersionOfARule) {
  auto put = Put({Rule("old", "person.age > 60")}, "a");
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->rules(0).version(), 1);
  auto again = Put({Rule("old", "person.age > 60")}, "a");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), put->SerializeAsString());
  put = Put({Rule("old", "person.age > 65")}, "b");
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->rules(0).version(), 2);
  idv1::ListRulesRequest request;
  request.set_code("old");
  auto all = As("viewer").Call<idv1::ListRulesResponse>("ListRules", request);
  EXPECT_EQ(all->rules_size(), 2);
  request.set_as_of("2100-01-01");
  all = As("viewer").Call<idv1::ListRulesResponse>("ListRules", request);
  ASSERT_EQ(all->rules_size(), 1);
  EXPECT_EQ(all->rules(0).version(), 2);
  // Another county has nothing to do with it.
  EXPECT_THAT(As("viewer", kNeighbour).Call<idv1::ListRulesResponse>("ListRules", request)->rules(),
              IsEmpty());
  idv1::GetRuleRequest get;
  get.set_name(put->rules(0).name());
  EXPECT_THAT(As("viewer", kNeighbour).Call<idv1::QualityRule>("GetRule", get),
              Refused(absl::StatusCode::kNotFound, "QUALITY_RULE_NOT_FOUND"));
}

TEST_F(Quality, RefusesRulesWithEveryReason) {
  idv1::QualityRule code = Rule("a", "person.labour_capacity == 'lazy'");
  idv1::QualityRule field = Rule("b", "person.agee > 5");
  idv1::QualityRule type = Rule("c", "person.age == 'x'");
  idv1::QualityRule param = Rule("d", "person.age > params.min");
  (*param.mutable_params()->mutable_fields())["min"].set_number_value(1.5);
  idv1::QualityRule form = Rule("no such code!", "true", "12");
  idv1::QualityRule loops =
      Rule("e", "members.exists(a, members.exists(b, members.exists(c, true)))");
  auto refused = Put({code, field, type, param, form, loops}, "a");
  ASSERT_THAT(refused, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  google::rpc::BadRequest violations;
  ASSERT_TRUE(violations.ParseFromString(std::string(
      refused.status().GetPayload("type.googleapis.com/google.rpc.BadRequest").value())));
  const std::string all = violations.DebugString();
  for (const char* reason :
       {"CODE_UNKNOWN", "FIELD_UNKNOWN", "TYPE_MISMATCH", "PARAMETER_FORMAT", "QUALITY_CODE_FORMAT",
        "REGION_CODE_FORMAT", "EXPRESSION_MACROS_NESTED"}) {
    EXPECT_THAT(all, HasSubstr(reason));
  }
  EXPECT_THAT(Put({Rule("a", "true", kNation)}, "b"),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  ASSERT_TRUE(Put({Rule("a", "true")}, "c").ok());
  idv1::QualityRule twin = Rule("x", "true");
  twin.mutable_variants(0)->set_population(idv1::RULE_POPULATION_EXITED);
  *twin.add_variants() = twin.variants(0);
  twin.mutable_variants(1)->set_population(idv1::RULE_POPULATION_MONITORED);
  twin.mutable_variants(1)->set_code("a");
  EXPECT_THAT(Put({twin}, "d"), Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  idv1::ListRulesRequest request;
  request.set_code("b");
  EXPECT_THAT(As("viewer").Call<idv1::ListRulesResponse>("ListRules", request)->rules(), IsEmpty());
}

TEST_F(Quality, PreviewsWithoutStoringAnything) {
  ImportHouseholds(30);
  idv1::PreviewRuleRequest request;
  *request.mutable_rule() = Rule("try", "has(person.birth_date)");
  request.set_region_code(kCounty);
  auto preview = As("county_officer").Call<idv1::PreviewRuleResponse>("PreviewRule", request);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->checked_count(), 30);
  EXPECT_EQ(preview->checked_person_count(), 30);
  EXPECT_EQ(preview->hit_count(), 30);
  EXPECT_TRUE(preview->complete());
  EXPECT_EQ(preview->samples_size(), 20);
  EXPECT_EQ(preview->samples(0).deciding_values(0).field(), "person.birth_date");
  request.set_limit(10);
  preview = As("county_officer").Call<idv1::PreviewRuleResponse>("PreviewRule", request);
  EXPECT_EQ(preview->hit_count(), 10);
  EXPECT_FALSE(preview->complete());
  EXPECT_EQ(service_.CountRows("quality_finding"), 0);
  EXPECT_THAT(Findings(As("county_officer"), "try"), IsEmpty());
}

TEST_F(Quality, CarriesAFindingFromRunToVerification) {
  ImportHouseholds(5);
  ASSERT_TRUE(Put({Rule("try", "has(person.birth_date)")}, "a").ok());
  EXPECT_EQ(RunRules("run", "try").new_count(), 5);
  const Client clerk = As("township_clerk", kTownship);
  const Client officer = As("county_officer");
  std::vector<idv1::QualityFinding> findings = Findings(clerk, "try");
  ASSERT_THAT(findings, SizeIs(5));
  EXPECT_THAT(Findings(As("viewer", kNeighbour), "try"), IsEmpty());

  idv1::BatchAssignQualityFindingsRequest assign;
  for (const auto& finding : findings) assign.add_names(finding.name());
  assign.set_assignee("somebody");
  assign.set_due_on("2099-01-01");
  assign.set_request_id("assign");
  auto assigned =
      officer.Call<idv1::BatchAssignQualityFindingsResponse>("BatchAssignQualityFindings", assign);
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  EXPECT_EQ(assigned->findings(0).state(), idv1::QUALITY_FINDING_STATE_ASSIGNED);

  idv1::BatchCorrectQualityFindingsRequest correct;
  idv1::BatchCorrectQualityFindingsRequest::Correction& correction = *correct.add_corrections();
  correction.set_name(findings[0].name());
  correction.set_outcome(idv1::QUALITY_OUTCOME_TRUE_TO_LIFE);
  correct.set_request_id("correct");
  EXPECT_THAT(
      clerk.Call<idv1::BatchCorrectQualityFindingsResponse>("BatchCorrectQualityFindings", correct),
      Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));  // no reason
  correction.set_reason("seen the papers");
  correction.set_etag(findings[0].etag());  // of before the assignment
  EXPECT_THAT(
      clerk.Call<idv1::BatchCorrectQualityFindingsResponse>("BatchCorrectQualityFindings", correct),
      Refused(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  correction.clear_etag();
  auto corrected = officer.Call<idv1::BatchCorrectQualityFindingsResponse>(
      "BatchCorrectQualityFindings", correct);
  ASSERT_TRUE(corrected.ok()) << corrected.status();

  idv1::BatchVerifyQualityFindingsRequest verify;
  idv1::BatchVerifyQualityFindingsRequest::Verification& one = *verify.add_verifications();
  one.set_name(findings[0].name());
  one.set_accept(true);
  verify.set_request_id("verify");
  EXPECT_THAT(
      officer.Call<idv1::BatchVerifyQualityFindingsResponse>("BatchVerifyQualityFindings", verify),
      Refused(absl::StatusCode::kFailedPrecondition, "SAME_PERSON"));
  const Client other(
      service_.port(), kQualityService,
      service_.TokenOf(
          {.subject = "other officer", .roles = {"county_officer"}, .regions = {kCounty}}));
  auto verified =
      other.Call<idv1::BatchVerifyQualityFindingsResponse>("BatchVerifyQualityFindings", verify);
  ASSERT_TRUE(verified.ok()) << verified.status();

  EXPECT_EQ(RunRules("again", "try").reopened_count(), 0);
  idv1::GetQualityFindingRequest get;
  get.set_name(findings[0].name());
  auto finding = clerk.Call<idv1::QualityFinding>("GetQualityFinding", get);
  ASSERT_TRUE(finding.ok()) << finding.status();
  EXPECT_EQ(finding->state(), idv1::QUALITY_FINDING_STATE_VERIFIED);
  ASSERT_EQ(finding->events_size(), 3);
  EXPECT_EQ(finding->events(1).reason(), "seen the papers");
  EXPECT_EQ(finding->deciding_values(0).person(), finding->person());
  EXPECT_THAT(As("viewer", kNeighbour).Call<idv1::QualityFinding>("GetQualityFinding", get),
              Refused(absl::StatusCode::kNotFound, "QUALITY_FINDING_NOT_FOUND"));

  idv1::GetQualityStatisticsRequest statistics;
  statistics.set_region_code(kCounty);
  statistics.set_code("try");
  statistics.set_by_part(true);
  auto figures = officer.Call<idv1::QualityStatistics>("GetQualityStatistics", statistics);
  ASSERT_TRUE(figures.ok()) << figures.status();
  ASSERT_EQ(figures->rows_size(), 2);
  EXPECT_EQ(figures->rows(0).region_code(), kTownship);
  EXPECT_EQ(figures->rows(0).state(), idv1::QUALITY_FINDING_STATE_ASSIGNED);
  EXPECT_EQ(figures->rows(0).count(), 4);
  EXPECT_EQ(figures->rows(1).count(), 1);
}

TEST_F(Quality, ExemptsForATime) {
  ImportHouseholds(2);
  ASSERT_TRUE(Put({Rule("try", "has(person.birth_date)")}, "a").ok());
  RunRules("run", "try");
  const std::vector<idv1::QualityFinding> findings = Findings(As("viewer"), "try");
  ASSERT_THAT(findings, SizeIs(2));
  idv1::PutExemptionsRequest request;
  idv1::QualityExemption& exemption = *request.add_exemptions();
  exemption.set_code("try");
  exemption.set_subject(findings[0].household());
  exemption.set_expires_on("2001-01-01");
  request.set_request_id("exempt");
  const Client officer = As("county_officer");
  auto put = [&] { return officer.Call<idv1::PutExemptionsResponse>("PutExemptions", request); };
  EXPECT_THAT(put(), Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  exemption.set_reason("lives abroad");
  exemption.set_expires_on(FormatDate(DateInShanghai(absl::Now()) + 30));
  exemption.set_person(findings[1].person());
  EXPECT_THAT(put(), Refused(absl::StatusCode::kNotFound, "PERSON_NOT_FOUND"));
  exemption.clear_person();
  ASSERT_TRUE(put().ok()) << put().status();
  idv1::GetQualityFindingRequest get;
  get.set_name(findings[0].name());
  EXPECT_EQ(officer.Call<idv1::QualityFinding>("GetQualityFinding", get)->state(),
            idv1::QUALITY_FINDING_STATE_EXEMPT);
  EXPECT_EQ(RunRules("again", "try").exempt_count(), 1);
  auto listed =
      officer.Call<idv1::ListExemptionsResponse>("ListExemptions", idv1::ListExemptionsRequest());
  ASSERT_EQ(listed->exemptions_size(), 1);
  EXPECT_EQ(listed->exemptions(0).reason(), "lives abroad");
  EXPECT_EQ(listed->exemptions(0).subject(), findings[0].household());
}

TEST_F(Quality, ChecksOneRecord) {
  idv1::QualityRule warning = Rule("warn", "person.age > 200 || has(person.sex)");
  warning.set_severity(idv1::RULE_SEVERITY_WARNING);
  ASSERT_TRUE(Put({warning, Rule("fail", "!has(person.birth_date)")}, "a").ok());
  idv1::CheckFactsRequest request;
  request.set_region_code(kVillage);
  idv1::PersonItems& person = *request.mutable_household()->add_members();
  person.set_person_id(7);
  person.set_sex(1);
  const Client clerk = As("village_clerk", kVillage);
  auto codes = [&] {
    auto checked = clerk.Call<idv1::CheckFactsResponse>("CheckFacts", request);
    EXPECT_TRUE(checked.ok()) << checked.status();
    std::vector<std::string> found;
    for (const auto& violation : checked->violations()) {
      found.push_back(violation.code() + (checked->refused() ? " refused" : ""));
    }
    return found;
  };
  EXPECT_THAT(codes(), Contains("fail refused"));
  EXPECT_THAT(codes(), Contains("warn refused"));
  person.set_birth_date(19700101);
  EXPECT_THAT(codes(), Contains("warn"));
  request.clear_household();
  EXPECT_THAT(clerk.Call<idv1::CheckFactsResponse>("CheckFacts", request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(Quality, RefusesRunsOfUnknownCodesAndForeignRegions) {
  idv1::RunRulesRequest request;
  request.set_region_code(kCounty);
  request.add_codes("no_such_code");
  request.set_request_id("r");
  auto refused = As("county_officer").Call<cv1::Job>("RunRules", request);
  ASSERT_THAT(refused, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("codes[0]"));
  request.clear_codes();
  request.set_region_code(kNeighbour);
  EXPECT_THAT(As("county_officer").Call<cv1::Job>("RunRules", request),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
