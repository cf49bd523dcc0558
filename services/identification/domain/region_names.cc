#include "services/identification/domain/region_names.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace jz::identification {
namespace {

// 保卫村民委员会, 保卫村委会 and 保卫村 are one. What would be nothing without its ending keeps it.
absl::string_view StemOf(absl::string_view name) {
  constexpr absl::string_view kEndings[] = {"村民委员会", "居民委员会", "村委会", "居委会", "社区",
                                            "村",         "自治县",     "县",     "区",     "市",
                                            "镇",         "乡",         "街道"};
  for (absl::string_view ending : kEndings) {
    if (name.size() > ending.size() && absl::ConsumeSuffix(&name, ending)) break;
  }
  return name;
}

}  // namespace

RegionNames::RegionNames(absl::Span<const Region> regions, Date day) {
  for (const Region& region : regions) {
    if (!region.ValidOn(day)) continue;
    names_[region.code.number()] = region.name;
    if (region.code.level() == RegionLevel::kVillage) {
      villages_[std::string(StemOf(region.name))].push_back(region.code);
    }
  }
}

absl::string_view RegionNames::NameOf(RegionCode code) const {
  auto found = names_.find(code.number());
  return found == names_.end() ? absl::string_view() : found->second;
}

bool RegionNames::IsNamed(RegionCode code, absl::string_view text) const {
  const absl::string_view name = NameOf(code);
  if (name.empty() || text.empty()) return false;
  return absl::EndsWith(text, name) || StemOf(text) == StemOf(name);
}

std::vector<RegionCode> RegionNames::FindVillages(const Place& place) const {
  std::vector<RegionCode> found;
  auto candidates = villages_.find(StemOf(place.village));
  if (candidates == villages_.end()) return found;
  auto fits = [&](RegionCode region, absl::string_view text) {
    return text.empty() || NameOf(region).empty() || IsNamed(region, text);
  };
  for (RegionCode village : candidates->second) {
    if (fits(village.AtLevel(RegionLevel::kTownship), place.township) &&
        fits(village.AtLevel(RegionLevel::kCounty), place.county)) {
      found.push_back(village);
    }
  }
  return found;
}

}  // namespace jz::identification
