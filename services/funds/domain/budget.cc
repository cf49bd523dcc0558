#include "services/funds/domain/budget.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::funds {

Account AccountOfBudgetLine(const BudgetLine& line) {
  Account account;
  account.id = line.account;
  account.region = line.region;
  // The id, not the document number: a code has a narrower alphabet.
  account.code = line.id.Name();
  account.display_name = absl::StrCat(line.year, " ", line.purpose, " ", line.document_number);
  account.type = AccountType::kLiability;
  account.fund_source = line.document_number;
  account.forbids_negative = true;
  account.managed = true;
  account.created_by = line.created_by;
  account.created_at = line.created_at;
  return account;
}

absl::Status CheckNewProject(const Project& project, const BudgetLine& line, int64_t planned_fen) {
  if (!line.region.Contains(project.region)) {
    return FailedPrecondition("PROJECT_OUTSIDE_REGION", {{"region", line.region.ToString()}},
                              "the budget line is not for the project's region");
  }
  if (project.amount_fen > line.amount_fen - planned_fen) {
    return FailedPrecondition("PROJECT_OVER_BUDGET",
                              {{"unplanned_fen", absl::StrCat(line.amount_fen - planned_fen)}},
                              "the projects of the budget line would cost more than it holds");
  }
  return absl::OkStatus();
}

absl::Status CheckAdvance(ProjectState from, ProjectState to) {
  if (static_cast<int>(to) == static_cast<int>(from) + 1) return absl::OkStatus();
  return FailedPrecondition("PROJECT_STATE_ORDER",
                            {{"state", absl::StrCat(static_cast<int>(from))}},
                            "a project moves on one stage at a time");
}

}  // namespace jz::funds
