#include "services/identification/store/region_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] = "SELECT code, name, valid_from, valid_to FROM region ";
constexpr char kInsert[] =
    "INSERT INTO region (code, valid_from, valid_to, name, level, parent_code, recorded_by, "
    "recorded_at_us) VALUES";
constexpr int kInsertColumns = 8;
constexpr size_t kChunk = 1000;

Region ReadRegion(const sql::Row& row) {
  return {
      .code = row.Region(0), .name = row.Text(1), .valid_from = row.Day(2), .valid_to = row.Day(3)};
}

sql::Values InsertValues(absl::Span<const Region> regions, const RecordedBy& recorded) {
  sql::Values values;
  for (const Region& region : regions) {
    values.insert(values.end(), {region.code, region.valid_from, region.valid_to, region.name,
                                 static_cast<int>(region.code.level()), region.code.Parent(),
                                 recorded.subject, recorded.at});
  }
  return values;
}

// The regions that contain one of the scope, up to the nation.
std::vector<RegionCode> Ancestors(const auth::RegionScope& scope) {
  std::vector<RegionCode> ancestors;
  for (RegionCode region : scope.regions()) {
    while (region != RegionCode()) {
      region = region.Parent();
      ancestors.push_back(region);
    }
  }
  std::sort(ancestors.begin(), ancestors.end());
  ancestors.erase(std::unique(ancestors.begin(), ancestors.end()), ancestors.end());
  return ancestors;
}

absl::StatusOr<std::vector<Region>> Load(sql::Transaction& tx, absl::Span<const RegionCode> codes,
                                         absl::string_view tail) {
  std::vector<RegionCode> sorted(codes.begin(), codes.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<Region> regions;
  for (size_t begin = 0; begin < sorted.size(); begin += kChunk) {
    size_t count = std::min(kChunk, sorted.size() - begin);
    sql::Values values(sorted.begin() + begin, sorted.begin() + begin + count);
    sql::PadInList(values, count);
    JZ_RETURN_IF_ERROR(tx.Query(absl::StrCat(kSelect, "WHERE code IN (", sql::InList(count),
                                             ") ORDER BY code, valid_from", tail),
                                values,
                                [&](const sql::Row& row) { regions.push_back(ReadRegion(row)); }));
  }
  return regions;
}

}  // namespace

std::string VisibleRegionClause(const auth::RegionScope& scope, absl::string_view column,
                                sql::Values& values) {
  std::string inside = sql::ScopeClause(scope, column, values);
  std::vector<RegionCode> ancestors = Ancestors(scope);
  if (ancestors.empty()) return inside;
  for (RegionCode ancestor : ancestors) values.push_back(ancestor);
  sql::PadInList(values, ancestors.size());
  return absl::StrCat("(", inside, " OR ", column, " IN (", sql::InList(ancestors.size()), "))");
}

absl::StatusOr<std::vector<Region>> LoadRegions(sql::Transaction& tx,
                                                absl::Span<const RegionCode> codes) {
  return Load(tx, codes, "");
}

absl::StatusOr<std::vector<Region>> LockRegions(sql::Transaction& tx,
                                                absl::Span<const RegionCode> codes) {
  return Load(tx, codes, " FOR UPDATE");
}

absl::StatusOr<std::vector<Region>> LoadRegionsInside(sql::Transaction& tx, RegionCode region) {
  return tx.Select(absl::StrCat(kSelect, "WHERE code BETWEEN ? AND ?"), {region, region.Last()},
                   ReadRegion);
}

absl::Status InsertRegions(sql::Transaction& tx, absl::Span<const Region> regions,
                           const RecordedBy& recorded) {
  if (regions.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, InsertValues(regions, recorded)).status();
}

absl::Status CloseRegions(sql::Transaction& tx, absl::Span<const Region> regions,
                          const RecordedBy& recorded) {
  if (regions.empty()) return absl::OkStatus();
  return tx
      .InsertRows(kInsert, kInsertColumns, InsertValues(regions, recorded),
                  "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to), recorded_by = "
                  "VALUES(recorded_by), recorded_at_us = VALUES(recorded_at_us)")
      .status();
}

absl::StatusOr<std::optional<Region>> FindRegion(sql::Transaction& tx,
                                                 const auth::RegionScope& scope, RegionCode code,
                                                 Date as_of) {
  sql::Values values = {code, as_of, as_of};
  std::string visible = VisibleRegionClause(scope, "code", values);
  return tx.SelectOne(
      absl::StrCat(kSelect, "WHERE code = ? AND valid_from <= ? AND valid_to >= ? AND ", visible),
      values, ReadRegion);
}

absl::StatusOr<std::vector<Region>> ListChildren(sql::Transaction& tx,
                                                 const auth::RegionScope& scope,
                                                 const RegionPage& page) {
  sql::Values values = {page.parent, page.after, page.as_of, page.as_of};
  std::string visible = VisibleRegionClause(scope, "code", values);
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect,
                                "WHERE parent_code = ? AND code > ? AND valid_from <= ? AND "
                                "valid_to >= ? AND ",
                                visible, " ORDER BY code LIMIT ?"),
                   values, ReadRegion);
}

}  // namespace jz::identification
