// Kinds and typed values of departments' lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/identification/domain/comparison.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;

std::string Value(AttributeType type, const std::string& text) {
  absl::StatusOr<std::string> value = ParseValue(type, text);
  return value.ok() ? *value : ReasonOf(value.status());
}

TEST(ComparisonValues, NumbersAreDecimalsWithoutIdleZeros) {
  EXPECT_EQ(Value(AttributeType::kNumber, "120.50"), "120.5");
  EXPECT_EQ(Value(AttributeType::kNumber, "007"), "7");
  EXPECT_EQ(Value(AttributeType::kNumber, "-0.0"), "0");
  EXPECT_EQ(Value(AttributeType::kNumber, "-3.25"), "-3.25");
  EXPECT_EQ(Value(AttributeType::kNumber, "123456789012345.123456"), "123456789012345.123456");
  for (const char* wrong :
       {"1e3", "1.", ".5", "1.2.3", "--1", "一", "1234567890123456", "0.1234567", "1 2", "-"}) {
    EXPECT_EQ(Value(AttributeType::kNumber, wrong), "ATTRIBUTE_TYPE") << wrong;
  }
}

TEST(ComparisonValues, DatesAndMoneyAsDepartmentsWriteThem) {
  EXPECT_EQ(Value(AttributeType::kDate, "20170614"), "2017-06-14");
  EXPECT_EQ(Value(AttributeType::kDate, "2017/6/4"), "2017-06-04");
  EXPECT_EQ(Value(AttributeType::kDate, "2017-02-30"), "ATTRIBUTE_TYPE");
  EXPECT_EQ(Value(AttributeType::kMoney, "1,234.5"), "123450");
  EXPECT_EQ(Value(AttributeType::kMoney, "12.345"), "ATTRIBUTE_TYPE");
  EXPECT_EQ(Value(AttributeType::kMoney, "many"), "ATTRIBUTE_TYPE");
}

TEST(ComparisonValues, TextHasNoControlsAndEmptyStaysEmpty) {
  EXPECT_EQ(Value(AttributeType::kText, " 黑B12345 "), "黑B12345");
  EXPECT_EQ(Value(AttributeType::kText,
                  "a\x1f"
                  "b"),
            "ATTRIBUTE_TYPE");
  EXPECT_EQ(Value(AttributeType::kText, std::string(201, 'x')), "ATTRIBUTE_TYPE");
  EXPECT_EQ(Value(AttributeType::kDate, "  "), "");
}

TEST(ComparisonValues, JoinedValuesComeBackInTheirPlaces) {
  EXPECT_THAT(SplitValues(JoinValues({"a", "", "c"})), ElementsAre("a", "", "c"));
  EXPECT_EQ(JoinValues({"", "", ""}), "");
  EXPECT_THAT(SplitValues(""), ElementsAre());
}

TEST(ComparisonKinds, DefinitionsComeBackAsTheyWere) {
  const std::vector<AttributeDefinition> attributes = ParseAttributes(FormatAttributes(
      {{.name = "plate", .type = AttributeType::kText, .label_zh = "号牌", .label_en = "Plate"},
       {.name = "value", .type = AttributeType::kMoney, .label_zh = "价值", .label_en = "Value"}}));
  ASSERT_EQ(attributes.size(), 2u);
  EXPECT_EQ(attributes[1].name, "value");
  EXPECT_EQ(attributes[1].type, AttributeType::kMoney);
  EXPECT_EQ(attributes[0].label_zh, "号牌");
}

ComparisonKind Version(int64_t region, Date from, Date to, int due_days) {
  ComparisonKind kind;
  kind.code = "vehicles";
  kind.region = RegionCode::FromNumber(region);
  kind.valid_from = from;
  kind.valid_to = to;
  kind.due_days = due_days;
  return kind;
}

TEST(ComparisonKinds, TheMostSpecificRegionDecidesThenTheLatest) {
  const Date end(9999, 12, 31);
  const std::vector<ComparisonKind> versions = {
      Version(0, Date(2014, 1, 1), end, 1),
      Version(0, Date(2016, 1, 1), end, 2),
      Version(230'000'000'000, Date(2015, 1, 1), Date(2015, 12, 31), 3),
      Version(230'221'000'000, Date(2017, 1, 1), end, 4),
  };
  const RegionCode village = RegionCode::FromNumber(230'221'101'200);
  EXPECT_EQ(ResolveKind(versions, village, Date(2013, 12, 31)), nullptr);
  EXPECT_EQ(ResolveKind(versions, village, Date(2014, 1, 1))->due_days, 1);
  EXPECT_EQ(ResolveKind(versions, village, Date(2015, 12, 31))->due_days, 3);
  EXPECT_EQ(ResolveKind(versions, village, Date(2016, 1, 1))->due_days, 2);
  EXPECT_EQ(ResolveKind(versions, village, Date(2017, 1, 1))->due_days, 4);
  EXPECT_EQ(
      ResolveKind(versions, RegionCode::FromNumber(230'222'000'000), Date(2017, 1, 1))->due_days,
      2);
}

}  // namespace
}  // namespace jz::identification
