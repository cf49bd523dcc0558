#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/identification/domain/statistic_cells.h"

namespace jz::identification {
namespace {

const uint64_t kOne = CellKey(Cubes()[0], {2, 0, 7, 1});
const uint64_t kOther = CellKey(Cubes()[7], {5, 3, 8, 65'535});

TEST(StatisticCells, AddUpAndForgetWhatIsZero) {
  StatisticCells cells;
  cells.Add(kOne, {2, 7});
  cells.Add(kOne, {-1, -3});
  cells.Add(kOther, {1, 1});
  EXPECT_EQ(cells.Get(kOne), (Counts{1, 4}));
  cells.Add(kOne, {-1, -4});
  EXPECT_EQ(cells.Get(kOne), (Counts{0, 0}));
  EXPECT_EQ(cells.size(), 1);
  StatisticCells same = cells;
  same.Add(cells, -1);
  EXPECT_TRUE(same.empty());
}

TEST(StatisticCells, KeepACellThatHasPersonsOnlyOrIsBelowZero) {
  StatisticCells cells;
  cells.Add(kOne, {0, -5});
  StatisticCells read;
  ASSERT_TRUE(read.AddPacked(cells.Pack()).ok());
  EXPECT_EQ(read.Get(kOne), (Counts{0, -5}));
}

TEST(StatisticCells, AreTheSameAfterPacking) {
  StatisticCells cells;
  cells.Add(kOne, {1, 4});
  cells.Add(kOther, {int64_t{1} << 40, -(int64_t{1} << 41)});
  cells.Add(kVillageFigures, {300, 1200});
  StatisticCells read;
  ASSERT_TRUE(read.AddPacked(cells.Pack()).ok());
  EXPECT_EQ(read, cells);
  EXPECT_EQ(read.Pack(), cells.Pack());
  ASSERT_TRUE(read.AddPacked(cells.Pack(), -1).ok());
  EXPECT_TRUE(read.empty());
}

TEST(StatisticCells, RefuseWhatIsCutOff) {
  StatisticCells cells;
  cells.Add(kOther, {1, 300});
  const std::string packed = cells.Pack();
  for (size_t size = 1; size < packed.size(); ++size) {
    StatisticCells read;
    EXPECT_EQ(ReasonOf(read.AddPacked(packed.substr(0, size))), "STATISTIC_BROKEN") << size;
  }
}

TEST(StatisticCells, NamesTellTheirValues) {
  EXPECT_EQ(CubeOf(kOther), Cubes()[7].number);
  EXPECT_EQ(ValueAt(kOther, 0), 5);
  EXPECT_EQ(ValueAt(kOther, 1), 3);
  EXPECT_EQ(ValueAt(kOther, 2), 8);
  EXPECT_EQ(ValueAt(kOther, 3), 65'535);
}

TEST(StatisticCells, EveryCubeHasTheStateFirstAndANumberOfItsOwn) {
  std::set<uint64_t> numbers;
  for (const Cube& cube : Cubes()) {
    EXPECT_EQ(cube.dimensions.front(), Dimension::kState);
    EXPECT_LE(cube.dimensions.size(), 4);
    EXPECT_TRUE(numbers.insert(cube.number).second);
    EXPECT_LT(cube.number, CubeOf(kVillageCount));
  }
}

}  // namespace
}  // namespace jz::identification
