#include "services/identification/sheet_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CsvRow Row(std::vector<std::string> fields) {
  CsvRow row;
  row.line = 4;
  row.fields = std::move(fields);
  return row;
}

// The items of one row of a sheet with these columns, and "column reason" of each error.
struct Read {
  SheetItems items;
  std::vector<std::string> errors;
  std::vector<std::string> ignored;
};
Read ReadRow(v1::SheetKind kind, const std::vector<std::pair<std::string, std::string>>& cells) {
  std::vector<std::string> header = {"证件号码", "户编号", "村"};
  std::vector<std::string> fields = {"", "", ""};
  for (const auto& [name, text] : cells) {
    header.push_back(name);
    fields.push_back(text);
  }
  SheetColumns::Problems problems;
  auto columns = SheetColumns::FromHeader(kind, {}, Row(header), problems);
  Read read;
  if (!columns) return read;
  ImportErrors errors;
  const CodeBook codes = DefaultCodeBook();
  columns->ReadItems(Row(fields), codes, read.items, errors);
  for (const ImportError& error : errors) {
    EXPECT_NE(ImportErrorTextEn(error), error.reason) << "a reason without text: " << error.reason;
    read.errors.push_back(error.column + " " + error.reason);
  }
  read.ignored = columns->ignored();
  return read;
}

TEST(SheetColumns, ReadItemsOfEveryKind) {
  const Read read =
      ReadRow(v1::SHEET_KIND_MONITORED_OBJECTS, {{"是否危房户", "否"},
                                                 {"劳动能力", "无劳动能力"},
                                                 {"健康状况", "残疾，长期慢性病"},
                                                 {"与村主干路距离", "1.25"},
                                                 {"耕地面积（亩）", "3.5"},
                                                 {"人均纯收入（元）", "7500.00"},
                                                 {"识别监测时间0", "2023年4月"},
                                                 {"出生日期", "19700101.0"},
                                                 {"务工所在地", "贵州省长顺县"},
                                                 {"信息采集人", ""},
                                                 {"信息采集人联系电话", "13812345678.0"},
                                                 {"享受低保政策情况", "未享受"},
                                                 {"姓名", "王国强"},
                                                 {"没有的列", "?"}});
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_THAT(read.ignored, ElementsAre("没有的列"));
  EXPECT_EQ(read.items.household.dangerous_house(), v1::YES_NO_NO);
  EXPECT_EQ(read.items.person.labour_capacity(), 4);
  EXPECT_THAT(read.items.person.health_status(), ElementsAre(4, 2));
  EXPECT_EQ(read.items.household.main_road_distance_m(), 1250);
  EXPECT_EQ(read.items.household.arable_area_hundredths(), 350);
  EXPECT_EQ(read.items.household.net_income_per_head_fen(), 750000);
  EXPECT_EQ(read.items.monitoring.identified_month(), 202304);
  EXPECT_EQ(read.items.person.birth_date(), 19700101);
  EXPECT_EQ(read.items.person.work_place(), "贵州省长顺县");
  EXPECT_EQ(read.items.monitoring.has_contact_name(), v1::YES_NO_NO);
  EXPECT_EQ(read.items.monitoring.contact_phone_digits(), 11);
  EXPECT_EQ(read.items.monitoring.contact_phone_mobile(), v1::YES_NO_YES);
  EXPECT_EQ(read.items.person.dibao_status(), 0);
}

TEST(SheetColumns, GathersTheFiveRisks) {
  const Read read = ReadRow(v1::SHEET_KIND_MONITORED_OBJECTS, {{"致贫/返贫风险1", "因病"},
                                                               {"致贫/返贫风险2", ""},
                                                               {"致贫/返贫风险3", "务工就业不稳"},
                                                               {"致贫/返贫风险4", "因病"},
                                                               {"致贫/返贫风险5", "其他"}});
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_THAT(read.items.monitoring.risks(), ElementsAre(1, 7, 99));
}

TEST(SheetColumns, KeepMeasuresThatAreInNoList) {
  const Read read = ReadRow(v1::SHEET_KIND_MONITORED_OBJECTS,
                            {{"综合保障", "农村低保A类,残疾人补贴"}, {"社会帮扶", "送温暖"}});
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_THAT(read.items.monitoring.m_combined(), ElementsAre(1, 3));
  EXPECT_THAT(read.items.monitoring.m_social(), ElementsAre(98));
}

