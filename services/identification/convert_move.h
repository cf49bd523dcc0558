// Requests that move households: reforms of regions and single moves. Every problem of a request is
// reported at once.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/region_reform.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

RegionReform ReformFrom(const v1::ReformRegionsRequest& request, Date today,
                        Violations& violations);
v1::ReformJobParams ToJobParams(const RegionReform& reform);
// INTERNAL when it does not parse.
absl::StatusOr<RegionReform> ReformFrom(const v1::ReformJobParams& params);

// 1 to 1,000 codes. Those that are no codes are the nation's, which has no successors.
absl::StatusOr<std::vector<RegionCode>> CodesFrom(const v1::ResolveRegionsRequest& request);

struct WantedMove {
  HouseholdId household;
  RegionCode to;
  std::string to_group;
  std::string etag;
};
struct WantedMoves {
  std::vector<WantedMove> moves;
  Date effective_date;
};
absl::StatusOr<WantedMoves> MovesFrom(const v1::MoveHouseholdsRequest& request, Date today);

}  // namespace jz::identification
