#include "common/base/region_code.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"

namespace jz {
namespace {

RegionCode Code(absl::string_view text) { return RegionCode::Parse(text).value(); }

// Any valid code of the level, sometimes in a city without counties.
RegionCode RandomCode(std::mt19937& random, int level) {
  const int digits[] = {0, 2, 4, 6, 9, 12};
  std::uniform_int_distribution<int> province(11, 65), two(1, 99), three(1, 999);
  const bool has_county = level < 4 || random() % 4 != 0;
  std::string text = absl::StrFormat("%02d%02d%02d%03d%03d", province(random), two(random),
                                     has_county ? two(random) : 0, three(random), three(random));
  text.resize(digits[level]);
  text.resize(12, '0');
  return Code(text);
}

TEST(RegionCode, KnowsItsLevel) {
  EXPECT_EQ(Code("000000000000").level(), RegionLevel::kNation);
  EXPECT_EQ(Code("620000000000").level(), RegionLevel::kProvince);
  EXPECT_EQ(Code("621200000000").level(), RegionLevel::kCity);
  EXPECT_EQ(Code("621202000000").level(), RegionLevel::kCounty);
  EXPECT_EQ(Code("621202100000").level(), RegionLevel::kTownship);
  EXPECT_EQ(Code("621202100200").level(), RegionLevel::kVillage);
  EXPECT_EQ(Code("110101001001").level(), RegionLevel::kVillage);
  EXPECT_EQ(Code("621010000000").level(), RegionLevel::kCounty);
  EXPECT_EQ(RegionCode().level(), RegionLevel::kNation);
}

TEST(RegionCode, RefusesWhatIsNoCode) {
  for (const char* text :
       {"", "62", "621202", "62120210020", "6212021002000", "62120210020x", "62120210020 ",
        "-62120210020", "062120210020", "620012000000", "230000001000", "230000100001",
        "621202000200", "621200000200", "000000000001", "001200000000", "６２"}) {
    const absl::Status status = RegionCode::Parse(text).status();
    EXPECT_EQ(ReasonOf(status), "REGION_CODE_FORMAT") << text;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(RegionCode, LetsACityHaveTownshipsWithoutCounties) {
  const RegionCode township = Code("441900003000");  // Dongcheng in Dongguan
  const RegionCode village = Code("441900003001");
  const RegionCode city = Code("441900000000");
  EXPECT_EQ(township.level(), RegionLevel::kTownship);
  EXPECT_EQ(village.level(), RegionLevel::kVillage);
  EXPECT_EQ(city.level(), RegionLevel::kCity);
  EXPECT_EQ(village.Parent(), township);
  EXPECT_EQ(township.Parent(), city);
  EXPECT_EQ(village.AtLevel(RegionLevel::kCounty), city);
  EXPECT_EQ(village.CountyNumber(), 441900);
  EXPECT_TRUE(city.Contains(village));
  EXPECT_TRUE(township.Contains(village));
  EXPECT_FALSE(township.Contains(Code("441900004001")));
  EXPECT_FALSE(Code("441901000000").Contains(village));
}

TEST(RegionCode, ReadsBackItsTextAndNumber) {
  std::mt19937 random(12);
  for (int i = 0; i < 3000; ++i) {
    const RegionCode code = RandomCode(random, i % 6);
    EXPECT_EQ(static_cast<int>(code.level()), i % 6);
    EXPECT_EQ(Code(code.ToString()), code);
    EXPECT_EQ(RegionCode::FromNumber(code.number()), code);
  }
  EXPECT_EQ(RegionCode().ToString(), "000000000000");
}

TEST(RegionCode, ClimbsToTheNation) {
  RegionCode code = Code("621202100200");
  std::vector<std::string> climb;
  for (int i = 0; i < 6; ++i, code = code.Parent()) climb.push_back(code.ToString());
  EXPECT_EQ(climb, (std::vector<std::string>{"621202100200", "621202100000", "621202000000",
                                             "621200000000", "620000000000", "000000000000"}));
  EXPECT_EQ(code.Parent(), RegionCode());
}

TEST(RegionCode, GivesTheRegionOfALevelThatContainsIt) {
  const RegionCode village = Code("621202100200");
  EXPECT_EQ(village.AtLevel(RegionLevel::kCounty), Code("621202000000"));
  EXPECT_EQ(village.AtLevel(RegionLevel::kVillage), village);
  EXPECT_EQ(village.AtLevel(RegionLevel::kNation), RegionCode());
  EXPECT_EQ(Code("620000000000").AtLevel(RegionLevel::kTownship), Code("620000000000"));
}

TEST(RegionCode, HasACountyNumberFromTheCountyDown) {
  EXPECT_EQ(Code("621202100200").CountyNumber(), 621202);
  EXPECT_EQ(Code("621202000000").CountyNumber(), 621202);
  EXPECT_EQ(Code("621200000000").CountyNumber(), 0);
  EXPECT_EQ(RegionCode().CountyNumber(), 0);
}

TEST(RegionCode, ContainsExactlyTheCodesWithItsPrefix) {
  std::mt19937 random(5);
  const int digits[] = {0, 2, 4, 6, 9, 12};
  for (int i = 0; i < 20000; ++i) {
    const RegionCode outer = RandomCode(random, static_cast<int>(random() % 6));
    // Half of the time a region nearby, so that containment is met and missed.
    RegionCode inner = RandomCode(random, static_cast<int>(random() % 6));
    if (i % 2 == 0) {
      std::string text = RandomCode(random, 5).ToString();
      const int shared = digits[random() % 6];
      inner = RegionCode::FromNumber(
          std::stoll(outer.ToString().substr(0, shared) + text.substr(shared)));
    }
    const int own = digits[static_cast<int>(outer.level())];
    const bool prefix = absl::StartsWith(inner.ToString(), outer.ToString().substr(0, own));
    ASSERT_EQ(outer.Contains(inner), prefix) << outer.ToString() << " " << inner.ToString();
    ASSERT_EQ(outer.Contains(inner),
              outer.number() <= inner.number() && inner.number() <= outer.Last());
  }
}

TEST(RegionCode, IsContainedInAllItsAncestors) {
  std::mt19937 random(6);
  for (int i = 0; i < 2000; ++i) {
    const RegionCode code = RandomCode(random, 5);
    for (RegionCode above = code; above != RegionCode(); above = above.Parent()) {
      ASSERT_TRUE(above.Contains(code));
      ASSERT_TRUE(above.Parent().Contains(above));
      ASSERT_FALSE(above.Contains(above.Parent()));
    }
  }
}

}  // namespace
}  // namespace jz
