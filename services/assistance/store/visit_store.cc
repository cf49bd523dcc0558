#include "services/assistance/store/visit_store.h"

#include "absl/strings/str_cat.h"
#include "common/feed/households.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::assistance {
namespace {

constexpr char kInsert[] =
    "INSERT INTO visit (id, region_code, cadre_id, client_id, household_id, visit_date, summary, "
    "stored_at_us, "
    "recorded_by, recorded_at_us) VALUES";
constexpr char kSelect[] =
    "SELECT id, region_code, cadre_id, client_id, household_id, visit_date, summary, stored_at_us "
    "FROM visit WHERE ";

Visit ToVisit(const sql::Row& row) {
  return {VisitId(row.Int(0)), row.Region(1), CadreId(row.Int(2)), row.Text(3),
          row.Int(4),          row.Day(5),    row.Text(6),         row.Time(7)};
}

}  // namespace

absl::Status InsertVisits(sql::Transaction& tx, const std::vector<Visit>& visits,
                          const Recorded& recorded) {
  sql::Values rows;
  rows.reserve(visits.size() * 10);
  for (const Visit& visit : visits) {
    for (sql::Value value :
         {sql::Value(visit.id), sql::Value(visit.region), sql::Value(visit.cadre),
          sql::Value(visit.client_id), sql::Value(visit.household), sql::Value(visit.date),
          sql::Value(visit.summary), sql::Value(visit.stored_at), sql::Value(recorded.by),
          sql::Value(recorded.at)}) {
      rows.push_back(std::move(value));
    }
  }
  return tx.InsertRows(kInsert, 10, rows).status();
}

absl::StatusOr<std::vector<Visit>> VisitsByClientId(sql::Transaction& tx,
                                                    const std::vector<Visit>& uploaded) {
  if (uploaded.empty()) return std::vector<Visit>();
  sql::Values values;
  for (const Visit& visit : uploaded) values.push_back(visit.cadre);
  sql::PadInList(values, uploaded.size());
  sql::Values clients;
  for (const Visit& visit : uploaded) clients.push_back(visit.client_id);
  sql::PadInList(clients, uploaded.size());
  values.insert(values.end(), clients.begin(), clients.end());
  return tx.Select(absl::StrCat(kSelect, "cadre_id IN (", sql::InList(uploaded.size()),
                                ") AND client_id IN (", sql::InList(uploaded.size()), ")"),
                   values, ToVisit);
}

absl::StatusOr<std::vector<Visit>> ListVisits(sql::Transaction& tx, const auth::RegionScope& scope,
                                              int64_t household, const Page& page) {
  sql::Values values = {page.after};
  std::string where = absl::StrCat("id > ? AND ", sql::ScopeClause(scope, "region_code", values));
  if (household != 0) {
    where += " AND household_id = ?";
    values.push_back(household);
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY id LIMIT ?"), values, ToVisit);
}

absl::StatusOr<CoverageCounts> CountCoverage(sql::Transaction& tx, const auth::RegionScope& scope,
                                             Date as_of, Date visits_from) {
  sql::Values values = {as_of, as_of, as_of.year(), visits_from, as_of, as_of};
  std::string clause = sql::ScopeClause(scope, "h.region_code", values);
  std::string sql = absl::StrCat(
      "SELECT h.id, "
      "EXISTS (SELECT 1 FROM pairing g WHERE g.household_id = h.id AND g.from_date <= ? AND "
      "g.to_date >= ?), "
      "EXISTS (SELECT 1 FROM plan l WHERE l.household_id = h.id AND l.year = ?), "
      "EXISTS (SELECT 1 FROM visit v WHERE v.household_id = h.id AND v.visit_date BETWEEN ? AND ?) "
      "FROM projected_household h JOIN projected_household_state s ON ",
      feed::StateOnDayJoin(), " WHERE s.state IN (2, 3) AND ", clause);
  CoverageCounts counts;
  JZ_RETURN_IF_ERROR(tx.Query(sql, values, [&](const sql::Row& row) {
    ++counts.households;
    counts.paired += row.Int(1);
    counts.planned += row.Int(2);
    counts.visited += row.Int(3);
    if (!row.Bool(1) && counts.unpaired.size() < 100) counts.unpaired.push_back(row.Int(0));
  }));
  return counts;
}

}  // namespace jz::assistance
