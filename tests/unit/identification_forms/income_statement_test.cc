#include "services/identification/income_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void AddLine(v1::IncomeRecord& record, v1::BusinessGroup group, const std::string& product,
             int64_t revenue_yuan) {
  v1::BusinessLine& line = *record.add_lines();
  line.set_group(group);
  line.set_product(product);
  line.set_revenue_fen(revenue_yuan * 100);
}

// The worked example of the field: 4 persons, 7,500 yuan per head.
v1::IncomeRecord WorkedExample() {
  v1::IncomeRecord record;
  record.mutable_items()->set_migrant_wage_fen(1'200'000);
  record.mutable_items()->set_land_lease_fen(30'000);
  record.mutable_items()->set_pension_fen(150'000);
  AddLine(record, v1::BUSINESS_GROUP_CROPS, "grain", 6'000);
  AddLine(record, v1::BUSINESS_GROUP_CROPS, "tobacco", 10'000);
  AddLine(record, v1::BUSINESS_GROUP_LIVESTOCK, "livestock", 8'000);
  AddLine(record, v1::BUSINESS_GROUP_ORCHARD, "fruit", 2'000);
  AddLine(record, v1::BUSINESS_GROUP_OTHER, "other", 1'000);
  record.set_cost_method(v1::COST_METHOD_RATES);
  return record;
}

const std::map<std::string, int64_t> kRates = {{"cost_rate_per_10000.grain", 4'000},
                                               {"cost_rate_per_10000.tobacco", 4'500},
                                               {"cost_rate_per_10000.livestock", 4'000},
                                               {"cost_rate_per_10000.fruit", 1'500},
                                               {"cost_rate_per_10000.other", 4'000}};

TEST(ComputeIncome, IsExactlyTheWorkedExample) {
  v1::IncomeRecord record = WorkedExample();
  const IncomeStatement statement = ComputeIncome(2016, 4, kRates, record);
  EXPECT_EQ(statement.items.wage_fen, 1'200'000);
  EXPECT_EQ(statement.items.business_fen, 2'700'000);
  EXPECT_EQ(statement.items.property_fen, 30'000);
  EXPECT_EQ(statement.items.transfer_fen, 150'000);
  EXPECT_EQ(statement.items.cost_fen, 1'080'000);
  EXPECT_EQ(statement.net_fen, 3'000'000);
  EXPECT_EQ(statement.net_per_head_fen, 750'000);
  EXPECT_EQ(record.items().crops_fen(), 1'600'000);
  EXPECT_EQ(record.items().crops_cost_fen(), 690'000);
  EXPECT_EQ(record.lines(1).cost_fen(), 450'000);
  EXPECT_EQ(record.lines(1).applied_per_10000(), 4'500);
}

// Whatever item is added belongs to one total, or stands beside the net income.
TEST(ComputeIncome, CountsEveryItemOnce) {
  const auto* items = v1::IncomeItems::descriptor();
  for (int i = 0; i < items->field_count(); ++i) {
    const std::string& item = items->field(i)->name();
    if (!absl::EndsWith(item, "_fen")) continue;
    v1::IncomeRecord record;
    record.mutable_items()->GetReflection()->SetInt64(record.mutable_items(), items->field(i), 100);
    const bool beside = item == "claims_fen" || item == "own_spending_fen";
    const int64_t net = beside ? 0 : absl::EndsWith(item, "_cost_fen") ? -100 : 100;
    EXPECT_EQ(ComputeIncome(2016, 1, {}, record).net_fen, net) << item;
  }
}

TEST(ComputeIncome, TakesCostsAsTheyAre) {
  v1::IncomeRecord record;
  record.mutable_items()->set_crops_fen(600'000);
  record.mutable_items()->set_crops_cost_fen(240'000);
  record.mutable_items()->set_other_cost_fen(1);
  record.set_cost_method(v1::COST_METHOD_ITEMISED);
  const IncomeStatement statement = ComputeIncome(2016, 7, {}, record);
  EXPECT_EQ(statement.items.cost_fen, 240'001);
  EXPECT_EQ(statement.net_fen, 359'999);
  EXPECT_EQ(statement.net_per_head_fen, 51'428);  // 51,428.4…
}

TEST(ComputeIncome, AppliesIncomeCoefficients) {
  v1::IncomeRecord record;
  AddLine(record, v1::BUSINESS_GROUP_CROPS, "wheat", 1'000);
  record.set_cost_method(v1::COST_METHOD_COEFFICIENTS);
  const IncomeStatement statement =
      ComputeIncome(2016, 1, {{"income_coefficient_per_10000.wheat", 3'100}}, record);
  EXPECT_EQ(statement.items.cost_fen, 69'000);
  EXPECT_EQ(statement.net_fen, 31'000);
}

// Three costs of a third of a fen each are one fen together, not three.
TEST(ComputeIncome, RoundsTheExactCostOnce) {
  v1::IncomeRecord record;
  for (const char* product : {"grain", "tobacco", "fruit"}) {
    AddLine(record, v1::BUSINESS_GROUP_CROPS, product, 0);
    record.mutable_lines()->rbegin()->set_revenue_fen(1);
  }
  record.set_cost_method(v1::COST_METHOD_RATES);
  const IncomeStatement statement = ComputeIncome(2016, 1,
                                                  {{"cost_rate_per_10000.grain", 3'333},
                                                   {"cost_rate_per_10000.tobacco", 3'333},
                                                   {"cost_rate_per_10000.fruit", 3'333}},
                                                  record);
  EXPECT_EQ(statement.items.cost_fen, 1);
  EXPECT_EQ(statement.net_fen, 2);
}

TEST(ComputeIncome, DoesNotCountExcludedReceipts) {
  v1::IncomeRecord record = WorkedExample();
  record.add_excluded()->set_amount_fen(5'000'000);
  EXPECT_EQ(ComputeIncome(2016, 4, kRates, record).net_per_head_fen, 750'000);
  EXPECT_EQ(record.excluded_size(), 1);
}

TEST(IncomeEntriesFrom, ReportsEverythingAtOnce) {
  v1::RecordIncomesRequest request;
  auto& entry = *request.add_entries();
  entry.set_household("persons/1");
  entry.set_year(2018);
  entry.mutable_items()->set_crops_fen(-1);
  entry.set_cost_method(v1::COST_METHOD_RATES);
  entry.set_reason("because");
  entry.add_excluded()->set_kind("gift");
  auto& line = *entry.add_lines();
  line.set_product("opium");
  const auto entries = IncomeEntriesFrom(request, DefaultCodeBook(), Date(2017, 6, 14));
  const auto payload = entries.status().GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value());
  const std::string text(*payload);
  for (const char* field : {"household", "year", "items.crops_fen", "reason", "excluded[0].kind",
                            "lines[0].product", "lines[0].group", "lines"}) {
    EXPECT_THAT(text, HasSubstr(std::string("entries[0].") + field));
  }
}

}  // namespace
}  // namespace jz::identification