TEST(SheetColumns, TellWhatIsWrong) {
  const Read read = ReadRow(v1::SHEET_KIND_MONITORED_OBJECTS, {{"是否危房户", "也许"},
                                                               {"劳动技能", "力气"},
                                                               {"耕地面积", "-1"},
                                                               {"工资性收入", "-5"},
                                                               {"住房面积", "大"},
                                                               {"识别监测时间", "去年"},
                                                               {"出生日期", "1970"}});
  EXPECT_THAT(read.errors, ElementsAre("是否危房户 YES_NO_FORMAT", "劳动技能 CODE_UNKNOWN",
                                       "耕地面积 NUMBER_NEGATIVE", "住房面积 NUMBER_FORMAT",
                                       "识别监测时间 MONTH_FORMAT", "出生日期 DATE_FORMAT"));
  EXPECT_EQ(read.items.household.wage_income_fen(), -500);
}

TEST(SheetColumns, KeepTheHouseholdTypeOfTheRuralSheetApart) {
  const Read read = ReadRow(v1::SHEET_KIND_RURAL_HOUSEHOLDS,
                            {{"户类型", "一般农户"}, {"卫生厕所是否能正常使用", "是"}});
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_EQ(read.items.household.household_type(), 0);
  EXPECT_EQ(read.items.household.rc_household_type(), 2);
  EXPECT_EQ(read.items.household.toilet_usable(), v1::YES_NO_YES);
}

TEST(SheetColumns, ReadVillages) {
  const Read read = ReadRow(v1::SHEET_KIND_VILLAGES, {{"村级集体经济收入（万元）", "8.25"},
                                                      {"总户数", "312.0"},
                                                      {"行政村文化（图书）室个数 （个）", "1"}});
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_EQ(read.items.village.collective_income_fen(), 8'250'000);
  EXPECT_EQ(read.items.village.households(), 312);
  EXPECT_EQ(read.items.village.libraries(), 1);
}

TEST(SheetColumns, AreNoHeaderWithoutWhatTellsTheRow) {
  SheetColumns::Problems problems;
  EXPECT_FALSE(SheetColumns::FromHeader(v1::SHEET_KIND_MONITORED_OBJECTS, {},
                                        Row({"姓名", "户类型", "户类型"}), problems));
  EXPECT_THAT(problems.missing, ElementsAre("证件号码", "户编号"));
  EXPECT_THAT(problems.twice, ElementsAre("户类型"));
  EXPECT_EQ(problems.known, 3);
}

TEST(SheetColumns, TakeOtherNamesFromAMapping) {
  SheetColumns::Problems problems;
  auto columns = SheetColumns::FromHeader(v1::SHEET_KIND_MIGRANT_WORK,
                                          {{"身份证", "证件号码"}, {"月薪", "务工月收入"}},
                                          Row({"身份证", "月薪"}), problems);
  ASSERT_TRUE(columns);
  EXPECT_TRUE(columns->Has(SheetKey::kIdNumber));
  EXPECT_TRUE(columns->HasItem("work_monthly_income_fen"));
}

// Every item of the sheets has its column, so that every rule has its inputs.
TEST(SheetColumns, HaveAPlaceForEveryColumnOfTheSheets) {
  const std::map<v1::SheetKind, std::vector<const google::protobuf::Descriptor*>> groups = {
      {v1::SHEET_KIND_MONITORED_OBJECTS,
       {v1::PersonItems::descriptor(), v1::HouseholdItems::descriptor(),
        v1::MonitoringItems::descriptor()}},
      {v1::SHEET_KIND_MIGRANT_WORK, {v1::WorkItems::descriptor()}},
      {v1::SHEET_KIND_PLANNED_WORK, {v1::PlanItems::descriptor()}},
      {v1::SHEET_KIND_VILLAGES, {v1::VillageItems::descriptor()}}};
  const CodeBook codes = DefaultCodeBook();
  for (const auto& [kind, descriptors] : groups) {
    std::vector<std::pair<std::string, std::string>> cells;
    for (const auto* descriptor : descriptors) {
      for (int i = 0; i < descriptor->field_count(); ++i) {
        const v1::Column& column = descriptor->field(i)->options().GetExtension(v1::column);
        if (!column.header().empty()) cells.emplace_back(column.header(), "");
        for (const std::string& alias : column.aliases()) cells.emplace_back(alias, "");
        EXPECT_TRUE(column.code_list().empty() || codes.HasList(column.code_list()))
            << column.code_list();
      }
    }
    EXPECT_THAT(ReadRow(kind, cells).ignored, IsEmpty());
  }
}

}  // namespace
}  // namespace jz::identification
