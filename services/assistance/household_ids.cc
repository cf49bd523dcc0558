#include "services/assistance/household_ids.h"

#include "common/base/ids.h"

namespace jz::assistance {

absl::StatusOr<std::vector<int64_t>> IdsNear(const Deps& deps, const rpc::CallContext& ctx,
                                             int64_t household, size_t count) {
  RegionCode county = RegionCode::FromNumber(int64_t{CountyOfId(household)} * 1'000'000);
  if (ctx.scope().Intersect(county).empty()) county = RegionCode();
  return deps.ids.Next(county, static_cast<int>(count), ctx.deadline);
}

}  // namespace jz::assistance
