// Budget lines and projects.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/region_code.h"
#include "services/funds/domain/account.h"
#include "services/funds/domain/ids.h"

namespace jz::funds {

// Numbers as in budget.proto and table budget_line.
enum class SourceLevel { kCentre = 1, kProvince = 2, kCity = 3, kCounty = 4 };

struct BudgetLine {
  BudgetLineId id;
  RegionCode region;
  SourceLevel source_level = SourceLevel::kCentre;
  int year = 0;
  std::string purpose;
  int64_t amount_fen = 0;
  std::string document_number;
  AccountId account;
  AccountId source_account;
  std::string created_by;
  absl::Time created_at;
  Balance balance;  // of `account`

  int64_t remaining_fen() const { return AvailableFen(AccountType::kLiability, balance); }
};

// The account of a new line: `code` is unique because the line's document is.
Account AccountOfBudgetLine(const BudgetLine& line);

// Numbers as in budget.proto and table project.
enum class ProjectState {
  kApproved = 1,
  kImplementing = 2,
  kAccepted = 3,
  kSettled = 4,
  kClosed = 5
};

struct Project {
  ProjectId id;
  RegionCode region;
  std::string display_name;
  std::string purpose;
  BudgetLineId budget_line;
  int64_t amount_fen = 0;
  ProjectState state = ProjectState::kApproved;
  int64_t version = 1;
  std::string created_by;
  absl::Time created_at;
};

// FAILED_PRECONDITION: PROJECT_OUTSIDE_REGION or PROJECT_OVER_BUDGET. `planned_fen` is what the
// line's other projects cost together.
absl::Status CheckNewProject(const Project& project, const BudgetLine& line, int64_t planned_fen);

// FAILED_PRECONDITION PROJECT_STATE_ORDER unless `to` is the stage behind `from`.
absl::Status CheckAdvance(ProjectState from, ProjectState to);

}  // namespace jz::funds
