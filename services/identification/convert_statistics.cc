#include "services/identification/convert_statistics.h"

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/domain/household.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxValues = 100;
constexpr int kMaxYears = 20;
constexpr int kFirstYear = 2000;
constexpr int kGreatestCode = 65'535;
constexpr char kNone[] = "none";
constexpr absl::string_view kStatePrefix = "HOUSEHOLD_STATE_";

struct Label {
  const char* zh;
  const char* en;
};
constexpr Label kNotRecorded{"无或未填", "none or not recorded"};
// In the order of HouseholdState.
constexpr Label kStates[] = {{"", ""},
                             {"候选", "candidate"},
                             {"在册", "registered"},
                             {"已脱贫", "exited"},
                             {"已剔除", "removed"},
                             {"已销户", "closed"}};

bool IsKnown(int dimension) { return dimension >= 1 && dimension <= kDimensions; }

std::optional<int> StateFrom(absl::string_view text) {
  int number = 0;
  v1::HouseholdState state = v1::HOUSEHOLD_STATE_UNSPECIFIED;
  if (absl::SimpleAtoi(text, &number)) {
    state = static_cast<v1::HouseholdState>(number);
  } else if (!v1::HouseholdState_Parse(absl::StrCat(kStatePrefix, text), &state)) {
    return std::nullopt;
  }
  if (!v1::HouseholdState_IsValid(state) || state == 0) return std::nullopt;
  return static_cast<int>(state);
}

std::optional<int> AgeFrom(absl::string_view text) {
  const auto bands = AgeBands();
  auto found = std::find_if(bands.begin(), bands.end(),
                            [&](const AgeBand& band) { return text == band.name; });
  if (found == bands.end()) return std::nullopt;
  return static_cast<int>(found - bands.begin()) + 1;
}

std::optional<int> ValueFrom(Dimension dimension, absl::string_view text, const CodeBook& codes) {
  if (dimension == Dimension::kState) return StateFrom(text);
  if (text == kNone) return 0;
  if (dimension == Dimension::kAge) return AgeFrom(text);
  if (auto code = codes.Find(NameOf(dimension).code_list, text)) return code;
  // A code of the past has no label any more; rows show its number.
  int number = 0;
  if (absl::SimpleAtoi(text, &number) && number > 0 && number <= kGreatestCode) return number;
  return std::nullopt;
}

v1::StatisticValue ToMessage(Dimension dimension, int value, const CodeBook& codes) {
  v1::StatisticValue message;
  message.set_dimension(static_cast<v1::StatisticDimension>(dimension));
  auto set = [&](absl::string_view text, absl::string_view zh, absl::string_view en) {
    message.set_value(std::string(text));
    message.set_label_zh(std::string(zh));
    message.set_label_en(std::string(en));
  };
  if (dimension == Dimension::kState) {
    absl::string_view name = v1::HouseholdState_Name(static_cast<v1::HouseholdState>(value));
    const bool known = value > 0 && static_cast<size_t>(value) < std::size(kStates);
    const Label label = known ? kStates[value] : kNotRecorded;
    set(absl::StripPrefix(name, kStatePrefix), label.zh, label.en);
  } else if (value == 0) {
    set(kNone, kNotRecorded.zh, kNotRecorded.en);
  } else if (dimension == Dimension::kAge) {
    const char* name = AgeBands()[static_cast<size_t>(value) - 1].name;
    set(name, absl::StrCat(name, "岁"), name);
  } else if (const CodeEntry* code = codes.Get(NameOf(dimension).code_list, value)) {
    set(code->written, code->zh, code->en);
  } else {
    set(absl::StrCat(value), "", "");
  }
  return message;
}

v1::StatisticCount ToMessage(const StatisticCount& count) {
  v1::StatisticCount message;
  if (count.households) message.set_households(*count.households);
  if (count.persons) message.set_persons(*count.persons);
  return message;
}

void AddList(int dimension, std::set<std::string>& lists) {
  if (!IsKnown(dimension)) return;
  const std::string list = NameOf(static_cast<Dimension>(dimension)).code_list;
  if (!list.empty()) lists.insert(list);
}

std::vector<StatisticFilter> ReadFilters(const FilterMessages& messages, const CodeBook& codes,
                                         Violations& violations) {
  std::vector<StatisticFilter> filters;
  std::set<int> seen;
  for (int i = 0; i < messages.size(); ++i) {
    const v1::StatisticFilter& message = messages[i];
    const std::string field = absl::StrCat("filters[", i, "]");
    if (!IsKnown(message.dimension())) {
      violations.Add(field + ".dimension", "ENUM_REQUIRED", "a dimension of statistics");
      continue;
    }
    if (!seen.insert(message.dimension()).second) {
      violations.Add(field + ".dimension", "DIMENSION_REPEATED", "one filter of a dimension");
    }
    if (message.values_size() == 0 || message.values_size() > kMaxValues) {
      violations.Add(field + ".values", "VALUES_COUNT", "1 to 100 values");
      continue;
    }
    StatisticFilter& filter = filters.emplace_back();
    filter.dimension = static_cast<Dimension>(message.dimension());
    for (int j = 0; j < message.values_size(); ++j) {
      std::optional<int> value = ValueFrom(filter.dimension, message.values(j), codes);
      if (!value) {
        violations.Add(absl::StrCat(field, ".values[", j, "]"), "CODE_UNKNOWN",
                       absl::StrCat("no value of ", NameOf(filter.dimension).name));
      } else if (std::count(filter.values.begin(), filter.values.end(), *value) == 0) {
        filter.values.push_back(*value);
      }
    }
  }
  return filters;
}

