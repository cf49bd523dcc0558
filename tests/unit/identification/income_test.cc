#include "services/identification/domain/income.h"

#include <gtest/gtest.h>

namespace jz::identification {
namespace {

// The worked example of a county's calculation sheet: four members, 7,500 yuan a head.
TEST(NetIncome, EqualsThePublishedExample) {
  IncomeItems items{.wage_fen = 1'200'000,
                    .business_fen = 2'700'000,
                    .property_fen = 30'000,
                    .transfer_fen = 150'000,
                    .cost_fen = 1'080'000};
  EXPECT_EQ(NetIncomeFen(items), 3'000'000);
  EXPECT_EQ(NetPerHeadFen(NetIncomeFen(items), 4), 750'000);
}

TEST(NetIncome, RoundsDownPerHead) {
  EXPECT_EQ(NetPerHeadFen(100, 3), 33);
  EXPECT_EQ(NetPerHeadFen(-100, 3), -34);
  EXPECT_EQ(NetPerHeadFen(-99, 3), -33);
  EXPECT_EQ(NetPerHeadFen(100, 0), 0);
}

}  // namespace
}  // namespace jz::identification
