#include "common/sql/scope.h"

#include "absl/strings/str_cat.h"

namespace jz::sql {

std::string ScopeClause(const auth::RegionScope& scope, absl::string_view column, Values& values) {
  if (scope.empty()) return "FALSE";
  std::string clause;
  for (RegionCode region : scope.regions()) {
    if (region == RegionCode()) return "TRUE";
    absl::StrAppend(&clause, clause.empty() ? "(" : " OR ", column, " BETWEEN ? AND ?");
  }
  for (RegionCode region : scope.regions()) {
    values.emplace_back(region.number());
    values.emplace_back(region.Last());
  }
  return clause + ")";
}

}  // namespace jz::sql
