#include "services/funds/use_case_budget.h"

#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "services/funds/etag.h"
#include "services/funds/feed_changes.h"
#include "services/funds/store/account_store.h"

namespace jz::funds {
namespace {

absl::Status BudgetLineNotFound(BudgetLineId id) {
  return NotFound("BUDGET_LINE_NOT_FOUND", {{"budget_line", id.Name()}}, "no such budget line");
}

absl::StatusOr<Account> SourceOf(sql::Transaction& tx, const auth::RegionScope& scope,
                                 const BudgetLine& line) {
  JZ_ASSIGN_OR_RETURN(std::optional<Account> source, FindAccount(tx, scope, line.source_account));
  if (!source.has_value()) {
    return NotFound("ACCOUNT_NOT_FOUND", {{"account", line.source_account.Name()}},
                    "no such account");
  }
  // Money that was set aside for a purpose stays with it.
  if (source->managed) {
    return FailedPrecondition("ACCOUNT_MANAGED", {{"account", line.source_account.Name()}},
                              "a budget line is not allocated from another one");
  }
  return *std::move(source);
}

}  // namespace

absl::Status CreateBudgetLine(sql::Transaction& tx, const auth::RegionScope& scope,
                              BudgetLine& line, Posting& allocation) {
  JZ_RETURN_IF_ERROR(RequirePurpose(tx, line.purpose));
  JZ_ASSIGN_OR_RETURN(Account source, SourceOf(tx, scope, line));
  absl::Status stored = InsertBudgetLine(tx, line);
  if (absl::IsAlreadyExists(stored)) {
    return AlreadyExists("BUDGET_LINE_EXISTS", {{"document_number", line.document_number}},
                         "the region has a line of this document, year and purpose");
  }
  JZ_RETURN_IF_ERROR(stored);
  Account account = AccountOfBudgetLine(line);
  account.unit = source.unit;
  JZ_RETURN_IF_ERROR(InsertAccounts(tx, {&account, 1}));
  allocation.transfer.kind = TransferKind::kPosted;
  allocation.transfer.debit = line.source_account;
  allocation.transfer.credit = line.account;
  allocation.transfer.amount_fen = line.amount_fen;
  allocation.transfer.code = "allocation";
  allocation.transfer.trace = line.document_number;
  JZ_RETURN_IF_ERROR(PostOne(tx, allocation));
  line.balance.credits_posted_fen = line.amount_fen;
  return feed::Publish(tx, {BudgetLineChange(line)});
}

absl::Status CreateProject(sql::Transaction& tx, const auth::RegionScope& scope, Project& project) {
  JZ_RETURN_IF_ERROR(LockBudgetLine(tx, project.budget_line));
  JZ_ASSIGN_OR_RETURN(std::optional<BudgetLine> line,
                      FindBudgetLine(tx, scope, project.budget_line));
  if (!line.has_value()) return BudgetLineNotFound(project.budget_line);
  JZ_ASSIGN_OR_RETURN(int64_t planned_fen, SumProjects(tx, line->id));
  JZ_RETURN_IF_ERROR(CheckNewProject(project, *line, planned_fen));
  project.purpose = line->purpose;
  JZ_RETURN_IF_ERROR(InsertProject(tx, project));
  return feed::Publish(tx, {ProjectChange(project, project.created_at)});
}

absl::StatusOr<Project> AdvanceProject(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const ProjectStep& step, const Author& author) {
  JZ_ASSIGN_OR_RETURN(std::optional<Project> project, LockProject(tx, scope, step.id));
  if (!project.has_value()) {
    return NotFound("PROJECT_NOT_FOUND", {{"project", step.id.Name()}}, "no such project");
  }
  JZ_RETURN_IF_ERROR(RequireEtag(step.etag, project->version));
  JZ_RETURN_IF_ERROR(CheckAdvance(project->state, step.to));
  project->state = step.to;
  ++project->version;
  JZ_RETURN_IF_ERROR(SaveProjectState(tx, *project, author));
  JZ_RETURN_IF_ERROR(feed::Publish(tx, {ProjectChange(*project, author.now)}));
  return *std::move(project);
}

}  // namespace jz::funds
