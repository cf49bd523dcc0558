#include "common/auth/principal.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_format.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

RegionCode Code(absl::string_view text) { return RegionCode::Parse(text).value(); }

std::vector<std::string> Texts(const RegionScope& scope) {
  std::vector<std::string> texts;
  for (RegionCode region : scope.regions()) texts.push_back(region.ToString());
  return texts;
}

const RegionCode kProvince = Code("620000000000");
const RegionCode kCounty = Code("621202000000");
const RegionCode kTownship = Code("621202100000");
const RegionCode kVillage = Code("621202100200");
const RegionCode kNeighbour = Code("621203000000");

TEST(RegionScope, ContainsWhatLiesInsideItsRegions) {
  const RegionScope scope({kCounty});
  EXPECT_TRUE(scope.Contains(kCounty));
  EXPECT_TRUE(scope.Contains(kVillage));
  EXPECT_FALSE(scope.Contains(kNeighbour));
  EXPECT_FALSE(scope.Contains(kProvince));
  EXPECT_FALSE(scope.Contains(RegionCode()));
}

TEST(RegionScope, IsNothingUnlessToldOtherwise) {
  const RegionScope scope;
  EXPECT_TRUE(scope.empty());
  EXPECT_FALSE(scope.Contains(kVillage));
  EXPECT_FALSE(scope.Contains(RegionCode()));
  EXPECT_TRUE(scope.Intersect(RegionCode()).empty());
  EXPECT_TRUE(RegionScope::Everything().Contains(RegionCode()));
  EXPECT_TRUE(RegionScope::Everything().Contains(kVillage));
}

TEST(RegionScope, FoldsNestedAndRepeatedRegions) {
  EXPECT_EQ(Texts(RegionScope({kVillage, kNeighbour, kCounty, kTownship, kCounty})),
            (std::vector<std::string>{"621202000000", "621203000000"}));
  EXPECT_EQ(Texts(RegionScope({kProvince, RegionCode(), kVillage})),
            (std::vector<std::string>{"000000000000"}));
}

TEST(RegionScope, IntersectsFromAboveAndFromBelow) {
  const RegionScope scope({kTownship, kNeighbour});
  EXPECT_EQ(Texts(scope.Intersect(kVillage)), (std::vector<std::string>{"621202100200"}));
  EXPECT_EQ(Texts(scope.Intersect(kCounty)), (std::vector<std::string>{"621202100000"}));
  EXPECT_EQ(Texts(scope.Intersect(kProvince)),
            (std::vector<std::string>{"621202100000", "621203000000"}));
  EXPECT_TRUE(scope.Intersect(Code("110000000000")).empty());
}

TEST(RegionScope, IntersectionContainsExactlyWhatBothContain) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> few(1, 2), level(0, 5);
  auto code = [&] {
    const std::string village =
        absl::StrFormat("62%02d%02d%03d%03d", few(random), few(random), few(random), few(random));
    return Code(village).AtLevel(static_cast<RegionLevel>(level(random)));
  };
  for (int i = 0; i < 20000; ++i) {
    const RegionScope scope({code(), code()});
    const RegionCode region = code(), probe = code();
    ASSERT_EQ(scope.Intersect(region).Contains(probe),
              scope.Contains(probe) && region.Contains(probe))
        << region.ToString() << " " << probe.ToString();
  }
}

TEST(RegionScope, NamesTheRegionItRefuses) {
  const RegionScope scope({kCounty});
  EXPECT_TRUE(scope.Require(kVillage).ok());
  const absl::Status status = scope.Require(kNeighbour);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "REGION_OUT_OF_SCOPE");
  EXPECT_EQ(MetadataOf(status, "region"), "621203000000");
}

TEST(RequireDifferentPerson, RefusesTheMakerAndTheUnknownMaker) {
  EXPECT_TRUE(RequireDifferentPerson("users/zhang", "users/li").ok());
  for (const char* maker : {"users/zhang", ""}) {
    const absl::Status status = RequireDifferentPerson(maker, "users/zhang");
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), "SAME_PERSON");
  }
}

}  // namespace
}  // namespace jz::auth
