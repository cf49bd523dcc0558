// Budget lines and projects: RPCs that touch several tables.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/budget.h"
#include "services/funds/store/budget_store.h"
#include "services/funds/use_case_post_transfers.h"

namespace jz::funds {

// Stores `line`, which comes with its ids and author, opens its account and posts the allocation;
// `allocation` brings the ids of that transfer. Fills in the balance.
absl::Status CreateBudgetLine(sql::Transaction& tx, const auth::RegionScope& scope,
                              BudgetLine& line, Posting& allocation);

// Stores `project` as approved; its purpose is that of the budget line.
absl::Status CreateProject(sql::Transaction& tx, const auth::RegionScope& scope, Project& project);

struct ProjectStep {
  ProjectId id;
  ProjectState to = ProjectState::kApproved;
  std::string etag;
};
absl::StatusOr<Project> AdvanceProject(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const ProjectStep& step, const Author& author);

}  // namespace jz::funds
