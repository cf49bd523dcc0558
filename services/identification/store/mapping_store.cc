#include "services/identification/store/mapping_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {

absl::StatusOr<std::optional<MappingRow>> FindMapping(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::string_view name) {
  sql::Values values = {name};
  const std::string visible = VisibleRegionClause(scope, "region_code", values);
  return tx.SelectOne(absl::StrCat("SELECT name, region_code, columns, updated_by, updated_at_us "
                                   "FROM import_mapping WHERE name = ? AND ",
                                   visible),
                      values, [](const sql::Row& row) {
                        return MappingRow{.name = row.Text(0),
                                          .region = row.Region(1),
                                          .columns = row.Text(2),
                                          .updated_by = row.Text(3),
                                          .updated_at = row.Time(4)};
                      });
}

absl::StatusOr<std::optional<RegionCode>> LockMapping(sql::Transaction& tx,
                                                      absl::string_view name) {
  return tx.SelectOne("SELECT region_code FROM import_mapping WHERE name = ? FOR UPDATE", {name},
                      [](const sql::Row& row) { return row.Region(0); });
}

absl::Status UpsertMapping(sql::Transaction& tx, const MappingRow& row) {
  return tx
      .InsertRows(
          "INSERT INTO import_mapping (name, region_code, columns, updated_by, updated_at_us) "
          "VALUES",
          5, {row.name, row.region, row.columns, row.updated_by, row.updated_at},
          "ON DUPLICATE KEY UPDATE region_code = VALUES(region_code), columns = VALUES(columns), "
          "updated_by = VALUES(updated_by), updated_at_us = VALUES(updated_at_us)")
      .status();
}

}  // namespace jz::identification
