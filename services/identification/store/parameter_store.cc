#include "services/identification/store/parameter_store.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT kind, region_code, valid_from, value, text_value, reason, recorded_by, recorded_at_us "
    "FROM parameter ";
constexpr char kInsert[] =
    "INSERT INTO parameter (kind, region_code, valid_from, value, text_value, reason, recorded_by, "
    "recorded_at_us) VALUES";
constexpr int kInsertColumns = 8;

Parameter ReadParameter(const sql::Row& row) {
  return {.kind = row.Text(0),
          .region = row.Region(1),
          .valid_from = row.Day(2),
          .value = row.Int(3),
          .text_value = row.Text(4),
          .reason = row.Text(5),
          .recorded_by = row.Text(6),
          .recorded_at = row.Time(7)};
}

int64_t MicrosOrMost(absl::Time time) {
  return time == absl::InfiniteFuture() ? INT64_MAX : absl::ToUnixMicros(time);
}

}  // namespace

absl::StatusOr<std::optional<Parameter>> ResolveParameter(sql::Transaction& tx,
                                                          const ParameterQuery& query) {
  // A region's code is greater than those of the regions that contain it: the greatest is the most
  // specific.
  sql::Values values = {query.kind};
  RegionCode region = query.region;
  size_t count = 1;
  values.push_back(region);
  while (region != RegionCode()) {
    region = region.Parent();
    values.push_back(region);
    ++count;
  }
  sql::PadInList(values, count);
  values.push_back(query.date);
  values.push_back(MicrosOrMost(query.known_at));
  return tx.SelectOne(
      absl::StrCat(kSelect, "WHERE kind = ? AND region_code IN (", sql::InList(count),
                   ") AND valid_from <= ? AND recorded_at_us <= ? ORDER BY "
                   "region_code DESC, valid_from DESC, recorded_at_us DESC LIMIT 1"),
      values, ReadParameter);
}

absl::StatusOr<std::vector<bool>> AreCorrections(sql::Transaction& tx,
                                                 absl::Span<const Parameter> parameters) {
  sql::Values kinds;
  std::set<std::string> names;
  for (const Parameter& parameter : parameters) names.insert(parameter.kind);
  for (const std::string& name : names) kinds.push_back(name);
  sql::PadInList(kinds, names.size());
  std::set<std::tuple<std::string, int64_t, Date>> known;
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat("SELECT DISTINCT kind, region_code, valid_from FROM parameter WHERE kind IN (",
                   sql::InList(names.size()), ")"),
      kinds, [&](const sql::Row& row) { known.emplace(row.Text(0), row.Int(1), row.Day(2)); }));
  std::vector<bool> corrections;
  for (const Parameter& parameter : parameters) {
    corrections.push_back(
        known.contains({parameter.kind, parameter.region.number(), parameter.valid_from}));
  }
  return corrections;
}

absl::Status InsertParameters(sql::Transaction& tx, absl::Span<const Parameter> parameters) {
  sql::Values values;
  for (const Parameter& parameter : parameters) {
    values.insert(values.end(), {parameter.kind, parameter.region, parameter.valid_from,
                                 parameter.value, parameter.text_value, parameter.reason,
                                 parameter.recorded_by, parameter.recorded_at});
  }
  return tx.InsertRows(kInsert, kInsertColumns, values).status();
}

absl::StatusOr<std::vector<Parameter>> ListParameters(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const ParameterPage& page) {
  sql::Values values;
  std::string where = VisibleRegionClause(scope, "region_code", values);
  if (!page.kind.empty()) {
    where += " AND kind = ?";
    values.push_back(page.kind);
  }
  if (page.after) {
    const Parameter& after = *page.after;
    where +=
        " AND kind >= ? AND (kind > ? OR region_code > ? OR (region_code = ? AND (valid_from > ? "
        "OR (valid_from = ? AND recorded_at_us > ?))))";
    values.insert(values.end(), {after.kind, after.kind, after.region, after.region,
                                 after.valid_from, after.valid_from, after.recorded_at});
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, "WHERE ", where,
                                " ORDER BY kind, region_code, valid_from, recorded_at_us LIMIT ?"),
                   values, ReadParameter);
}

}  // namespace jz::identification
