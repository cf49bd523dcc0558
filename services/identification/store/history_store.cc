#include "services/identification/store/history_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT v.household_id, v.version, v.reason, v.snapshot, v.recorded_by, v.recorded_at_us FROM "
    "household_version v ";

HouseholdVersion ReadVersion(const sql::Row& row) {
  return {.household = row.IdOf<HouseholdId>(0),
          .version = row.Int(1),
          .reason = row.Text(2),
          .snapshot = row.Text(3),
          .recorded_by = row.Text(4),
          .recorded_at = row.Time(5)};
}

sql::Values IdsOf(absl::Span<const HouseholdId> households) {
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return values;
}

}  // namespace

absl::StatusOr<std::vector<HouseholdVersion>> ListVersionsAt(
    sql::Transaction& tx, absl::Span<const HouseholdId> households, absl::Time at) {
  if (households.empty()) return std::vector<HouseholdVersion>();
  sql::Values values = IdsOf(households);
  values.push_back(at);
  return tx.Select(absl::StrCat(kSelect,
                                "JOIN (SELECT household_id, MAX(version) AS version FROM "
                                "household_version WHERE household_id IN (",
                                sql::InList(households.size()),
                                ") AND recorded_at_us <= ? GROUP BY household_id) l ON "
                                "l.household_id = v.household_id AND l.version = v.version ORDER "
                                "BY v.household_id"),
                   values, ReadVersion);
}

absl::StatusOr<std::vector<HouseholdVersion>> ListVersions(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<HouseholdVersion>();
  return tx.Select(
      absl::StrCat(kSelect, "WHERE v.household_id IN (", sql::InList(households.size()),
                   ") ORDER BY v.household_id, v.version"),
      IdsOf(households), ReadVersion);
}

absl::StatusOr<std::vector<HouseholdId>> ListEverInVillage(sql::Transaction& tx, RegionCode village,
                                                           HouseholdId after, int limit) {
  return tx.Select(
      "(SELECT id FROM household WHERE region_code = ? AND id > ? ORDER BY id LIMIT ?) UNION "
      "(SELECT household_id FROM past_village WHERE region_code = ? AND household_id > ? ORDER BY "
      "household_id LIMIT ?) ORDER BY id LIMIT ?",
      {village, after, limit, village, after, limit, limit},
      [](const sql::Row& row) { return row.IdOf<HouseholdId>(0); });
}

absl::Status InsertPastVillages(sql::Transaction& tx,
                                absl::Span<const std::pair<RegionCode, HouseholdId>> pairs) {
  sql::Values values;
  for (const auto& [village, household] : pairs) {
    values.insert(values.end(), {village, household});
  }
  if (values.empty()) return absl::OkStatus();
  return tx
      .InsertRows("INSERT IGNORE INTO past_village (region_code, household_id) VALUES", 2, values)
      .status();
}

absl::StatusOr<std::vector<VillageSnapshot>> ListVillageSnapshots(sql::Transaction& tx,
                                                                  RegionCode village) {
  return tx.Select(
      "SELECT recorded_at_us, snapshot FROM village_version WHERE region_code = ? ORDER BY version",
      {village}, [](const sql::Row& row) {
        return VillageSnapshot{.recorded_at = row.Time(0), .snapshot = row.Text(1)};
      });
}

absl::StatusOr<std::optional<VillageRow>> FindVillageAt(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        RegionCode village, absl::Time at) {
  sql::Values values = {village, at};
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.SelectOne(
      absl::StrCat("SELECT region_code, version, snapshot, recorded_by, recorded_at_us FROM "
                   "village_version WHERE region_code = ? AND recorded_at_us <= ? AND ",
                   in_scope, " ORDER BY version DESC LIMIT 1"),
      values, [](const sql::Row& row) {
        return VillageRow{.region = row.Region(0),
                          .version = row.Int(1),
                          .facts = row.Text(2),
                          .updated_by = row.Text(3),
                          .updated_at = row.Time(4)};
      });
}

absl::StatusOr<std::optional<RegionCode>> NextRecordedVillage(sql::Transaction& tx,
                                                              RegionCode after, int64_t last) {
  std::optional<RegionCode> next;
  for (const char* table : {"household", "past_village", "village_version", "statistic_delta"}) {
    JZ_RETURN_IF_ERROR(tx.Query(absl::StrCat("SELECT MIN(region_code) FROM ", table,
                                             " WHERE region_code > ? AND region_code <= ?"),
                                {after, last}, [&](const sql::Row& row) {
                                  if (row.IsNull(0)) return;
                                  next = next ? std::min(*next, row.Region(0)) : row.Region(0);
                                }));
  }
  return next;
}

absl::StatusOr<std::vector<HouseholdId>> FindHouseholdsOfBirths(sql::Transaction& tx,
                                                                absl::Span<const Date> births) {
  sql::Values values(births.begin(), births.end());
  sql::PadInList(values, births.size());
  return tx.Select(absl::StrCat("SELECT DISTINCT household_id FROM person WHERE birth_date IN (",
                                sql::InList(births.size()), ") ORDER BY household_id"),
                   values, [](const sql::Row& row) { return row.IdOf<HouseholdId>(0); });
}

}  // namespace jz::identification
