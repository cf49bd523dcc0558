// Reforms of villages; see region.proto.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "services/identification/deps.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

absl::StatusOr<common::v1::Job> ReformRegions(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::ReformRegionsRequest& request);
absl::StatusOr<v1::ResolveRegionsResponse> ResolveRegions(const Deps& deps,
                                                          const rpc::CallContext& ctx,
                                                          const v1::ResolveRegionsRequest& request);

}  // namespace jz::identification
