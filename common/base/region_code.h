// Region codes of China's administrative divisions: 12 digits, 2-2-2-3-3 (province, city, county,
// township, village), source: GB/T 2260, GB/T 10114 and the statistics bureau's urban-rural codes.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz {

enum class RegionLevel : int { kNation = 0, kProvince, kCity, kCounty, kTownship, kVillage };

// A value; the nation is code 0 and contains everything. Whether a code exists and is valid on a
// day is the identification service's knowledge, not this type's.
class RegionCode {
 public:
  constexpr RegionCode() = default;  // the nation

  // Exactly 12 digits, the first not zero, no gap ("230000001000" has a township without city) but
  // that of a county: cities like Dongguan have townships and no counties ("441900003000").
  // "000000000000" is the nation. Otherwise INVALID_ARGUMENT, reason REGION_CODE_FORMAT.
  static absl::StatusOr<RegionCode> Parse(absl::string_view text);
  // From a database column, which holds the code as an integer. Not checked.
  static constexpr RegionCode FromNumber(int64_t number) { return RegionCode(number); }

  constexpr int64_t number() const { return number_; }
  std::string ToString() const;  // always 12 digits
  RegionLevel level() const;
  // The nation's parent is the nation, that of a township in a city without counties the city.
  RegionCode Parent() const;
  // The region of that level that contains this one, or the city where there is no county; itself
  // when it is at or above that level.
  RegionCode AtLevel(RegionLevel level) const;
  // First 6 digits; 0 for regions above a county. "441900" in Dongguan, too.
  int32_t CountyNumber() const;

  bool Contains(RegionCode other) const {
    return other.number_ >= number_ && other.number_ <= Last();
  }
  // Largest code inside this region: a scope test is `region_code BETWEEN number() AND Last()`.
  int64_t Last() const;

  friend constexpr auto operator<=>(RegionCode, RegionCode) = default;

 private:
  constexpr explicit RegionCode(int64_t number) : number_(number) {}
  int64_t number_ = 0;
};

}  // namespace jz
