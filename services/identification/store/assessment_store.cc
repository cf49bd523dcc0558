#include "services/identification/store/assessment_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelectDepartures[] =
    "SELECT household_id, left_on, left_reason FROM person WHERE left_on IS NOT NULL AND "
    "household_id IN (";
// Later versions of a statement, and later admissions, come later and win.
constexpr char kSelectAdmissionIncomes[] =
    "SELECT a.household_id, a.effective_date, i.net_per_head_fen FROM adjustment a "
    "JOIN income_statement i ON i.household_id = a.household_id "
    "AND i.year = YEAR(a.effective_date) WHERE a.kind = 1 AND a.household_id IN (";

}  // namespace

absl::StatusOr<int64_t> CountHouseholds(sql::Transaction& tx, const auth::RegionScope& scope,
                                        const std::vector<HouseholdState>& states) {
  sql::Values values;
  for (HouseholdState state : states) values.push_back(static_cast<int>(state));
  sql::PadInList(values, states.size());
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  JZ_ASSIGN_OR_RETURN(auto count,
                      tx.SelectOne(absl::StrCat("SELECT COUNT(*) FROM household WHERE state IN (",
                                                sql::InList(states.size()), ") AND ", in_scope),
                                   values, [](const sql::Row& row) { return row.Int(0); }));
  return count.value_or(0);
}

absl::StatusOr<std::vector<HouseholdDeparture>> LoadDepartures(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<HouseholdDeparture>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(absl::StrCat(kSelectDepartures, sql::InList(households.size()), ")"), values,
                   [](const sql::Row& row) {
                     return HouseholdDeparture{
                         .household = row.IdOf<HouseholdId>(0),
                         .departure = {.left_on = row.Day(1), .reason = row.Text(2)}};
                   });
}

absl::StatusOr<std::vector<AdmissionIncome>> LoadAdmissionIncomes(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<AdmissionIncome>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(absl::StrCat(kSelectAdmissionIncomes, sql::InList(households.size()),
                                ") ORDER BY a.household_id, a.seq, i.version"),
                   values, [](const sql::Row& row) {
                     return AdmissionIncome{.household = row.IdOf<HouseholdId>(0),
                                            .admitted_on = row.Day(1),
                                            .net_per_head_fen = row.Int(2)};
                   });
}

}  // namespace jz::identification
