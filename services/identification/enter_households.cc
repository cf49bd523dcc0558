#include "services/identification/enter_households.h"

#include <vector>

#include "common/status/status.h"
#include "services/identification/record_household.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/income_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

// One version for each step of the household's past, so that a consumer of the feed can follow it.
void AppendChanges(const NewHousehold& entered, const Household& stored,
                   std::vector<HouseholdChange>& changes) {
  const ImportedHousehold& imported = entered.imported;
  if (imported.adjustments.empty()) {
    changes.push_back({.household = stored,
                       .members = imported.members,
                       .adjustment = std::nullopt,
                       .reason = "IMPORTED",
                       .facts = entered.facts});
  }
  int64_t version = 0;
  for (const Adjustment& adjustment : imported.adjustments) {
    HouseholdChange change{.household = stored,
                           .members = imported.members,
                           .adjustment = adjustment,
                           .reason = "IMPORTED",
                           .facts = entered.facts};
    change.household.version = ++version;
    change.household.state = adjustment.state_after;
    change.household.state_since = adjustment.effective_date;
    changes.push_back(std::move(change));
  }
}

}  // namespace

absl::Status EnterHouseholds(sql::Transaction& tx, absl::Span<const NewHousehold* const> entered,
                             const EnteredBy& by) {
  std::vector<Household> households;
  std::vector<Person> persons;
  std::vector<HouseholdIncome> incomes;
  std::vector<HouseholdChange> changes;
  for (const NewHousehold* entry : entered) {
    const ImportedHousehold& imported = entry->imported;
    Household household = imported.household;
    household.import_job = by.job.value();
    household.created_by = household.updated_by = by.author;
    household.created_at = household.updated_at = by.now;
    AppendChanges(*entry, household, changes);
    persons.insert(persons.end(), imported.members.begin(), imported.members.end());
    if (imported.income.year != 0) {
      HouseholdIncome& income = incomes.emplace_back();
      income.household = household.id;
      income.statement = imported.income;
      income.statement.recorded_by = by.author;
      income.statement.recorded_at = by.now;
    }
    households.push_back(std::move(household));
  }
  JZ_RETURN_IF_ERROR(InsertHouseholds(tx, households));
  JZ_RETURN_IF_ERROR(InsertPersons(tx, persons));
  JZ_RETURN_IF_ERROR(InsertIncomes(tx, incomes));
  return RecordNewHouseholds(tx, changes, {.recorded_by = by.author, .recorded_at = by.now});
}

}  // namespace jz::identification
