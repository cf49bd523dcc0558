// What can be asked of statistics, and the answer from a region's cells.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "common/status/status.h"
#include "services/identification/domain/statistic_cells.h"
#include "services/identification/domain/statistic_profile.h"

namespace jz::identification {

struct StatisticFilter {
  Dimension dimension;
  std::vector<int> values;  // any of them; at least one
};

struct StatisticQuery {
  std::vector<Dimension> group_by;       // each once
  std::vector<StatisticFilter> filters;  // of each dimension at most one
};

// Distinct households and persons; unset where adding up would count somebody twice.
struct StatisticCount {
  std::optional<int64_t> households;
  std::optional<int64_t> persons;
};

struct StatisticRow {
  std::vector<int> values;  // of group_by, in its order
  StatisticCount count;
};

struct StatisticFigures {
  StatisticCount total;            // whatever it is grouped by
  std::vector<StatisticRow> rows;  // in order of values; none is zero; empty without group_by
  // Incidence of poverty: members of registered households over the population that the records of
  // the villages say. Whatever is filtered.
  int64_t registered_persons = 0;
  int64_t population = 0;
  int64_t village_households = 0;
  int64_t villages = 0;
};

// Violations: field `group_by`, rule STATISTIC_NOT_COMBINED, when no cube has all dimensions;
// field `filters`, rule STATISTIC_VALUES_OVERLAP, when nothing could be said because households and
// persons have several of the values.
void CheckQuery(const StatisticQuery& query, Violations& violations);
// Of a query that was checked.
StatisticFigures Evaluate(const StatisticQuery& query, const StatisticCells& cells);
// Whether the cells have nobody that the filters let pass.
bool NobodyPasses(absl::Span<const StatisticFilter> filters, const StatisticCells& cells);

// The members, by position, that the filters let pass: those whom a figure of persons counts; all
// of them when no filter is about members. Nothing when the household itself does not pass.
std::optional<std::vector<size_t>> Passing(absl::Span<const StatisticFilter> filters,
                                           const HouseholdProfile& household, Date day);

}  // namespace jz::identification
