#include "common/auth/principal.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::auth {

RegionScope::RegionScope(std::vector<RegionCode> regions) {
  // In the order of codes a region comes right before the regions inside it, the wider one first.
  std::sort(regions.begin(), regions.end());
  for (RegionCode region : regions) {
    if (regions_.empty() || !regions_.back().Contains(region)) regions_.push_back(region);
  }
}

bool RegionScope::Contains(RegionCode region) const {
  return std::any_of(regions_.begin(), regions_.end(),
                     [region](RegionCode own) { return own.Contains(region); });
}

RegionScope RegionScope::Intersect(RegionCode region) const {
  RegionScope result;
  if (Contains(region)) {
    result.regions_ = {region};
    return result;
  }
  for (RegionCode own : regions_) {
    if (region.Contains(own)) result.regions_.push_back(own);
  }
  return result;
}

absl::Status RegionScope::Require(RegionCode region) const {
  if (Contains(region)) return absl::OkStatus();
  return PermissionDenied("REGION_OUT_OF_SCOPE", {{"region", region.ToString()}},
                          absl::StrCat("region ", region.ToString(), " is outside your scope"));
}

absl::Status RequireDifferentPerson(absl::string_view maker, absl::string_view checker) {
  if (!maker.empty() && maker != checker) return absl::OkStatus();
  return FailedPrecondition("SAME_PERSON", {}, "the person who made an entry cannot check it");
}

}  // namespace jz::auth
