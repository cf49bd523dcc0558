#include "common/crypto/mask.h"

#include <gtest/gtest.h>

namespace jz::crypto {
namespace {

constexpr Purpose kInside[] = {Purpose::kList, Purpose::kDetail, Purpose::kExport};

TEST(Masks, PublishNoNumberAtAll) {
  EXPECT_EQ(MaskCitizenId("11010519491231002X", Purpose::kPublicity), "");
  EXPECT_EQ(MaskPhone("13812341234", Purpose::kPublicity), "");
  EXPECT_EQ(MaskAccount("6222020200012341234", Purpose::kPublicity), "");
}

TEST(MaskCitizenId, KeepsFirstSixAndLastFour) {
  for (Purpose purpose : kInside) {
    EXPECT_EQ(MaskCitizenId("11010519491231002X", purpose), "110105********002X");
    EXPECT_EQ(MaskCitizenId("", purpose), "");
    EXPECT_EQ(MaskCitizenId("123456789", purpose), "*********");
  }
}

TEST(MaskCitizenId, HidesThatItIsADisabilityCard) {
  EXPECT_EQ(MaskCitizenId("11010519491231002X42", Purpose::kDetail), "110105********002X");
  EXPECT_EQ(MaskCitizenId("11010519491231002X42B1", Purpose::kList), "110105********002X");
}

TEST(MaskPhone, KeepsFirstThreeAndLastFour) {
  for (Purpose purpose : kInside) {
    EXPECT_EQ(MaskPhone("13812341234", purpose), "138****1234");
    EXPECT_EQ(MaskPhone("12317", purpose), "*****");
    EXPECT_EQ(MaskPhone("", purpose), "");
  }
}

TEST(MaskAccount, KeepsTheLastFourAndNotTheLength) {
  for (Purpose purpose : kInside) {
    EXPECT_EQ(MaskAccount("6222020200012341234", purpose), "**** 1234");
    EXPECT_EQ(MaskAccount("1234567", purpose), "****");
    EXPECT_EQ(MaskAccount("", purpose), "");
  }
}

TEST(MaskName, ShowsTheSurnameInLists) {
  EXPECT_EQ(MaskName("张三", Purpose::kList), "张*");
  EXPECT_EQ(MaskName("李小明", Purpose::kList), "李**");
  EXPECT_EQ(MaskName("欧阳修", Purpose::kList), "欧阳*");
  EXPECT_EQ(MaskName("欧阳", Purpose::kList), "欧*");
  EXPECT_EQ(MaskName("买买提·吐尔逊", Purpose::kList), "买******");
  EXPECT_EQ(MaskName("𠮷田", Purpose::kList), "𠮷*");
  EXPECT_EQ(MaskName("", Purpose::kList), "");
}

TEST(MaskName, IsInFullElsewhere) {
  for (Purpose purpose : {Purpose::kPublicity, Purpose::kDetail, Purpose::kExport}) {
    EXPECT_EQ(MaskName("张三", purpose), "张三");
  }
}

}  // namespace
}  // namespace jz::crypto
