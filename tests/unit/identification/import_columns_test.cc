#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/identification/domain/import_file.h"
#include "tests/unit/identification/register_file.h"

namespace jz::identification {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::optional<ColumnOrder> Order(std::vector<std::string> names, ImportErrors& errors) {
  CsvRow header;
  header.line = 1;
  header.fields = std::move(names);
  return ColumnOrder::FromHeader(header, errors);
}

auto Error(const std::string& reason, const std::string& column) {
  return AllOf(Field(&ImportError::reason, reason), Field(&ImportError::column, column),
               Field(&ImportError::line, 1));
}

TEST(ColumnOrder, TakesTheColumnsInAnyOrder) {
  ImportErrors errors;
  std::vector<std::string> names = testing::ColumnNames();
  std::optional<ColumnOrder> order = Order(names, errors);
  ASSERT_TRUE(order.has_value());
  EXPECT_THAT(errors, IsEmpty());
  CsvRow row;
  row.fields = names;
  EXPECT_EQ(order->Field(row, Column::kName), "姓名");
  EXPECT_EQ(order->Field(row, Column::kExclusions), "剔除情形");
}

TEST(ColumnOrder, NamesEveryColumnThatIsMissingUnknownOrTwice) {
  ImportErrors errors;
  std::vector<std::string> names = testing::ColumnNames();
  std::erase(names, "姓名");
  std::erase(names, "识别日期");
  names.push_back("存折号");
  names.push_back("户编号");
  EXPECT_FALSE(Order(names, errors).has_value());
  EXPECT_THAT(errors, UnorderedElementsAre(
                          Error("COLUMN_MISSING", "姓名"), Error("COLUMN_MISSING", "识别日期"),
                          Error("COLUMN_UNKNOWN", "存折号"), Error("COLUMN_DUPLICATE", "户编号")));
}

TEST(ColumnOrder, SixColumnsMayBeMissing) {
  ImportErrors errors;
  std::vector<std::string> names = testing::ColumnNames();
  for (const char* optional : {"性别", "出生日期", "民族", "联系电话", "开户银行", "银行账号"})
    std::erase(names, optional);
  std::optional<ColumnOrder> order = Order(names, errors);
  ASSERT_TRUE(order.has_value());
  CsvRow row;
  row.fields = names;
  EXPECT_EQ(order->Field(row, Column::kSex), "");
}

TEST(ImportErrorTexts, NameTheDetailInBothLanguages) {
  ImportError error{
      .line = 3, .column = "证件号码", .reason = "CITIZEN_ID_DUPLICATE", .detail = "2"};
  EXPECT_EQ(ImportErrorTextZh(error), "证件号码与第2行重复");
  EXPECT_EQ(ImportErrorTextEn(error), "the same id is in line 2");
}

}  // namespace
}  // namespace jz::identification
