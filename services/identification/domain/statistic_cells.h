// The figures of a region as cells: how many households and persons have given values of some
// dimensions. Cells add up over households and over regions that do not overlap; they never add up
// over values of a dimension that a household has several of.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace jz::identification {

// What figures can be told apart by. The numbers are those of StatisticDimension in
// statistics.proto. A value is the number of a code; 0: not recorded, or none.
enum class Dimension : int {
  kState = 1,      // HouseholdState
  kAttribute = 2,  // code lists from here on, but for the age
  kCause = 3,
  kMonitored = 4,
  kRisk = 5,    // a household may have several
  kSex = 6,     // of present members, like all that follow
  kAge = 7,     // kAgeBands
  kHealth = 8,  // a person may have several
  kLabour = 9,
  kEducation = 10,
};
inline constexpr int kDimensions = 10;

struct DimensionName {
  Dimension dimension;
  const char* name;       // "cause"
  const char* code_list;  // "" when the values are no codes
};
const DimensionName& NameOf(Dimension dimension);

// A household has members with several values: households do not add up over them.
bool HouseholdsOverlap(Dimension dimension);
// A person may have several values, too.
bool PersonsOverlap(Dimension dimension);

// Dimensions that are counted together. The first is the state.
struct Cube {
  uint64_t number = 0;
  std::vector<Dimension> dimensions;  // at most 4
};
absl::Span<const Cube> Cubes();
// Villages with a record: 1 in `households`; and what the records say: their households and
// population.
inline constexpr uint64_t kVillageCount = uint64_t{15} << 56 | 1;
inline constexpr uint64_t kVillageFigures = uint64_t{15} << 56 | 2;

// Names a cell: the number of its cube and the values of the cube's dimensions, in their order.
uint64_t CellKey(const Cube& cube, const std::array<int, 4>& values);
uint64_t CubeOf(uint64_t key);
int ValueAt(uint64_t key, size_t position);

struct Counts {
  int64_t households = 0;
  int64_t persons = 0;

  bool zero() const { return households == 0 && persons == 0; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

// Cells that are not there are zero.
class StatisticCells {
 public:
  void Add(uint64_t key, Counts counts);
  void Add(const StatisticCells& other, int64_t times = 1);
  // The cells of Pack(), added. DATA_LOSS-like INTERNAL STATISTIC_BROKEN when they are no cells.
  absl::Status AddPacked(absl::string_view packed, int64_t times = 1);
  // Compact, and the same for equal cells.
  std::string Pack() const;

  Counts Get(uint64_t key) const;
  bool empty() const { return cells_.empty(); }
  size_t size() const { return cells_.size(); }
  const absl::flat_hash_map<uint64_t, Counts>& cells() const { return cells_; }

  friend bool operator==(const StatisticCells&, const StatisticCells&) = default;

 private:
  absl::flat_hash_map<uint64_t, Counts> cells_;  // none is zero
};

}  // namespace jz::identification
