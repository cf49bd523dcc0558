// What statistics know of a household, and the cells that it counts in.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "services/identification/domain/statistic_cells.h"

namespace jz::identification {

// Full years of the first and last year of a band. In this order, their values count from 1; 0 is
// an age that is not known.
struct AgeBand {
  int from = 0;
  int to = 0;
  const char* name = "";
};
absl::Span<const AgeBand> AgeBands();
// The value of Dimension::kAge of somebody on `day`. Who is born on 29 February has the birthday on
// 1 March in other years.
int AgeBandOn(std::optional<Date> birth, Date day);
// The days of birth of those who come into another band on `day`.
std::vector<Date> BirthsThatChangeBand(Date day);

struct MemberProfile {
  int sex = 0;
  std::optional<Date> birth = {};
  std::vector<int> health = {};
  int labour = 0;
  int education = 0;
};

// A household in one version, with its present members.
struct HouseholdProfile {
  RegionCode region;  // village
  int state = 0;
  int attribute = 0;
  int cause = 0;
  int monitored = 0;
  std::vector<int> risks = {};
  std::vector<MemberProfile> members = {};
};

// Adds the household `times`, with the ages of `day`.
void AddHousehold(const HouseholdProfile& household, Date day, int64_t times,
                  StatisticCells& cells);

// What changes in a village at an instant.
using StatisticDeltas = std::map<std::pair<RegionCode, absl::Time>, StatisticCells>;

// What it means that a household was `before` until `at`, and is `after` from then on (nullptr: not
// there): the difference at `at`, with the ages of that day; and at each midnight since, up to the
// beginning of day `aged_until`, what birthdays mean to one and not to the other. Added up over all
// versions of a household these are its cells at any instant until the end of `aged_until`.
void AddChange(const HouseholdProfile* before, const HouseholdProfile* after, absl::Time at,
               Date aged_until, StatisticDeltas& deltas);
// What the birthdays of `day` mean to a household as it is when that day begins.
void AddBirthdays(const HouseholdProfile& household, Date day, StatisticDeltas& deltas);

// Cells of a region are kept for the end of every day on which they changed, those of a township of
// every month, those of a village of every year: the day that `day` is kept under.
Date KeptUnder(RegionLevel level, Date day);
// The first day that is kept under the same.
Date KeptFrom(RegionLevel level, Date day);

}  // namespace jz::identification
