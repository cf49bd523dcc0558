#include "services/assistance/store/pairing_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::assistance {
namespace {

constexpr char kInsert[] =
    "INSERT INTO pairing (id, region_code, household_id, cadre_id, from_date, to_date, version, "
    "created_by, created_at_us) "
    "VALUES";
constexpr char kSelect[] =
    "SELECT id, region_code, household_id, cadre_id, from_date, to_date, version FROM pairing "
    "WHERE ";

Pairing ToPairing(const sql::Row& row) {
  return {PairingId(row.Int(0)),
          row.Region(1),
          row.Int(2),
          CadreId(row.Int(3)),
          row.Day(4),
          row.Day(5),
          row.Int(6)};
}

}  // namespace

absl::Status InsertPairings(sql::Transaction& tx, const std::vector<Pairing>& pairings,
                            const Recorded& recorded) {
  sql::Values rows;
  for (const Pairing& pairing : pairings) {
    for (sql::Value value :
         {sql::Value(pairing.id), sql::Value(pairing.region), sql::Value(pairing.household),
          sql::Value(pairing.cadre), sql::Value(pairing.from), sql::Value(pairing.to),
          sql::Value(pairing.version), sql::Value(recorded.by), sql::Value(recorded.at)}) {
      rows.push_back(std::move(value));
    }
  }
  return tx.InsertRows(kInsert, 9, rows).status();
}

absl::StatusOr<std::vector<Pairing>> PairingsOf(sql::Transaction& tx,
                                                const std::vector<int64_t>& households,
                                                const std::vector<int64_t>& cadres) {
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  sql::Values more(cadres.begin(), cadres.end());
  sql::PadInList(more, cadres.size());
  values.insert(values.end(), more.begin(), more.end());
  return tx.Select(absl::StrCat(kSelect, "household_id IN (", sql::InList(households.size()),
                                ") OR cadre_id IN (", sql::InList(cadres.size()), ")"),
                   values, ToPairing);
}

absl::StatusOr<std::vector<Pairing>> LockPairings(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const std::vector<int64_t>& ids) {
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "id IN (", sql::InList(ids.size()), ") AND ", clause,
                                " ORDER BY id FOR UPDATE"),
                   values, ToPairing);
}

absl::Status EndPairings(sql::Transaction& tx, const std::vector<int64_t>& ids, Date to) {
  sql::Values values = {to};
  for (int64_t id : ids) values.push_back(id);
  sql::PadInList(values, ids.size());
  return tx
      .Execute(absl::StrCat("UPDATE pairing SET to_date = ?, version = version + 1 WHERE id IN (",
                            sql::InList(ids.size()), ")"),
               values)
      .status();
}

absl::StatusOr<std::vector<Pairing>> ListPairings(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const PairingFilter& filter, const Page& page) {
  sql::Values values = {page.after};
  std::string where = absl::StrCat("id > ? AND ", sql::ScopeClause(scope, "region_code", values));
  if (filter.household != 0) {
    where += " AND household_id = ?";
    values.push_back(filter.household);
  }
  if (filter.cadre != 0) {
    where += " AND cadre_id = ?";
    values.push_back(filter.cadre);
  }
  if (filter.as_of) {
    where += " AND from_date <= ? AND to_date >= ?";
    values.push_back(*filter.as_of);
    values.push_back(*filter.as_of);
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY id LIMIT ?"), values, ToPairing);
}

}  // namespace jz::assistance
