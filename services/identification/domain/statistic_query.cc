#include "services/identification/domain/statistic_query.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/identification/domain/household.h"

namespace jz::identification {
namespace {

bool Has(absl::Span<const Dimension> dimensions, Dimension wanted) {
  return std::find(dimensions.begin(), dimensions.end(), wanted) != dimensions.end();
}

bool HasValue(absl::Span<const int> values, int wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

// The cube that has all of the dimensions, and none beside them that counts households twice.
const Cube* FindCube(absl::Span<const Dimension> dimensions) {
  for (const Cube& cube : Cubes()) {
    const bool complete = std::all_of(dimensions.begin(), dimensions.end(),
                                      [&](Dimension d) { return Has(cube.dimensions, d); });
    const bool plain =
        std::all_of(cube.dimensions.begin(), cube.dimensions.end(),
                    [&](Dimension d) { return !HouseholdsOverlap(d) || Has(dimensions, d); });
    if (complete && plain) return &cube;
  }
  return nullptr;
}

std::vector<Dimension> FilteredOnes(absl::Span<const StatisticFilter> filters) {
  std::vector<Dimension> dimensions;
  for (const StatisticFilter& filter : filters) dimensions.push_back(filter.dimension);
  return dimensions;
}

std::vector<Dimension> AllOf(const StatisticQuery& query) {
  std::vector<Dimension> dimensions = FilteredOnes(query.filters);
  for (Dimension d : query.group_by) {
    if (!Has(dimensions, d)) dimensions.push_back(d);
  }
  return dimensions;
}

// Whether sums over several values of filters count nobody twice; what is grouped by is not summed.
struct Exact {
  bool households = true;
  bool persons = true;
};
Exact ExactOf(absl::Span<const StatisticFilter> filters, absl::Span<const Dimension> group_by) {
  Exact exact;
  for (const StatisticFilter& filter : filters) {
    if (filter.values.size() < 2 || Has(group_by, filter.dimension)) continue;
    exact.households = exact.households && !HouseholdsOverlap(filter.dimension);
    exact.persons = exact.persons && !PersonsOverlap(filter.dimension);
  }
  return exact;
}

StatisticCount CountOf(const Counts& counts, Exact exact) {
  StatisticCount count;
  if (exact.households) count.households = counts.households;
  if (exact.persons) count.persons = counts.persons;
  return count;
}

// Sums of a cube's cells that pass, by the values of `group_by`.
std::map<std::vector<int>, Counts> Sums(const Cube& cube, absl::Span<const StatisticFilter> filters,
                                        absl::Span<const Dimension> group_by,
                                        const StatisticCells& cells) {
  auto position = [&](Dimension d) {
    return static_cast<size_t>(std::find(cube.dimensions.begin(), cube.dimensions.end(), d) -
                               cube.dimensions.begin());
  };
  std::map<std::vector<int>, Counts> sums;
  for (const auto& [key, counts] : cells.cells()) {
    if (CubeOf(key) != cube.number) continue;
    const bool passes =
        std::all_of(filters.begin(), filters.end(), [&, key = key](const StatisticFilter& filter) {
          return HasValue(filter.values, ValueAt(key, position(filter.dimension)));
        });
    if (!passes) continue;
    std::vector<int> values;
    for (Dimension d : group_by) values.push_back(ValueAt(key, position(d)));
    Counts& sum = sums[values];
    sum.households += counts.households;
    sum.persons += counts.persons;
  }
  return sums;
}

std::string Combinations() {
  return absl::StrJoin(Cubes(), "; ", [](std::string* out, const Cube& cube) {
    absl::StrAppend(out, absl::StrJoin(cube.dimensions, "+", [](std::string* to, Dimension d) {
                      to->append(NameOf(d).name);
                    }));
  });
}

// nullopt: the filter is not about members.
std::optional<bool> MemberPasses(const StatisticFilter& filter, const MemberProfile& member,
                                 Date day) {
  switch (filter.dimension) {
    case Dimension::kSex:
      return HasValue(filter.values, member.sex);
    case Dimension::kAge:
      return HasValue(filter.values, AgeBandOn(member.birth, day));
    case Dimension::kLabour:
      return HasValue(filter.values, member.labour);
    case Dimension::kEducation:
      return HasValue(filter.values, member.education);
    case Dimension::kHealth:
      return member.health.empty()
                 ? HasValue(filter.values, 0)
                 : std::any_of(member.health.begin(), member.health.end(),
                               [&](int value) { return HasValue(filter.values, value); });
    default:
      return std::nullopt;
  }
}

bool HouseholdPasses(const StatisticFilter& filter, const HouseholdProfile& household) {
  switch (filter.dimension) {
    case Dimension::kState:
      return HasValue(filter.values, household.state);
    case Dimension::kAttribute:
      return HasValue(filter.values, household.attribute);
    case Dimension::kCause:
      return HasValue(filter.values, household.cause);
    case Dimension::kMonitored:
      return HasValue(filter.values, household.monitored);
    case Dimension::kRisk:
      return household.risks.empty()
                 ? HasValue(filter.values, 0)
                 : std::any_of(household.risks.begin(), household.risks.end(),
                               [&](int value) { return HasValue(filter.values, value); });
    default:
      return true;
  }
}

}  // namespace

void CheckQuery(const StatisticQuery& query, Violations& violations) {
  if (FindCube(AllOf(query)) == nullptr) {
    violations.Add("group_by", "STATISTIC_NOT_COMBINED",
                   absl::StrCat("what is grouped by and filtered is not counted together; these "
                                "are, and their parts: ",
                                Combinations()));
    return;
  }
  const Exact exact = ExactOf(query.filters, query.group_by);
  if (!exact.households && !exact.persons) {
    violations.Add("filters", "STATISTIC_VALUES_OVERLAP",
                   "households and persons have several of these values, they cannot be added up: "
                   "give one value, or group by the dimension");
  }
}

StatisticFigures Evaluate(const StatisticQuery& query, const StatisticCells& cells) {
  StatisticFigures figures;
  if (const Cube* cube = FindCube(FilteredOnes(query.filters)); cube != nullptr) {
    figures.total = CountOf(Sums(*cube, query.filters, {}, cells)[{}], ExactOf(query.filters, {}));
  }
  const Cube* cube = FindCube(AllOf(query));
  if (cube != nullptr && !query.group_by.empty()) {
    const Exact exact = ExactOf(query.filters, query.group_by);
    for (const auto& [values, counts] : Sums(*cube, query.filters, query.group_by, cells)) {
      if (counts.zero()) continue;
      figures.rows.push_back({.values = values, .count = CountOf(counts, exact)});
    }
  }
  const StatisticFilter registered{Dimension::kState,
                                   {static_cast<int>(HouseholdState::kRegistered)}};
  figures.registered_persons = Sums(Cubes()[0], {registered}, {}, cells)[{}].persons;
  figures.population = cells.Get(kVillageFigures).persons;
  figures.village_households = cells.Get(kVillageFigures).households;
  figures.villages = cells.Get(kVillageCount).households;
  return figures;
}

bool NobodyPasses(absl::Span<const StatisticFilter> filters, const StatisticCells& cells) {
  const Cube* cube = FindCube(FilteredOnes(filters));
  if (cube == nullptr) return false;
  const auto sums = Sums(*cube, filters, {}, cells);
  return std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second.zero(); });
}

std::optional<std::vector<size_t>> Passing(absl::Span<const StatisticFilter> filters,
                                           const HouseholdProfile& household, Date day) {
  bool about_members = false;
  for (const StatisticFilter& filter : filters) {
    if (!HouseholdPasses(filter, household)) return std::nullopt;
    about_members = about_members || MemberPasses(filter, {}, day).has_value();
  }
  std::vector<size_t> members;
  for (size_t i = 0; i < household.members.size(); ++i) {
    const bool passes =
        std::all_of(filters.begin(), filters.end(), [&](const StatisticFilter& filter) {
          return MemberPasses(filter, household.members[i], day).value_or(true);
        });
    if (passes) members.push_back(i);
  }
  if (about_members && members.empty()) return std::nullopt;
  return members;
}

}  // namespace jz::identification
