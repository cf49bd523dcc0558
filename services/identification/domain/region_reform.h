// Reforms of villages (撤并村): merges, splits and recodings, as moves of households. Pure
// decisions.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/identification/domain/region.h"

namespace jz::identification {

struct RegionMove {
  RegionCode from;
  RegionCode to;
  std::vector<std::string> groups;  // empty: all that no other move of the village takes
};

struct RegionReform {
  std::vector<Region> new_regions;  // valid from `effective_date`
  std::vector<RegionMove> moves;
  Date effective_date;
};

// What a reform does beside moving households.
struct ReformPlan {
  std::vector<Region> created;
  std::vector<Region> closed;  // with their new valid_to
};

// Decides against what is stored of all codes of the reform and of their parents. Every problem is
// a violation of `new_regions[i]…` or `moves[i]…`; the plan counts only when there is none.
ReformPlan PlanReform(const RegionBook& stored, const RegionReform& reform, Violations& violations);

// The moves in the order in which they have to be carried out: those of single groups first.
std::vector<RegionMove> InOrder(std::vector<RegionMove> moves);

// The smallest region that contains all codes of the reform.
RegionCode SmallestCommon(absl::Span<const RegionMove> moves);

// One step of what became of a code.
struct Succession {
  RegionCode code;
  RegionCode successor;
  Date since;
};
// The codes that are valid on `day` to which `code` leads, by code: itself, or those that follow it
// over any number of reforms.
std::vector<RegionCode> CurrentCodes(RegionCode code, Date day, const RegionBook& regions,
                                     absl::Span<const Succession> successions);

}  // namespace jz::identification
