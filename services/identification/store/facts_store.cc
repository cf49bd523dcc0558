#include "services/identification/store/facts_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] = "SELECT household_id, region_code, version, facts FROM household_facts ";
constexpr char kInsert[] =
    "INSERT INTO household_facts (household_id, region_code, version, facts, household_type, "
    "monitored_category, risks, risk_eliminated, housing_grade) VALUES";
constexpr int kInsertColumns = 9;
constexpr char kReplaceTail[] =
    "ON DUPLICATE KEY UPDATE region_code = VALUES(region_code), version = VALUES(version), facts = "
    "VALUES(facts), household_type = VALUES(household_type), monitored_category = "
    "VALUES(monitored_category), risks = VALUES(risks), risk_eliminated = "
    "VALUES(risk_eliminated), housing_grade = VALUES(housing_grade)";

FactsRow ReadFacts(const sql::Row& row) {
  return {.household = row.IdOf<HouseholdId>(0),
          .region = row.Region(1),
          .version = row.Int(2),
          .facts = row.Text(3)};
}

}  // namespace

absl::StatusOr<std::vector<FactsRow>> LoadFacts(sql::Transaction& tx,
                                                absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<FactsRow>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(absl::StrCat(kSelect, "WHERE household_id IN (", sql::InList(households.size()),
                                ") ORDER BY household_id"),
                   values, ReadFacts);
}

absl::StatusOr<std::vector<FactsRow>> ListFacts(sql::Transaction& tx, const FactsPage& page) {
  return tx.Select(
      absl::StrCat(kSelect,
                   "WHERE region_code BETWEEN ? AND ? AND region_code >= ? AND (region_code > ? OR "
                   "household_id > ?) ORDER BY region_code, household_id LIMIT ?"),
      {page.region, page.region.Last(), page.after_region, page.after_region, page.after_household,
       page.limit},
      ReadFacts);
}

absl::StatusOr<int64_t> CountFacts(sql::Transaction& tx, RegionCode region) {
  JZ_ASSIGN_OR_RETURN(
      auto count,
      tx.SelectOne("SELECT COUNT(*) FROM household_facts WHERE region_code BETWEEN ? AND ?",
                   {region, region.Last()}, [](const sql::Row& row) { return row.Int(0); }));
  return count.value_or(0);
}

absl::Status UpsertFacts(sql::Transaction& tx, absl::Span<const FactsRow> rows) {
  sql::Values values;
  values.reserve(rows.size() * kInsertColumns);
  for (const FactsRow& row : rows) {
    const FactsIndex& index = row.index;
    values.insert(values.end(), {row.household, row.region, row.version, row.facts,
                                 index.household_type, index.monitored_category, index.risks,
                                 index.risk_eliminated, index.housing_grade});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, values, kReplaceTail).status();
}

}  // namespace jz::identification