// Who asks for no state in particular means those on the register.
void AddDefaultStates(StatisticQuery& query) {
  const bool grouped =
      std::count(query.group_by.begin(), query.group_by.end(), Dimension::kState) > 0;
  const bool filtered = std::any_of(
      query.filters.begin(), query.filters.end(),
      [](const StatisticFilter& filter) { return filter.dimension == Dimension::kState; });
  if (grouped || filtered) return;
  StatisticFilter& on_register = query.filters.emplace_back();
  on_register.dimension = Dimension::kState;
  for (HouseholdState state : {HouseholdState::kRegistered, HouseholdState::kExited}) {
    on_register.values.push_back(static_cast<int>(state));
  }
}

// A query of a request that is right so far.
absl::Status CheckWhole(const StatisticQuery& query, Violations& violations) {
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  CheckQuery(query, violations);
  return violations.ToStatus();
}

}  // namespace

std::vector<std::string> CodeListsOf(const FilterMessages& filters) {
  std::set<std::string> lists;
  for (const v1::StatisticFilter& filter : filters) AddList(filter.dimension(), lists);
  return {lists.begin(), lists.end()};
}

std::vector<std::string> CodeListsOf(const v1::ComputeStatisticsRequest& request) {
  std::set<std::string> lists;
  for (const v1::StatisticFilter& filter : request.filters()) AddList(filter.dimension(), lists);
  for (int dimension : request.group_by()) AddList(dimension, lists);
  return {lists.begin(), lists.end()};
}

absl::StatusOr<StatisticQuery> QueryFrom(const v1::ComputeStatisticsRequest& request,
                                         const CodeBook& codes) {
  Violations violations;
  StatisticQuery query;
  for (int i = 0; i < request.group_by_size(); ++i) {
    const std::string field = absl::StrCat("group_by[", i, "]");
    const auto dimension = static_cast<Dimension>(request.group_by(i));
    if (!IsKnown(request.group_by(i))) {
      violations.Add(field, "ENUM_REQUIRED", "a dimension of statistics");
    } else if (std::count(query.group_by.begin(), query.group_by.end(), dimension) > 0) {
      violations.Add(field, "DIMENSION_REPEATED", "each dimension once");
    } else {
      query.group_by.push_back(dimension);
    }
  }
  query.filters = ReadFilters(request.filters(), codes, violations);
  JZ_RETURN_IF_ERROR(CheckWhole(query, violations));
  AddDefaultStates(query);
  return query;
}

absl::StatusOr<std::vector<StatisticFilter>> FiltersFrom(const FilterMessages& filters,
                                                         const CodeBook& codes) {
  Violations violations;
  StatisticQuery query;
  query.filters = ReadFilters(filters, codes, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  // Of values that overlap each household and person is listed once.
  StatisticQuery grouped = query;
  for (const StatisticFilter& filter : query.filters) grouped.group_by.push_back(filter.dimension);
  JZ_RETURN_IF_ERROR(CheckWhole(grouped, violations));
  AddDefaultStates(query);
  return query.filters;
}

absl::StatusOr<std::optional<absl::Time>> AsOfFrom(bool given,
                                                   const google::protobuf::Timestamp& as_of,
                                                   absl::Time now) {
  if (!given) return std::nullopt;
  const absl::Time at = absl::FromUnixSeconds(as_of.seconds()) + absl::Nanoseconds(as_of.nanos());
  if (at > now) {
    return InvalidArgument("AS_OF_FUTURE", {{"field", "as_of"}}, "as_of lies in the future");
  }
  return at;
}

absl::StatusOr<std::vector<std::optional<absl::Time>>> InstantsFrom(
    const v1::ComputeStatisticsRequest& request, absl::Time now) {
  JZ_ASSIGN_OR_RETURN(std::optional<absl::Time> as_of,
                      AsOfFrom(request.has_as_of(), request.as_of(), now));
  if (request.years().empty()) return std::vector<std::optional<absl::Time>>{as_of};
  Violations violations;
  if (as_of) violations.Add("as_of", "AS_OF_WITH_YEARS", "give as_of or years");
  if (request.years_size() > kMaxYears) {
    violations.Add("years", "BATCH_TOO_LARGE", "at most 20 in a call");
  }
  std::vector<std::optional<absl::Time>> instants;
  for (int i = 0; i < request.years_size(); ++i) {
    const std::string field = absl::StrCat("years[", i, "]");
    const int year = request.years(i);
    if (year < kFirstYear || year > 9998) {
      violations.Add(field, "YEAR_RANGE", "a year from 2000 on");
      continue;
    }
    const absl::Time end = StartOfDay(Date(year + 1, 1, 1)) - absl::Microseconds(1);
    if (end > now) violations.Add(field, "AS_OF_FUTURE", "the year is not over");
    instants.emplace_back(end);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return instants;
}

v1::Statistics ToMessage(const StatisticFigures& figures, const StatisticQuery& query,
                         absl::Time as_of, const CodeBook& codes) {
  v1::Statistics message;
  *message.mutable_as_of() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(as_of));
  message.set_ages_on(FormatDate(DateInShanghai(as_of)));
  *message.mutable_total() = ToMessage(figures.total);
  for (const StatisticRow& from : figures.rows) {
    v1::StatisticRow& row = *message.add_rows();
    for (size_t i = 0; i < query.group_by.size(); ++i) {
      *row.add_values() = ToMessage(query.group_by[i], from.values[i], codes);
    }
    *row.mutable_count() = ToMessage(from.count);
  }
  v1::PovertyIncidence& incidence = *message.mutable_incidence();
  incidence.set_registered_persons(figures.registered_persons);
  if (figures.villages > 0) {
    incidence.set_rural_population(figures.population);
    incidence.set_rural_households(figures.village_households);
  }
  incidence.set_villages(figures.villages);
  return message;
}

}  // namespace jz::identification
