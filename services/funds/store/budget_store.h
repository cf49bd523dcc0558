// Tables purpose, budget_line, project and project_history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/budget.h"

namespace jz::funds {

struct PurposeLabels {
  std::string code;
  std::string label_zh;
  std::string label_en;
};
absl::StatusOr<std::vector<PurposeLabels>> ListPurposes(sql::Transaction& tx);
// INVALID_ARGUMENT, reason PURPOSE_UNKNOWN.
absl::Status RequirePurpose(sql::Transaction& tx, const std::string& code);

// ALREADY_EXISTS, constraint uq_budget_line_document.
absl::Status InsertBudgetLine(sql::Transaction& tx, const BudgetLine& line);
absl::StatusOr<std::optional<BudgetLine>> FindBudgetLine(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         BudgetLineId id);
// Serializes what depends on the line's projects.
absl::Status LockBudgetLine(sql::Transaction& tx, BudgetLineId id);
// Cost of all projects of a line.
absl::StatusOr<int64_t> SumProjects(sql::Transaction& tx, BudgetLineId id);

// A page in order of (region, id).
struct BudgetLinePage {
  int year = 0;  // 0: all
  RegionCode after_region;
  BudgetLineId after;
  int limit = 50;
};
absl::StatusOr<std::vector<BudgetLine>> ListBudgetLines(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        const BudgetLinePage& page);

// With its first row of history.
absl::Status InsertProject(sql::Transaction& tx, const Project& project);
absl::StatusOr<std::optional<Project>> FindProject(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, ProjectId id);
absl::StatusOr<std::optional<Project>> LockProject(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, ProjectId id);

// A page in order of (region, id).
struct ProjectPage {
  RegionCode after_region;
  ProjectId after;
  int limit = 50;
};
absl::StatusOr<std::vector<Project>> ListProjects(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const ProjectPage& page);

struct Author {
  std::string subject;
  absl::Time now;
};
// Writes state and version of a locked project, and its history.
absl::Status SaveProjectState(sql::Transaction& tx, const Project& project, const Author& author);

}  // namespace jz::funds
