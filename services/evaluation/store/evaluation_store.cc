#include "services/evaluation/store/evaluation_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::evaluation {
namespace {

constexpr char kInsert[] =
    "INSERT INTO evaluation (id, region_code, period_start, period_end, result, created_by, "
    "created_at_us) VALUES";
constexpr char kSelect[] =
    "SELECT id, region_code, period_start, period_end, result, created_by, created_at_us FROM "
    "evaluation WHERE ";

StoredEvaluation ToEvaluation(const sql::Row& row) {
  return {EvaluationId(row.Int(0)),
          row.Region(1),
          {row.Day(2), row.Day(3)},
          row.Text(4),
          row.Text(5),
          row.Time(6)};
}

}  // namespace

absl::Status InsertEvaluation(sql::Transaction& tx, const StoredEvaluation& evaluation) {
  return tx
      .InsertRows(kInsert, 7,
                  {evaluation.id, evaluation.region, evaluation.period.start, evaluation.period.end,
                   evaluation.result, evaluation.created_by, evaluation.created_at})
      .status();
}

absl::StatusOr<std::vector<StoredEvaluation>> EvaluationById(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             EvaluationId id) {
  sql::Values values = {id};
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "id = ? AND ", clause), values, ToEvaluation);
}

absl::StatusOr<std::vector<StoredEvaluation>> ListEvaluations(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              int64_t after, int limit) {
  sql::Values values = {after};
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  values.push_back(limit);
  return tx.Select(absl::StrCat(kSelect, "id > ? AND ", clause, " ORDER BY id LIMIT ?"), values,
                   ToEvaluation);
}

}  // namespace jz::evaluation
