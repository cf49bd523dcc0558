#include "services/identification/domain/code_list_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/identification/domain/region.h"

namespace jz::identification {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

StoredCode Code(int code, std::string key, std::string zh, Date from, Date to = kNoEnd,
                int64_t region = 0) {
  return {.entry = {.list = "labour",
                    .code = code,
                    .key = std::move(key),
                    .zh = std::move(zh),
                    .en = "text",
                    .aliases = {},
                    .written = "0" + std::to_string(code)},
          .region = RegionCode::FromNumber(region),
          .valid_from = from,
          .valid_to = to,
          .recorded_by = "",
          .recorded_at = {}};
}

// The rules that the rows break, as text.
std::string Broken(const std::vector<StoredCode>& stored, const std::vector<StoredCode>& rows) {
  Violations violations;
  PlanCodes(stored, rows, violations);
  return violations.ToStatus().ToString();
}

const Date kBegin(2014, 1, 1);
const Date kLater(2020, 1, 1);

TEST(PlanCodes, ANewSpanEndsTheOpenOne) {
  Violations violations;
  const CodePlan plan = PlanCodes({Code(1, "ordinary", "普通", kBegin)},
                                  {Code(1, "ordinary", "普通劳动力", kLater)}, violations);
  EXPECT_TRUE(violations.empty());
  ASSERT_THAT(plan.created, SizeIs(1));
  ASSERT_THAT(plan.closed, SizeIs(1));
  EXPECT_EQ(plan.closed[0].valid_to, Date(2019, 12, 31));
  EXPECT_EQ(plan.closed[0].entry.zh, "普通");
}

TEST(PlanCodes, ClosesACodeByADay) {
  Violations violations;
  const CodePlan plan = PlanCodes({Code(1, "ordinary", "普通", kBegin)},
                                  {Code(1, "ordinary", "普通", kBegin, kLater)}, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_THAT(plan.created, SizeIs(0));
  ASSERT_THAT(plan.closed, SizeIs(1));
  EXPECT_EQ(plan.closed[0].valid_to, kLater);
}

TEST(PlanCodes, ChangesNothingTwice) {
  Violations violations;
  const CodePlan plan = PlanCodes({Code(1, "ordinary", "普通", kBegin)},
                                  {Code(1, "ordinary", "普通", kBegin)}, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_THAT(plan.created, SizeIs(0));
  EXPECT_THAT(plan.closed, SizeIs(0));
}

TEST(PlanCodes, KeepsKeysForEver) {
  const std::vector<StoredCode> stored = {Code(1, "ordinary", "普通", kBegin, kLater)};
  EXPECT_THAT(Broken(stored, {Code(1, "common", "普通", Date(2021, 1, 1))}),
              HasSubstr("CODE_KEY_CHANGED"));
  EXPECT_THAT(Broken(stored, {Code(2, "ordinary", "技能", kBegin)}),
              HasSubstr("another code of the list has this key"));
}

TEST(PlanCodes, RefusesToRewriteWhatHolds) {
  const std::vector<StoredCode> stored = {Code(1, "ordinary", "普通", kBegin)};
  EXPECT_THAT(Broken(stored, {Code(1, "ordinary", "技能", kBegin)}), HasSubstr("CODE_CHANGED"));
  EXPECT_THAT(Broken(stored, {Code(1, "ordinary", "普通", Date(2013, 1, 1))}),
              HasSubstr("VALIDITY_OVERLAP"));
}

TEST(PlanCodes, LetsNoTextStandForTwoCodes) {
  const std::vector<StoredCode> stored = {Code(1, "ordinary", "普通", kBegin)};
  EXPECT_THAT(Broken(stored, {Code(2, "skilled", "普通", kBegin)}),
              HasSubstr("1 violation in the request; first: codes: 普通 stands for two codes"));
  EXPECT_THAT(Broken(stored, {Code(2, "skilled", "普通", kBegin, kNoEnd, 230000000000)}),
              HasSubstr("1 violation in the request; first: codes: 普通 stands for two codes"));
  // After the first has ended, its label is free.
  EXPECT_EQ(Broken({Code(1, "ordinary", "普通", kBegin, Date(2019, 12, 31))},
                   {Code(2, "skilled", "普通", kLater)}),
            "OK");
}

TEST(PlanCodes, ARegionMayHaveItsOwnLabel) {
  Violations violations;
  const CodePlan plan =
      PlanCodes({Code(1, "ordinary", "普通", kBegin)},
                {Code(1, "ordinary", "一般", kBegin, kNoEnd, 230000000000)}, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_THAT(plan.created, SizeIs(1));
  EXPECT_THAT(plan.closed, SizeIs(0));
}

}  // namespace
}  // namespace jz::identification
