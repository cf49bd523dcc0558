#include "services/assistance/store/plan_store.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::assistance {
namespace {

constexpr char kInsertPlan[] =
    "INSERT INTO plan (id, region_code, household_id, year, version, created_by, created_at_us) "
    "VALUES";
constexpr char kInsertMeasure[] =
    "INSERT INTO measure (id, plan_id, measure_group, description, due_date) VALUES";
constexpr char kSelectPlan[] =
    "SELECT id, region_code, household_id, year, version FROM plan WHERE ";
constexpr char kSelectMeasure[] =
    "SELECT id, plan_id, measure_group, description, due_date, done_date FROM measure WHERE "
    "plan_id IN (";

Plan ToPlan(const sql::Row& row) {
  return {PlanId(row.Int(0)),           row.Region(1), row.Int(2),
          static_cast<int>(row.Int(3)), row.Int(4),    {}};
}

Measure ToMeasure(const sql::Row& row) {
  Measure measure{MeasureId(row.Int(0)), PlanId(row.Int(1)), row.Text(2),
                  row.Text(3),           row.Day(4),         std::nullopt};
  if (!row.IsNull(5)) measure.done = row.Day(5);
  return measure;
}

absl::StatusOr<std::vector<Plan>> WithMeasures(sql::Transaction& tx,
                                               absl::StatusOr<std::vector<Plan>> plans) {
  if (!plans.ok() || plans->empty()) return plans;
  sql::Values values;
  absl::flat_hash_map<int64_t, Plan*> by_id;
  for (Plan& plan : *plans) {
    values.push_back(plan.id);
    by_id[plan.id.value()] = &plan;
  }
  sql::PadInList(values, plans->size());
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(kSelectMeasure, sql::InList(plans->size()), ") ORDER BY id"), values,
      [&](const sql::Row& row) { by_id[row.Int(1)]->measures.push_back(ToMeasure(row)); }));
  return plans;
}

}  // namespace

absl::Status InsertPlans(sql::Transaction& tx, const std::vector<Plan>& plans,
                         const Recorded& recorded) {
  sql::Values plan_rows;
  sql::Values measure_rows;
  for (const Plan& plan : plans) {
    for (sql::Value value :
         {sql::Value(plan.id), sql::Value(plan.region), sql::Value(plan.household),
          sql::Value(plan.year), sql::Value(plan.version), sql::Value(recorded.by),
          sql::Value(recorded.at)}) {
      plan_rows.push_back(std::move(value));
    }
    for (const Measure& measure : plan.measures) {
      for (sql::Value value :
           {sql::Value(measure.id), sql::Value(plan.id), sql::Value(measure.group),
            sql::Value(measure.description), sql::Value(measure.due)}) {
        measure_rows.push_back(std::move(value));
      }
    }
  }
  absl::Status inserted = tx.InsertRows(kInsertPlan, 7, plan_rows).status();
  if (absl::IsAlreadyExists(inserted)) {
    return AlreadyExists("PLAN_EXISTS", {}, "a household of the request has a plan of that year");
  }
  JZ_RETURN_IF_ERROR(inserted);
  return tx.InsertRows(kInsertMeasure, 5, measure_rows).status();
}

absl::StatusOr<std::vector<Plan>> ListPlans(sql::Transaction& tx, const auth::RegionScope& scope,
                                            int year, const Page& page) {
  sql::Values values = {page.after};
  std::string where = absl::StrCat("id > ? AND ", sql::ScopeClause(scope, "region_code", values));
  if (year != 0) {
    where += " AND year = ?";
    values.push_back(year);
  }
  values.push_back(page.limit);
  return WithMeasures(
      tx, tx.Select(absl::StrCat(kSelectPlan, where, " ORDER BY id LIMIT ?"), values, ToPlan));
}

absl::StatusOr<std::vector<Plan>> PlansById(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const std::vector<int64_t>& ids) {
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return WithMeasures(tx, tx.Select(absl::StrCat(kSelectPlan, "id IN (", sql::InList(ids.size()),
                                                 ") AND ", clause, " ORDER BY id"),
                                    values, ToPlan));
}

absl::StatusOr<std::vector<Plan>> LockPlansOfMeasures(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const std::vector<int64_t>& measures) {
  sql::Values values(measures.begin(), measures.end());
  sql::PadInList(values, measures.size());
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return WithMeasures(
      tx, tx.Select(absl::StrCat(kSelectPlan, "id IN (SELECT plan_id FROM measure WHERE id IN (",
                                 sql::InList(measures.size()), ")) AND ", clause,
                                 " ORDER BY id FOR UPDATE"),
                    values, ToPlan));
}

absl::Status CompleteMeasures(sql::Transaction& tx, const std::vector<int64_t>& measures,
                              const std::vector<int64_t>& plans, Date done, const std::string& by) {
  sql::Values values = {done, by};
  for (int64_t id : measures) values.push_back(id);
  sql::PadInList(values, measures.size());
  JZ_RETURN_IF_ERROR(
      tx.Execute(absl::StrCat("UPDATE measure SET done_date = ?, done_by = ? WHERE id IN (",
                              sql::InList(measures.size()), ")"),
                 values)
          .status());
  sql::Values plan_ids(plans.begin(), plans.end());
  sql::PadInList(plan_ids, plans.size());
  return tx
      .Execute(absl::StrCat("UPDATE plan SET version = version + 1 WHERE id IN (",
                            sql::InList(plans.size()), ")"),
               plan_ids)
      .status();
}

}  // namespace jz::assistance
