#include "services/identification/store/village_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT region_code, version, facts, updated_by, updated_at_us FROM village_facts ";
constexpr char kInsert[] =
    "INSERT INTO village_facts (region_code, version, facts, updated_by, updated_at_us) VALUES";
constexpr char kReplaceTail[] =
    "ON DUPLICATE KEY UPDATE version = VALUES(version), facts = VALUES(facts), updated_by = "
    "VALUES(updated_by), updated_at_us = VALUES(updated_at_us)";
constexpr char kInsertVersion[] =
    "INSERT INTO village_version (region_code, version, recorded_at_us, recorded_by, reason, "
    "snapshot) VALUES";

VillageRow ReadVillage(const sql::Row& row) {
  return {.region = row.Region(0),
          .version = row.Int(1),
          .facts = row.Text(2),
          .updated_by = row.Text(3),
          .updated_at = row.Time(4)};
}

absl::StatusOr<std::vector<VillageRow>> Load(sql::Transaction& tx, const auth::RegionScope& scope,
                                             absl::Span<const RegionCode> villages,
                                             absl::string_view tail) {
  if (villages.empty()) return std::vector<VillageRow>();
  sql::Values values(villages.begin(), villages.end());
  sql::PadInList(values, villages.size());
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "WHERE region_code IN (", sql::InList(villages.size()),
                                ") AND ", in_scope, " ORDER BY region_code", tail),
                   values, ReadVillage);
}

}  // namespace

absl::StatusOr<std::vector<VillageRow>> LoadVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     absl::Span<const RegionCode> villages) {
  return Load(tx, scope, villages, "");
}

absl::StatusOr<std::vector<VillageRow>> LockVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     absl::Span<const RegionCode> villages) {
  return Load(tx, scope, villages, " FOR UPDATE");
}

absl::StatusOr<std::vector<VillageRow>> ListVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     RegionCode after, int limit) {
  sql::Values values = {after};
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  values.push_back(limit);
  return tx.Select(absl::StrCat(kSelect, "WHERE region_code > ? AND ", in_scope,
                                " ORDER BY region_code LIMIT ?"),
                   values, ReadVillage);
}

absl::Status UpsertVillages(sql::Transaction& tx, absl::Span<const VillageRow> rows) {
  sql::Values values;
  for (const VillageRow& row : rows) {
    values.insert(values.end(),
                  {row.region, row.version, row.facts, row.updated_by, row.updated_at});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, 5, values, kReplaceTail).status();
}

absl::Status InsertVillageVersions(sql::Transaction& tx, absl::Span<const VillageVersion> rows) {
  sql::Values values;
  for (const VillageVersion& row : rows) {
    values.insert(values.end(), {row.region, row.version, row.recorded_at, row.recorded_by,
                                 row.reason, row.snapshot});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertVersion, 6, values).status();
}

}  // namespace jz::identification
