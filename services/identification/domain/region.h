// Administrative regions with their spans of validity.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "common/status/status.h"

namespace jz::identification {

// Last day of a validity that has no end.
inline constexpr Date kNoEnd = Date(9999, 12, 31);

struct Region {
  RegionCode code;
  std::string name;
  Date valid_from;
  Date valid_to = kNoEnd;

  bool ValidOn(Date date) const { return valid_from <= date && date <= valid_to; }
};

// Which regions exist, and when.
class RegionBook {
 public:
  RegionBook() = default;
  explicit RegionBook(absl::Span<const Region> regions);

  void Add(const Region& region) { spans_[region.code.number()].push_back(region); }
  bool Exists(RegionCode code) const { return spans_.contains(code.number()); }
  // The nation is valid always.
  bool ValidOn(RegionCode code, Date date) const;
  // Every span of a code; empty when it is unknown.
  absl::Span<const Region> Spans(RegionCode code) const;

 private:
  absl::flat_hash_map<int64_t, std::vector<Region>> spans_;
};

// What an import of regions has to do.
struct RegionPlan {
  std::vector<Region> created;
  std::vector<Region> closed;  // with their new valid_to
  int unchanged = 0;
};

// Decides on rows against what is stored of their codes and of the codes of their parents. Every
// problem is a violation of `regions[i]…`; the plan counts only when there is none.
RegionPlan PlanRegionImport(const RegionBook& stored, absl::Span<const Region> rows,
                            Violations& violations);

}  // namespace jz::identification
