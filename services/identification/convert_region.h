// Messages of RegionService to values and back; every problem of a request is reported at once.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "services/identification/domain/region.h"
#include "services/identification/store/parameter_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Rows that cannot be read are left out and have violations.
std::vector<Region> RegionsFrom(const v1::ImportRegionsRequest& request, Violations& violations);
v1::Region ToMessage(const Region& region);
// "regions/230281100200"
absl::StatusOr<RegionCode> ParseRegionName(absl::string_view name);

// `author` and `now` become recorded_by and recorded_at. A value that begins before `today` without
// a reason is a violation.
std::vector<Parameter> ParametersFrom(const v1::SetParametersRequest& request,
                                      absl::string_view author, absl::Time now,
                                      Violations& violations);
v1::Parameter ToMessage(const Parameter& parameter);
absl::StatusOr<ParameterQuery> QueryFrom(const v1::ResolveParameterRequest& request, Date today);

// `text`, or `fallback` when it is empty. A violation of `field` when it is no date.
Date DateOr(absl::string_view text, Date fallback, absl::string_view field, Violations& violations);

}  // namespace jz::identification
