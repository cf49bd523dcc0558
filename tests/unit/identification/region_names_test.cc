#include "services/identification/domain/region_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RegionCode Code(int64_t number) { return RegionCode::FromNumber(number); }

RegionNames Names() {
  const Date begin(2000, 1, 1);
  return RegionNames({{Code(522729000000), "长顺县", begin, kNoEnd},
                      {Code(522729100000), "长寨镇", begin, kNoEnd},
                      {Code(522729101000), "广顺镇", begin, kNoEnd},
                      {Code(522729100200), "保卫村委会", begin, kNoEnd},
                      {Code(522729101200), "保卫村", begin, kNoEnd},
                      {Code(522729101201), "村村", begin, kNoEnd},
                      {Code(522729101202), "旧村", begin, Date(2010, 1, 1)}},
                     Date(2023, 4, 1));
}

TEST(RegionNames, TellVillagesByTheirTownship) {
  const RegionNames names = Names();
  EXPECT_THAT(names.FindVillages({"长顺县", "长寨镇", "保卫村"}), ElementsAre(Code(522729100200)));
  EXPECT_THAT(names.FindVillages({"长顺", "广顺", "保卫"}), ElementsAre(Code(522729101200)));
  EXPECT_THAT(names.FindVillages({"", "", "保卫村民委员会"}), SizeIs(2));
  EXPECT_THAT(names.FindVillages({"长顺县", "别的镇", "保卫村"}), IsEmpty());
  EXPECT_THAT(names.FindVillages({"", "", "没有村"}), IsEmpty());
  EXPECT_THAT(names.FindVillages({"", "", ""}), IsEmpty());
}

TEST(RegionNames, HoldOnlyWhatIsValid) {
  const RegionNames names = Names();
  EXPECT_THAT(names.FindVillages({"", "", "旧村"}), IsEmpty());
  EXPECT_FALSE(names.IsValid(Code(522729101202)));
  EXPECT_TRUE(names.IsValid(Code(522729101200)));
}

TEST(RegionNames, KnowACountyInALongerText) {
  const RegionNames names = Names();
  EXPECT_TRUE(names.IsNamed(Code(522729000000), "长顺县"));
  EXPECT_TRUE(names.IsNamed(Code(522729000000), "贵州省黔南州长顺县"));
  EXPECT_TRUE(names.IsNamed(Code(522729000000), "长顺"));
  EXPECT_FALSE(names.IsNamed(Code(522729000000), "惠水县"));
  EXPECT_FALSE(names.IsNamed(Code(1), "长顺县"));
}

}  // namespace
}  // namespace jz::identification
