// Income statements over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::RowWith;
using ::testing::SizeIs;

class Incomes : public ::testing::Test {
 protected:
  // A household of four with an imported statement of 2016.
  Incomes() {
    std::vector<Fields> rows;
    for (int i = 0; i < 4; ++i) {
      Fields row = RowWith({{"人数", "4"}, {"性别", ""}, {"出生日期", ""}});
      row["人编号"] = absl::StrCat("P", i);
      row["证件号码"] = IdOf(19700101 + i, 1);
      row["与户主关系"] = i == 0 ? "01" : "99";
      rows.push_back(row);
    }
    service_.SendAndAwait({.csv = Csv(rows), .request_id = "a"});
    household_ = service_.ListAll(officer_).at(0).name();
  }

  void SetRates() {
    idv1::SetParametersRequest request;
    for (const auto& [product, rate] : std::map<std::string, int>{{"grain", 4000},
                                                                  {"tobacco", 4500},
                                                                  {"livestock", 4000},
                                                                  {"fruit", 1500},
                                                                  {"other", 4000}}) {
      idv1::Parameter& parameter = *request.add_parameters();
      parameter.set_kind("cost_rate_per_10000." + product);
      parameter.set_region_code(kProvince);
      parameter.set_valid_from("2014-01-01");
      parameter.set_value(rate);
      parameter.set_reason("r");
    }
    request.set_request_id("rates");
    auto set = service_.Regions().Call<idv1::SetParametersResponse>("SetParameters", request);
    ASSERT_TRUE(set.ok()) << set.status();
  }

  static void AddLine(idv1::RecordIncomesRequest::Entry& entry, idv1::BusinessGroup group,
                      const std::string& product, int64_t yuan) {
    idv1::BusinessLine& line = *entry.add_lines();
    line.set_group(group);
    line.set_product(product);
    line.set_revenue_fen(yuan * 100);
  }
  idv1::RecordIncomesRequest WorkedExample(int year, const std::string& request_id) {
    idv1::RecordIncomesRequest request;
    request.set_request_id(request_id);
    auto& entry = *request.add_entries();
    entry.set_household(household_);
    entry.set_year(year);
    entry.set_reason("RECOMPUTED_AT_HOME");
    entry.mutable_items()->set_migrant_wage_fen(1'200'000);
    entry.mutable_items()->set_land_lease_fen(30'000);
    entry.mutable_items()->set_pension_fen(150'000);
    entry.set_cost_method(idv1::COST_METHOD_RATES);
    AddLine(entry, idv1::BUSINESS_GROUP_CROPS, "grain", 6'000);
    AddLine(entry, idv1::BUSINESS_GROUP_CROPS, "tobacco", 10'000);
    AddLine(entry, idv1::BUSINESS_GROUP_LIVESTOCK, "livestock", 8'000);
    AddLine(entry, idv1::BUSINESS_GROUP_ORCHARD, "fruit", 2'000);
    AddLine(entry, idv1::BUSINESS_GROUP_OTHER, "other", 1'000);
    auto& excluded = *entry.add_excluded();
    excluded.set_kind("consolation");
    excluded.set_amount_fen(50'000);
    return request;
  }
  absl::StatusOr<idv1::RecordIncomesResponse> Record(const idv1::RecordIncomesRequest& request,
                                                     const std::string& region = kCounty) {
    return service_.Register("township_clerk", region)
        .Call<idv1::RecordIncomesResponse>("RecordIncomes", request);
  }
  idv1::Household Get() {
    idv1::GetHouseholdRequest request;
    request.set_name(household_);
    return *officer_.Call<idv1::Household>("GetHousehold", request);
  }

  RegisterService service_;
  Client officer_ = service_.Register();
  std::string household_;
};

TEST_F(Incomes, AreComputedAsTheWorkedExample) {
  SetRates();
  const int64_t imported = Get().net_income_per_head_fen();
  auto response = Record(WorkedExample(2017, "r"));
  ASSERT_TRUE(response.ok()) << response.status();
  const idv1::IncomeStatement& statement = response->statements(0);
  EXPECT_EQ(statement.cost_fen(), 1'080'000);
  EXPECT_EQ(statement.net_fen(), 3'000'000);
  EXPECT_EQ(statement.net_per_head_fen(), 750'000);
  EXPECT_EQ(statement.version(), 1);
  EXPECT_EQ(statement.excluded(0).amount_fen(), 50'000);
  EXPECT_EQ(statement.lines(1).cost_fen(), 450'000);

  const idv1::Household household = Get();
  EXPECT_EQ(household.net_income_per_head_fen(), 750'000);
  EXPECT_EQ(household.previous_net_income_per_head_fen(), imported);
  EXPECT_EQ(household.latest_income().items().crops_fen(), 1'600'000);
  EXPECT_EQ(household.facts().income().pension_fen(), 150'000);
  EXPECT_EQ(household.facts().household().net_income_per_head_fen(), 750'000);
}

TEST_F(Incomes, RecomputationsAreVersions) {
  SetRates();
  ASSERT_TRUE(Record(WorkedExample(2016, "r")).ok());
  idv1::RecordIncomesRequest again = WorkedExample(2016, "s");
  again.mutable_entries(0)->mutable_items()->set_migrant_wage_fen(0);
  auto response = Record(again);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->statements(0).version(), 3);
  EXPECT_EQ(response->statements(0).net_per_head_fen(), 450'000);
  idv1::ListIncomesRequest request;
  request.set_household(household_);
  auto list = officer_.Call<idv1::ListIncomesResponse>("ListIncomes", request);
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_THAT(list->statements(), SizeIs(3));
  EXPECT_EQ(list->statements(0).version(), 3);
  EXPECT_EQ(list->statements(1).net_per_head_fen(), 750'000);
  EXPECT_EQ(list->statements(2).reason(), "IMPORTED");
  EXPECT_EQ(Get().net_income_per_head_fen(), 450'000);
}

TEST_F(Incomes, OfAnEarlierYearDoNotChangeTheHouseholdsIncome) {
  SetRates();
  const int64_t imported = Get().net_income_per_head_fen();
  ASSERT_TRUE(Record(WorkedExample(2015, "r")).ok());
  EXPECT_EQ(Get().net_income_per_head_fen(), imported);
  EXPECT_EQ(Get().previous_net_income_per_head_fen(), 750'000);
}

TEST_F(Incomes, AnsweredTwiceAreRecordedOnce) {
  SetRates();
  ASSERT_TRUE(Record(WorkedExample(2017, "r")).ok());
  ASSERT_TRUE(Record(WorkedExample(2017, "r")).ok());
  EXPECT_EQ(service_.CountRows("income_statement"), 2);
}

TEST_F(Incomes, AreRefusedWithoutWhatTheyNeed) {
  EXPECT_THAT(Record(WorkedExample(2017, "r")),
              Refused(absl::StatusCode::kFailedPrecondition, "PARAMETER_NOT_FOUND"));
  SetRates();
  idv1::RecordIncomesRequest request = WorkedExample(2016, "s");
  request.mutable_entries(0)->clear_reason();
  EXPECT_THAT(Record(request), Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request = WorkedExample(2017, "t");
  request.mutable_entries(0)->set_household_etag("v99");
  EXPECT_THAT(Record(request), Refused(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Record(WorkedExample(2017, "u"), kNeighbour),
              Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  EXPECT_EQ(service_.CountRows("income_statement"), 1);
}

}  // namespace
}  // namespace jz::testing
