// A region scope as SQL: the only way that store functions narrow a query to what a caller may see.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/auth/principal.h"
#include "common/sql/value.h"

namespace jz::sql {

// "(h.region_code BETWEEN ? AND ? OR …)" and its values appended to `values`; "FALSE" for an empty
// scope, "TRUE" for the nation. `column` is a constant of the code, never input.
std::string ScopeClause(const auth::RegionScope& scope, absl::string_view column, Values& values);

}  // namespace jz::sql
