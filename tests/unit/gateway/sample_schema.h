// The schema and routes of the sample service, made once.
#pragma once

#include "common/status/status.h"
#include "services/gateway/route_table.h"
#include "services/gateway/schema.h"

namespace jz::gateway {

inline const Schema& SampleSchema() {
  static const Schema& schema = *Schema::Load(JZ_SAMPLE_DESCRIPTORS).value().release();
  return schema;
}

inline const RouteTable& SampleRoutes() {
  static const RouteTable& routes =
      *new RouteTable(RouteTable::Make(MakeRoutes(SampleSchema(), {"sample"}).value()).value());
  return routes;
}

}  // namespace jz::gateway
