// Finished evaluations.
#pragma once

#include <string>
#include <vector>

#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/evaluation/store/projection_store.h"

namespace jz::evaluation {

struct EvaluationTag {
  static constexpr char kCollection[] = "evaluations";
};
using EvaluationId = Id<EvaluationTag>;

struct StoredEvaluation {
  EvaluationId id;
  RegionCode region;
  Period period;
  std::string result;  // serialized message
  std::string created_by;
  absl::Time created_at;
};

absl::Status InsertEvaluation(sql::Transaction& tx, const StoredEvaluation& evaluation);
absl::StatusOr<std::vector<StoredEvaluation>> EvaluationById(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             EvaluationId id);
// In the order of ids, after `after`.
absl::StatusOr<std::vector<StoredEvaluation>> ListEvaluations(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              int64_t after, int limit);

}  // namespace jz::evaluation
