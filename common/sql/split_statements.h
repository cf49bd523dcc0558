// Splits a migration file. Internal to common/sql.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jz::sql {

// The statements of `sql`, without comments and surrounding blanks. A `;` ends a statement unless
// it stands in a string, a quoted name or a comment. Comments with a meaning (`/*! … */`) are kept.
std::vector<std::string> SplitStatements(absl::string_view sql);

}  // namespace jz::sql
