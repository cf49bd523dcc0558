// Quality rules on the writes of single households.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_changes/changes_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RulesOnWrite : public ::testing::Test {
 protected:
  void PutRule(const std::string& code, idv1::RuleSeverity severity,
               const std::string& expression) {
    idv1::PutRulesRequest request;
    idv1::QualityRule& rule = *request.add_rules();
    auto& variant = *rule.add_variants();
    variant.set_code(code);
    variant.set_population(idv1::RULE_POPULATION_ALL);
    rule.set_scope(idv1::RULE_SCOPE_HOUSEHOLD);
    rule.set_severity(severity);
    rule.set_title_zh("耕地过多");
    rule.set_title_en("too much land");
    rule.set_expression(expression);
    rule.add_fields("arable_area_hundredths");
    rule.set_region_code(kCounty);
    request.set_request_id(service_.NextRequest());
    auto put = service_.Of("QualityService", "administrator", kProvince)
                   .Call<idv1::PutRulesResponse>("PutRules", request);
    ASSERT_TRUE(put.ok()) << put.status();
  }
  absl::StatusOr<idv1::UpdateHouseholdResponse> SetLand(int64_t hundredths) {
    idv1::HouseholdEdit edit = EditOf(service_.Get(family_.name()));
    edit.mutable_values()->mutable_household()->set_arable_area_hundredths(hundredths);
    edit.mutable_update_mask()->add_paths("household.arable_area_hundredths");
    return service_.Update(edit);
  }
  absl::StatusOr<idv1::UpdateHouseholdResponse> SetGroup(const std::string& group) {
    idv1::HouseholdEdit edit = EditOf(service_.Get(family_.name()));
    edit.mutable_values()->set_group_name(group);
    edit.mutable_update_mask()->add_paths("group_name");
    return service_.Update(edit);
  }

  ChangesService service_;
  idv1::Household family_ = service_.Enter("H1", ChangesService::FamilyOfFour(1));
};

TEST_F(RulesOnWrite, RefuseWhatTheyForbidAndWarnOfTheRest) {
  PutRule("9_01", idv1::RULE_SEVERITY_ERROR, "household.arable_area_hundredths > 1000");
  PutRule("9_02", idv1::RULE_SEVERITY_WARNING, "household.arable_area_hundredths > 500");
  auto refused = SetLand(1001);
  EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused), Contains("arable_area_hundredths QUALITY_RULE"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("9_01"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("耕地过多"));
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1");
  auto warned = SetLand(1000);
  ASSERT_TRUE(warned.ok()) << warned.status();
  ASSERT_THAT(warned->warnings(), SizeIs(1));
  EXPECT_EQ(warned->warnings(0).code(), "9_02");
  auto quiet = SetGroup("3组");
  ASSERT_TRUE(quiet.ok()) << quiet.status();
  EXPECT_THAT(quiet->warnings(), IsEmpty()) << "it was so before";
}

TEST_F(RulesOnWrite, LockNobodyOutWhoBrokeThemBefore) {
  ASSERT_TRUE(SetLand(5000).ok());
  PutRule("9_01", idv1::RULE_SEVERITY_ERROR, "household.arable_area_hundredths > 1000");
  EXPECT_TRUE(SetGroup("3组").ok());
  EXPECT_TRUE(SetLand(900).ok());
  EXPECT_THAT(SetLand(5000), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(RulesOnWrite, HonourExemptions) {
  PutRule("9_01", idv1::RULE_SEVERITY_ERROR, "household.arable_area_hundredths > 1000");
  idv1::PutExemptionsRequest request;
  auto& exemption = *request.add_exemptions();
  exemption.set_code("9_01");
  exemption.set_subject(family_.name());
  exemption.set_reason("国有农场");
  exemption.set_expires_on("2030-12-31");
  request.set_request_id("e");
  auto put = service_.Of("QualityService", "county_officer", kCounty)
                 .Call<idv1::PutExemptionsResponse>("PutExemptions", request);
  ASSERT_TRUE(put.ok()) << put.status();
  auto response = SetLand(5000);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->warnings(), IsEmpty());
}

TEST_F(RulesOnWrite, HoldForSplitsAndIncomesToo) {
  PutRule("9_01", idv1::RULE_SEVERITY_ERROR, "members.size() < 3");
  idv1::SplitHouseholdRequest split;
  split.set_household(family_.name());
  split.set_etag(family_.etag());
  split.set_effective_date("2017-05-01");
  auto& part = *split.add_parts();
  part.add_persons(BornIn(family_, 1998).name());
  part.mutable_head()->set_person(BornIn(family_, 1998).name());
  EXPECT_THAT(service_.Split(split), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(service_.service().CountRows("household"), 1);
  PutRule("9_03", idv1::RULE_SEVERITY_ERROR, "income.migrant_wage_fen > 100");
  idv1::RecordIncomesRequest incomes;
  auto& entry = *incomes.add_entries();
  entry.set_household(family_.name());
  entry.set_year(2017);
  entry.mutable_items()->set_migrant_wage_fen(101);
  incomes.set_request_id("i");
  auto client = service_.service().Register();
  EXPECT_THAT(client.Call<idv1::RecordIncomesResponse>("RecordIncomes", incomes),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  incomes.mutable_entries(0)->mutable_items()->set_migrant_wage_fen(100);
  EXPECT_TRUE(client.Call<idv1::RecordIncomesResponse>("RecordIncomes", incomes).ok());
}

}  // namespace
}  // namespace jz::testing
