#include "common/base/ids.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz {
namespace {

struct HouseholdTag {
  static constexpr char kCollection[] = "households";
};
using HouseholdId = Id<HouseholdTag>;

std::vector<int64_t> SampleIds() {
  std::vector<int64_t> ids = {1,        31, 32, MakeId(0, 1), MakeId(620000, 1), MakeId(999999, 0),
                              INT64_MAX};
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) ids.push_back(static_cast<int64_t>(random() >> (1 + i % 60)) | 1);
  return ids;
}

TEST(EncodeId, IsThirteenCharactersThatReadBack) {
  for (int64_t id : SampleIds()) {
    const std::string text = EncodeId(id);
    ASSERT_EQ(text.size(), 13u);
    auto back = DecodeId(text);
    ASSERT_TRUE(back.ok()) << text;
    ASSERT_EQ(*back, id);
  }
}

TEST(EncodeId, KeepsTheOrderOfIds) {
  std::vector<int64_t> ids = SampleIds();
  for (size_t i = 1; i < ids.size(); ++i) {
    ASSERT_EQ(ids[i - 1] < ids[i], EncodeId(ids[i - 1]) < EncodeId(ids[i]));
  }
}

TEST(EncodeId, WritesCrockfordsAlphabet) {
  EXPECT_EQ(EncodeId(1), "0000000000001");
  EXPECT_EQ(EncodeId(31), "000000000000z");
  EXPECT_EQ(EncodeId(INT64_MAX), "7zzzzzzzzzzzz");
}

TEST(DecodeId, RefusesEveryTextThatEncodeIdDoesNotWrite) {
  for (const char* text :
       {"", "1", "000000000000", "00000000000001", "000000000000Z", "000000000000i",
        "000000000000l", "000000000000o", "000000000000u", "000000000000-", " 00000000001",
        "8000000000000", "zzzzzzzzzzzzz", "0000000000000", "00000000000\xc3\xa9"}) {
    EXPECT_EQ(ReasonOf(DecodeId(text).status()), "RESOURCE_NAME_FORMAT") << text;
  }
}

TEST(MakeId, HoldsCountyAndSequence) {
  const int64_t id = MakeId(620123, 77);
  EXPECT_EQ(CountyOfId(id), 620123);
  EXPECT_EQ(id & ((int64_t{1} << kIdSequenceBits) - 1), 77);
  EXPECT_LT(MakeId(620123, (int64_t{1} << kIdSequenceBits) - 1), MakeId(620124, 0));
  EXPECT_GT(MakeId(999999, 0), 0);
}

TEST(Id, ReadsItsOwnName) {
  const HouseholdId id(MakeId(620123, 42));
  auto back = HouseholdId::Parse(id.Name());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, id);
  EXPECT_FALSE(back->empty());
  EXPECT_TRUE(HouseholdId().empty());
}

TEST(Id, RefusesNamesOfAnotherShape) {
  const std::string id = EncodeId(42);
  const std::vector<std::string> names = {id,
                                          "persons/" + id,
                                          "households/",
                                          "households",
                                          "/" + id,
                                          "households//" + id.substr(1),
                                          "households/" + id + "/",
                                          "households/" + id + "/x",
                                          "Households/" + id,
                                          "households/../" + id.substr(3),
                                          std::string()};
  for (const std::string& name : names) {
    const absl::Status status = HouseholdId::Parse(name).status();
    EXPECT_EQ(ReasonOf(status), "RESOURCE_NAME_FORMAT") << name;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace jz
