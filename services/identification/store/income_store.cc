#include "services/identification/store/income_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kInsert[] =
    "INSERT INTO income_statement (household_id, year, version, wage_fen, business_fen, "
    "property_fen, transfer_fen, cost_fen, net_fen, net_per_head_fen, member_count, reason, "
    "recorded_by, recorded_at_us, items) VALUES";
constexpr int kInsertColumns = 15;
constexpr char kSelect[] =
    "SELECT household_id, year, version, wage_fen, business_fen, property_fen, transfer_fen, "
    "cost_fen, net_fen, net_per_head_fen, member_count, reason, recorded_by, recorded_at_us, items "
    "FROM income_statement ";

HouseholdIncome ReadIncome(const sql::Row& row) {
  IncomeStatement statement;
  statement.year = static_cast<int>(row.Int(1));
  statement.version = static_cast<int>(row.Int(2));
  statement.items = {.wage_fen = row.Int(3),
                     .business_fen = row.Int(4),
                     .property_fen = row.Int(5),
                     .transfer_fen = row.Int(6),
                     .cost_fen = row.Int(7)};
  statement.net_fen = row.Int(8);
  statement.net_per_head_fen = row.Int(9);
  statement.member_count = static_cast<int>(row.Int(10));
  statement.reason = row.Text(11);
  statement.recorded_by = row.Text(12);
  statement.recorded_at = row.Time(13);
  statement.record = row.Text(14);
  return {.household = row.IdOf<HouseholdId>(0), .statement = std::move(statement)};
}

}  // namespace

absl::StatusOr<std::vector<HouseholdIncome>> LoadLatestIncomes(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  // A household has few statements: reading them all in key order is cheaper than a self-join.
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdIncome> all, LoadIncomes(tx, households));
  std::vector<HouseholdIncome> latest;
  for (HouseholdIncome& income : all) {
    if (!latest.empty() && latest.back().household == income.household) {
      latest.back() = std::move(income);
    } else {
      latest.push_back(std::move(income));
    }
  }
  return latest;
}

absl::StatusOr<std::vector<HouseholdIncome>> LoadIncomes(sql::Transaction& tx,
                                                         absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<HouseholdIncome>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(absl::StrCat(kSelect, "WHERE household_id IN (", sql::InList(households.size()),
                                ") ORDER BY household_id, year, version"),
                   values, ReadIncome);
}

absl::Status InsertIncomes(sql::Transaction& tx, absl::Span<const HouseholdIncome> rows) {
  sql::Values values;
  for (const HouseholdIncome& row : rows) {
    const IncomeStatement& s = row.statement;
    values.insert(values.end(),
                  {row.household, s.year, s.version, s.items.wage_fen, s.items.business_fen,
                   s.items.property_fen, s.items.transfer_fen, s.items.cost_fen, s.net_fen,
                   s.net_per_head_fen, s.member_count, s.reason, s.recorded_by, s.recorded_at,
                   s.record.empty() ? sql::Value() : sql::Value(s.record)});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, values).status();
}

}  // namespace jz::identification
