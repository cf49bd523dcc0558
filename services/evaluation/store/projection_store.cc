#include "services/evaluation/store/projection_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::evaluation {
namespace {

// The state row that holds for household h on a day, as alias $0, with a further condition $1 on
// the row.
constexpr char kStateJoin[] =
    " LEFT JOIN projected_household_state $0 ON $0.household_id = h.id AND ($0.from_date, "
    "$0.version) = "
    "(SELECT p.from_date, p.version FROM projected_household_state p WHERE p.household_id = h.id "
    "AND p.from_date <= ?$1 "
    "ORDER BY p.from_date DESC, p.version DESC LIMIT 1)";

std::string StateJoin(absl::string_view alias, absl::string_view condition = "") {
  return absl::Substitute(kStateJoin, alias, condition);
}

}  // namespace

absl::StatusOr<std::vector<HouseholdGroup>> GroupHouseholds(sql::Transaction& tx,
                                                            const auth::RegionScope& scope,
                                                            const Period& period) {
  const Date before = period.start - 1;
  sql::Values values = {before, before, period.end, period.end,
                        before, before, period.end, period.end};
  std::string inner = sql::ScopeClause(scope, "g.region_code", values);
  values.push_back(before);
  values.push_back(period.end);
  values.push_back(period.end);
  std::string outer = sql::ScopeClause(scope, "h.region_code", values);
  std::string sql = absl::StrCat(
      "SELECT o.state, c.state, k.kind, k.reason, COUNT(*), COALESCE(SUM(m.at_opening), 0), "
      "COALESCE(SUM(m.at_closing), 0), COALESCE(SUM(m.at_both), 0) FROM projected_household h LEFT "
      "JOIN ("
      "SELECT n.household_id, SUM(n.joined_date <= ? AND (n.left_date IS NULL OR n.left_date > ?)) "
      "at_opening, "
      "SUM(n.joined_date <= ? AND (n.left_date IS NULL OR n.left_date > ?)) at_closing, "
      "SUM(n.joined_date <= ? AND (n.left_date IS NULL OR n.left_date > ?) AND n.joined_date <= ? "
      "AND "
      "(n.left_date IS NULL OR n.left_date > ?)) at_both "
      "FROM projected_member n JOIN projected_household g ON g.id = n.household_id WHERE ",
      inner, " GROUP BY n.household_id) m ON m.household_id = h.id", StateJoin("o"), StateJoin("c"),
      StateJoin("k", " AND p.state_before <> p.state"), " WHERE ", outer,
      " GROUP BY o.state, c.state, k.kind, k.reason");
  return tx.Select(sql, values, [](const sql::Row& row) {
    return HouseholdGroup{.opening_state = static_cast<int>(row.Int(0)),
                          .closing_state = static_cast<int>(row.Int(1)),
                          .kind = static_cast<int>(row.Int(2)),
                          .reason = row.Text(3),
                          .households = row.Int(4),
                          .members_at_opening = row.Int(5),
                          .members_at_closing = row.Int(6),
                          .members_at_both = row.Int(7)};
  });
}

absl::StatusOr<Coverage> CountCoverage(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const Period& period) {
  sql::Values values = {period.end,   period.end, period.end.year(),
                        period.start, period.end, period.end};
  std::string clause = sql::ScopeClause(scope, "h.region_code", values);
  Coverage coverage;
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(
          "SELECT COUNT(*), "
          "COALESCE(SUM(EXISTS (SELECT 1 FROM projected_pairing g WHERE g.household_id = h.id AND "
          "g.from_date <= ? AND g.to_date >= ?)), 0), "
          "COALESCE(SUM(EXISTS (SELECT 1 FROM projected_plan l WHERE l.household_id = h.id AND "
          "l.year = ?)), 0), "
          "COALESCE(SUM(EXISTS (SELECT 1 FROM projected_visit v WHERE v.household_id = h.id AND "
          "v.visit_date BETWEEN ? AND ?)), 0) FROM projected_household h",
          StateJoin("s"), " WHERE s.state IN (2, 3) AND ", clause),
      values, [&](const sql::Row& row) {
        coverage = {row.Int(0), row.Int(1), row.Int(2), row.Int(3)};
      }));
  return coverage;
}

absl::StatusOr<std::vector<FundTotal>> SumPayments(sql::Transaction& tx,
                                                   const auth::RegionScope& scope,
                                                   const Period& period) {
  sql::Values values = {period.start, period.end};
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat("SELECT purpose, COUNT(*), COUNT(DISTINCT household_id), "
                                "SUM(amount_fen), MAX(standard_fen), "
                                "SUM(standard_fen > 0 AND amount_fen <> standard_fen), "
                                "SUM(item_count) FROM projected_payment "
                                "WHERE paid_date BETWEEN ? AND ? AND ",
                                clause, " GROUP BY purpose ORDER BY purpose"),
                   values, [](const sql::Row& row) {
                     return FundTotal{.purpose = row.Text(0),
                                      .payment_count = row.Int(1),
                                      .household_count = row.Int(2),
                                      .total_fen = row.Int(3),
                                      .standard_fen = row.Int(4),
                                      .off_standard_count = row.Int(5),
                                      .item_count = row.Int(6)};
                   });
}

absl::StatusOr<ProjectionCounts> CountProjections(sql::Transaction& tx,
                                                  const auth::RegionScope& scope) {
  ProjectionCounts counts;
  JZ_ASSIGN_OR_RETURN(feed::ProjectionCounts households, feed::CountHouseholds(tx, scope));
  counts.households = households.households;
  counts.registered = households.registered;
  auto count = [&](const char* table, int64_t& out) {
    sql::Values values;
    std::string clause = sql::ScopeClause(scope, "region_code", values);
    return tx.Query(absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE ", clause), values,
                    [&](const sql::Row& row) { out = row.Int(0); });
  };
  JZ_RETURN_IF_ERROR(count("projected_pairing", counts.pairings));
  JZ_RETURN_IF_ERROR(count("projected_visit", counts.visits));
  JZ_RETURN_IF_ERROR(count("projected_payment", counts.payments));
  return counts;
}

}  // namespace jz::evaluation
