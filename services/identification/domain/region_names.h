// Regions by the names that files have in place of codes.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/identification/domain/region.h"

namespace jz::identification {

class RegionNames {
 public:
  // Of those of `regions` that are valid on `day`.
  RegionNames(absl::Span<const Region> regions, Date day);

  // The villages that are meant: by the village's name, and by those of township and county where
  // they are given and known. 县, 镇, 村委会 and the like at the end make no difference.
  struct Place {
    absl::string_view county;
    absl::string_view township;
    absl::string_view village;
  };
  std::vector<RegionCode> FindVillages(const Place& place) const;

  bool IsValid(RegionCode code) const { return names_.contains(code.number()); }
  // Of a valid region; empty for others.
  absl::string_view NameOf(RegionCode code) const;
  // Whether `text` is the name of `code`, or ends with it (贵州省长顺县), or is the name without
  // what it is (长顺).
  bool IsNamed(RegionCode code, absl::string_view text) const;

 private:
  absl::flat_hash_map<int64_t, std::string> names_;
  absl::flat_hash_map<std::string, std::vector<RegionCode>> villages_;  // by stem
};

}  // namespace jz::identification
