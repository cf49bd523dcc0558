// Rules of the language as SELECT COUNT(*) over wide tables, written the way a person would who has
// the same columns: for comparing counts and cost.
#pragma once

#include <optional>
#include <string>

#include "services/identification/rules/expr.h"
#include "services/identification/rules/rule_text.h"

namespace jz::identification::bench {

// Tables: wide_household (household_id, columns of HouseholdItems as hh_…, of MonitoringItems as
// mo_…), wide_person and wide_former (household_id, household_type, monitored_category, columns of
// PersonItems as p_…), wide_work and wide_plan (person_id, seq, columns as w_… and l_…). Missing
// values are NULL, sets of codes "1,4".
//
// nullopt for what has no short form in SQL: macros over sets of codes, values of income.
std::optional<std::string> CountStatement(const rules::Expr& condition, rules::Scope scope,
                                          rules::Population population, int exited_code,
                                          int64_t today);

// "p_", "w_", "l_" for rows of lists.
std::string ColumnPrefix(const std::string& message);

}  // namespace jz::identification::bench
