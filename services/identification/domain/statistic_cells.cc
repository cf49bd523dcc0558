#include "services/identification/domain/statistic_cells.h"

#include <algorithm>
#include <cstddef>

#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr int kCubeShift = 56;
constexpr int kShifts[] = {48, 32, 16, 0};
constexpr int kWidths[] = {8, 16, 16, 16};

// Base 128, lowest digits first; the sign in the lowest bit.
void AppendNumber(uint64_t number, std::string& out) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}
void AppendSigned(int64_t number, std::string& out) {
  AppendNumber((static_cast<uint64_t>(number) << 1) ^ static_cast<uint64_t>(number >> 63), out);
}

bool TakeNumber(absl::string_view& in, uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(in.front());
    in.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}
bool TakeSigned(absl::string_view& in, int64_t& number) {
  uint64_t raw = 0;
  if (!TakeNumber(in, raw)) return false;
  number = static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
  return true;
}

}  // namespace

const DimensionName& NameOf(Dimension dimension) {
  static const DimensionName kNames[kDimensions] = {
      {Dimension::kState, "state", ""},
      {Dimension::kAttribute, "attribute", "household_attribute"},
      {Dimension::kCause, "cause", "cause"},
      {Dimension::kMonitored, "monitored", "monitored_category"},
      {Dimension::kRisk, "risk", "risk"},
      {Dimension::kSex, "sex", "sex"},
      {Dimension::kAge, "age", ""},
      {Dimension::kHealth, "health", "health"},
      {Dimension::kLabour, "labour", "labour"},
      {Dimension::kEducation, "education", "education"},
  };
  return kNames[static_cast<size_t>(dimension) - 1];
}

bool HouseholdsOverlap(Dimension dimension) {
  return static_cast<int>(dimension) >= static_cast<int>(Dimension::kRisk);
}

bool PersonsOverlap(Dimension dimension) {
  return dimension == Dimension::kRisk || dimension == Dimension::kHealth;
}

absl::Span<const Cube> Cubes() {
  using enum Dimension;
  static const auto& cubes = *new std::vector<Cube>{
      {1, {kState, kMonitored, kCause, kAttribute}},
      {2, {kState, kMonitored, kRisk}},
      {3, {kState, kMonitored, kSex}},
      {4, {kState, kMonitored, kAge}},
      {5, {kState, kMonitored, kHealth}},
      {6, {kState, kMonitored, kLabour}},
      {7, {kState, kMonitored, kEducation}},
      {8, {kState, kMonitored, kAge, kSex}},
      {9, {kState, kMonitored, kAge, kLabour}},
      {10, {kState, kMonitored, kAge, kHealth}},
      {11, {kState, kMonitored, kHealth, kLabour}},
  };
  return cubes;
}

uint64_t CellKey(const Cube& cube, const std::array<int, 4>& values) {
  uint64_t key = cube.number << kCubeShift;
  for (size_t i = 0; i < cube.dimensions.size(); ++i) {
    // A code that is greater than any list has is kept as the greatest one.
    const int value = std::clamp(values[i], 0, (1 << kWidths[i]) - 1);
    key |= static_cast<uint64_t>(value) << kShifts[i];
  }
  return key;
}

uint64_t CubeOf(uint64_t key) { return key >> kCubeShift; }

int ValueAt(uint64_t key, size_t position) {
  return static_cast<int>(key >> kShifts[position]) & ((1 << kWidths[position]) - 1);
}

void StatisticCells::Add(uint64_t key, Counts counts) {
  if (counts.zero()) return;
  auto [cell, is_new] = cells_.try_emplace(key, counts);
  if (is_new) return;
  cell->second.households += counts.households;
  cell->second.persons += counts.persons;
  if (cell->second.zero()) cells_.erase(cell);
}

void StatisticCells::Add(const StatisticCells& other, int64_t times) {
  for (const auto& [key, counts] : other.cells_) {
    Add(key, {counts.households * times, counts.persons * times});
  }
}

absl::Status StatisticCells::AddPacked(absl::string_view packed, int64_t times) {
  uint64_t key = 0;
  while (!packed.empty()) {
    uint64_t step = 0;
    Counts counts;
    if (!TakeNumber(packed, step) || !TakeSigned(packed, counts.households) ||
        !TakeSigned(packed, counts.persons)) {
      return Internal("STATISTIC_BROKEN", "stored cells of a statistic do not parse");
    }
    key += step;
    Add(key, {counts.households * times, counts.persons * times});
  }
  return absl::OkStatus();
}

std::string StatisticCells::Pack() const {
  std::vector<uint64_t> keys;
  keys.reserve(cells_.size());
  for (const auto& [key, counts] : cells_) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  std::string packed;
  uint64_t last = 0;
  for (uint64_t key : keys) {
    const Counts& counts = cells_.at(key);
    AppendNumber(key - last, packed);
    AppendSigned(counts.households, packed);
    AppendSigned(counts.persons, packed);
    last = key;
  }
  return packed;
}

Counts StatisticCells::Get(uint64_t key) const {
  auto cell = cells_.find(key);
  return cell == cells_.end() ? Counts{} : cell->second;
}

}  // namespace jz::identification
