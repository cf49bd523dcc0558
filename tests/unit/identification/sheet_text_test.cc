#include "services/identification/domain/sheet_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(TrimCell, TakesOffBlanksOfAllKinds) {
  EXPECT_EQ(TrimCell(" \t　健康　 \r"), "健康");
  EXPECT_EQ(TrimCell("'52272900"), "52272900");
  EXPECT_EQ(TrimCell(" \xC2\xA0　"), "");
}

TEST(WithoutDotZero, UndoesWhatASpreadsheetDid) {
  EXPECT_EQ(WithoutDotZero("13812345678.0"), "13812345678");
  EXPECT_EQ(WithoutDotZero("5.00"), "5");
  EXPECT_EQ(WithoutDotZero("5.10"), "5.10");
  EXPECT_EQ(WithoutDotZero(".0"), ".0");
}

TEST(ParseScaled, IsExact) {
  EXPECT_THAT(ParseScaled("7500", 2), Optional(750000));
  EXPECT_THAT(ParseScaled("7500.5", 2), Optional(750050));
  EXPECT_THAT(ParseScaled("0.07", 2), Optional(7));
  EXPECT_THAT(ParseScaled(".5", 2), Optional(50));
  EXPECT_THAT(ParseScaled("12.345", 2), Optional(1235));
  EXPECT_THAT(ParseScaled("-12.345", 2), Optional(-1235));
  EXPECT_THAT(ParseScaled("1,234.5", 2), Optional(123450));
  EXPECT_THAT(ParseScaled("8.25", 6), Optional(8250000));
  EXPECT_THAT(ParseScaled("3.0", 0), Optional(3));
  EXPECT_THAT(ParseScaled("0.00", 2), Optional(0));
}

TEST(ParseScaled, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "一百", "1.2.3", "12a", "1,23", "1,,234", "1e5", "NaN",
                           "99999999999999999999", "--1", "1.-2"}) {
    EXPECT_EQ(ParseScaled(text, 2), std::nullopt) << text;
  }
}

TEST(ParseMonth, ReadsTheFormsOfTheSheets) {
  for (const char* text : {"202304", "2023年4月", "2023年04月", "2023-04", "2023/4", "2023.04",
                           "202304.0", "20230415", "2023-04-15", "2023年4月15日"}) {
    EXPECT_THAT(ParseMonth(text), Optional(202304)) << text;
  }
  for (const char* text : {"", "2023", "202313", "2023年", "4月", "2023年13月", "179904", "20-04",
                           "2023-4-5-6", "2023~04", "2023年4月起"}) {
    EXPECT_EQ(ParseMonth(text), std::nullopt) << text;
  }
}

TEST(ParseSheetDay, ReadsTheFormsOfTheSheets) {
  for (const char* text : {"20230405", "2023-04-05", "2023/4/5", "2023年4月5日", "20230405.0"}) {
    EXPECT_THAT(ParseSheetDay(text), Optional(Date(2023, 4, 5))) << text;
  }
  for (const char* text : {"", "2023年4月", "2023-02-30", "5日"}) {
    EXPECT_EQ(ParseSheetDay(text), std::nullopt) << text;
  }
}

TEST(ParseYesNo, ReadsWhatStandsForThem) {
  EXPECT_THAT(ParseYesNo("是"), Optional(true));
  EXPECT_THAT(ParseYesNo("否"), Optional(false));
  EXPECT_EQ(ParseYesNo("是否"), std::nullopt);
  EXPECT_EQ(ParseYesNo(""), std::nullopt);
}

TEST(SplitValues, TakesAsciiAndChineseSeparators) {
  EXPECT_THAT(SplitValues("残疾,长期慢性病"), ElementsAre("残疾", "长期慢性病"));
  EXPECT_THAT(SplitValues("a，b；c;d、 e"), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(SplitValues(" ，;"), IsEmpty());
}

}  // namespace
}  // namespace jz::identification
