#include "services/assistance/store/party_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::assistance {
namespace {

constexpr char kInsertUnit[] =
    "INSERT INTO unit (id, region_code, code, title, level, created_by, created_at_us) VALUES";
constexpr char kSelectUnit[] = "SELECT id, region_code, code, title, level FROM unit WHERE ";
constexpr char kInsertCadre[] =
    "INSERT INTO cadre (id, region_code, unit_id, staff_number, display_name, phone_sealed, "
    "household_limit, created_by, "
    "created_at_us) VALUES";
constexpr char kSelectCadre[] =
    "SELECT id, region_code, unit_id, staff_number, display_name, phone_sealed, household_limit "
    "FROM cadre WHERE ";

Unit ToUnit(const sql::Row& row) {
  return {UnitId(row.Int(0)), row.Region(1), row.Text(2), row.Text(3), row.Text(4)};
}

Cadre ToCadre(const sql::Row& row) {
  return {CadreId(row.Int(0)), row.Region(1), UnitId(row.Int(2)),          row.Text(3),
          row.Text(4),         row.Text(5),   static_cast<int>(row.Int(6))};
}

template <class Map>
auto SelectPage(sql::Transaction& tx, const char* select, const auth::RegionScope& scope,
                const Page& page, Map map) {
  sql::Values values = {page.after};
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(select, "id > ? AND ", clause, " ORDER BY id LIMIT ?"), values,
                   map);
}

template <class Map>
auto SelectIds(sql::Transaction& tx, const char* select, const auth::RegionScope& scope,
               const std::vector<int64_t>& ids, absl::string_view lock, Map map)
    -> absl::StatusOr<std::vector<decltype(map(std::declval<const sql::Row&>()))>> {
  if (ids.empty()) return std::vector<decltype(map(std::declval<const sql::Row&>()))>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(select, "id IN (", sql::InList(ids.size()), ") AND ", clause,
                                " ORDER BY id", lock),
                   values, map);
}

}  // namespace

absl::Status InsertUnits(sql::Transaction& tx, const std::vector<Unit>& units,
                         const Recorded& recorded) {
  sql::Values rows;
  for (const Unit& unit : units) {
    for (sql::Value value : {sql::Value(unit.id), sql::Value(unit.region), sql::Value(unit.code),
                             sql::Value(unit.title), sql::Value(unit.level),
                             sql::Value(recorded.by), sql::Value(recorded.at)}) {
      rows.push_back(std::move(value));
    }
  }
  return tx.InsertRows(kInsertUnit, 7, rows).status();
}

absl::StatusOr<std::vector<Unit>> ListUnits(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const Page& page) {
  return SelectPage(tx, kSelectUnit, scope, page, ToUnit);
}

absl::StatusOr<std::vector<Unit>> UnitsById(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const std::vector<int64_t>& ids) {
  return SelectIds(tx, kSelectUnit, scope, ids, "", ToUnit);
}

absl::Status InsertCadres(sql::Transaction& tx, const std::vector<Cadre>& cadres,
                          const Recorded& recorded) {
  sql::Values rows;
  for (const Cadre& cadre : cadres) {
    for (sql::Value value : {sql::Value(cadre.id), sql::Value(cadre.region), sql::Value(cadre.unit),
                             sql::Value(cadre.staff_number), sql::Value(cadre.display_name),
                             sql::Value(cadre.phone_sealed), sql::Value(cadre.household_limit),
                             sql::Value(recorded.by), sql::Value(recorded.at)}) {
      rows.push_back(std::move(value));
    }
  }
  return tx.InsertRows(kInsertCadre, 9, rows).status();
}

absl::StatusOr<std::vector<Cadre>> ListCadres(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const Page& page) {
  return SelectPage(tx, kSelectCadre, scope, page, ToCadre);
}

absl::StatusOr<std::vector<Cadre>> CadresById(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const std::vector<int64_t>& ids) {
  return SelectIds(tx, kSelectCadre, scope, ids, "", ToCadre);
}

absl::StatusOr<std::vector<Cadre>> LockCadres(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const std::vector<int64_t>& ids) {
  return SelectIds(tx, kSelectCadre, scope, ids, " FOR UPDATE", ToCadre);
}

}  // namespace jz::assistance
