// The OpenAPI 3.0 document of all routes, made from the descriptors; comments become descriptions.
#pragma once

#include <string>
#include <vector>

#include "services/gateway/route.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

// JSON text. Every route is in it; a path template becomes OpenAPI's form, with a parameter for
// each wildcard: `{name=households/*}` is shown as `households/{household}`.
std::string OpenApi(const Schema& schema, const std::vector<Route>& routes);

}  // namespace jz::gateway
