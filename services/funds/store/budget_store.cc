#include "services/funds/store/budget_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

constexpr char kListPurposes[] = "SELECT code, label_zh, label_en FROM purpose ORDER BY code";
constexpr char kHasPurpose[] = "SELECT 1 FROM purpose WHERE code = ?";
constexpr char kInsertBudgetLine[] =
    "INSERT INTO budget_line (budget_line_id, region_code, source_level, year, purpose, "
    "amount_fen, "
    "document_number, account_id, source_account_id, created_by, created_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectBudgetLine[] =
    "SELECT l.budget_line_id, l.region_code, l.source_level, l.year, l.purpose, l.amount_fen, "
    "l.document_number, l.account_id, l.source_account_id, l.created_by, l.created_at_us, "
    "b.debits_posted_fen, b.debits_pending_fen, b.credits_posted_fen, b.credits_pending_fen "
    "FROM budget_line l JOIN account_balance b ON b.account_id = l.account_id WHERE ";
constexpr char kLockBudgetLine[] =
    "SELECT budget_line_id FROM budget_line WHERE budget_line_id = ? FOR UPDATE";
constexpr char kSumProjects[] =
    "SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) FROM project WHERE budget_line_id = ?";
constexpr char kInsertProject[] =
    "INSERT INTO project (project_id, region_code, display_name, purpose, budget_line_id, "
    "amount_fen, state, version, created_by, created_at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectProject[] =
    "SELECT p.project_id, p.region_code, p.display_name, p.purpose, p.budget_line_id, "
    "p.amount_fen, "
    "p.state, p.version, p.created_by, p.created_at_us FROM project p WHERE ";
constexpr char kUpdateProject[] = "UPDATE project SET state = ?, version = ? WHERE project_id = ?";
constexpr char kInsertProjectHistory[] =
    "INSERT INTO project_history (project_id, version, state, changed_by, changed_at_us) "
    "VALUES (?, ?, ?, ?, ?)";

BudgetLine BudgetLineOf(const sql::Row& row) {
  return {.id = row.IdOf<BudgetLineId>(0),
          .region = row.Region(1),
          .source_level = static_cast<SourceLevel>(row.Int(2)),
          .year = static_cast<int>(row.Int(3)),
          .purpose = row.Text(4),
          .amount_fen = row.Int(5),
          .document_number = row.Text(6),
          .account = row.IdOf<AccountId>(7),
          .source_account = row.IdOf<AccountId>(8),
          .created_by = row.Text(9),
          .created_at = row.Time(10),
          .balance = {.debits_posted_fen = row.Int(11),
                      .debits_pending_fen = row.Int(12),
                      .credits_posted_fen = row.Int(13),
                      .credits_pending_fen = row.Int(14)}};
}

Project ProjectOf(const sql::Row& row) {
  return {.id = row.IdOf<ProjectId>(0),
          .region = row.Region(1),
          .display_name = row.Text(2),
          .purpose = row.Text(3),
          .budget_line = row.IdOf<BudgetLineId>(4),
          .amount_fen = row.Int(5),
          .state = static_cast<ProjectState>(row.Int(6)),
          .version = row.Int(7),
          .created_by = row.Text(8),
          .created_at = row.Time(9)};
}

absl::Status InsertHistory(sql::Transaction& tx, const Project& project, const Author& author) {
  return tx
      .Execute(kInsertProjectHistory, {project.id, project.version, static_cast<int>(project.state),
                                       author.subject, author.now})
      .status();
}

absl::StatusOr<std::optional<Project>> SelectProject(sql::Transaction& tx,
                                                     const auth::RegionScope& scope, ProjectId id,
                                                     absl::string_view tail) {
  sql::Values values = {id};
  std::string clause = sql::ScopeClause(scope, "p.region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectProject, "p.project_id = ? AND ", clause, tail), values,
                      ProjectOf);
}

}  // namespace

absl::StatusOr<std::vector<PurposeLabels>> ListPurposes(sql::Transaction& tx) {
  return tx.Select(kListPurposes, {}, [](const sql::Row& row) {
    return PurposeLabels{row.Text(0), row.Text(1), row.Text(2)};
  });
}

absl::Status RequirePurpose(sql::Transaction& tx, const std::string& code) {
  JZ_ASSIGN_OR_RETURN(std::optional<bool> known,
                      tx.SelectOne(kHasPurpose, {code}, [](const sql::Row&) { return true; }));
  if (known.has_value()) return absl::OkStatus();
  return InvalidArgument("PURPOSE_UNKNOWN", {{"purpose", code}}, "see ListPurposes");
}

absl::Status InsertBudgetLine(sql::Transaction& tx, const BudgetLine& line) {
  return tx
      .Execute(kInsertBudgetLine,
               {line.id, line.region, static_cast<int>(line.source_level), line.year, line.purpose,
                line.amount_fen, line.document_number, line.account, line.source_account,
                line.created_by, line.created_at})
      .status();
}

absl::StatusOr<std::optional<BudgetLine>> FindBudgetLine(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         BudgetLineId id) {
  sql::Values values = {id};
  std::string clause = sql::ScopeClause(scope, "l.region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectBudgetLine, "l.budget_line_id = ? AND ", clause), values,
                      BudgetLineOf);
}

absl::Status LockBudgetLine(sql::Transaction& tx, BudgetLineId id) {
  return tx.Query(kLockBudgetLine, {id}, [](const sql::Row&) {});
}

absl::StatusOr<int64_t> SumProjects(sql::Transaction& tx, BudgetLineId id) {
  JZ_ASSIGN_OR_RETURN(
      std::optional<int64_t> sum,
      tx.SelectOne(kSumProjects, {id}, [](const sql::Row& row) { return row.Int(0); }));
  return sum.value_or(0);
}

absl::StatusOr<std::vector<BudgetLine>> ListBudgetLines(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        const BudgetLinePage& page) {
  sql::Values values = {page.after_region, page.after_region, page.after, page.year, page.year};
  std::string clause = sql::ScopeClause(scope, "l.region_code", values);
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelectBudgetLine,
                                "(l.region_code > ? OR (l.region_code = ? AND l.budget_line_id > "
                                "?)) AND (? = 0 OR l.year = ?) AND ",
                                clause, " ORDER BY l.region_code, l.budget_line_id LIMIT ?"),
                   values, BudgetLineOf);
}

absl::Status InsertProject(sql::Transaction& tx, const Project& project) {
  JZ_RETURN_IF_ERROR(
      tx.Execute(kInsertProject,
                 {project.id, project.region, project.display_name, project.purpose,
                  project.budget_line, project.amount_fen, static_cast<int>(project.state),
                  project.version, project.created_by, project.created_at})
          .status());
  return InsertHistory(tx, project, {project.created_by, project.created_at});
}

absl::StatusOr<std::optional<Project>> FindProject(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, ProjectId id) {
  return SelectProject(tx, scope, id, "");
}

absl::StatusOr<std::optional<Project>> LockProject(sql::Transaction& tx,
                                                   const auth::RegionScope& scope, ProjectId id) {
  return SelectProject(tx, scope, id, " FOR UPDATE");
}

absl::StatusOr<std::vector<Project>> ListProjects(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const ProjectPage& page) {
  sql::Values values = {page.after_region, page.after_region, page.after};
  std::string clause = sql::ScopeClause(scope, "p.region_code", values);
  values.push_back(page.limit);
  return tx.Select(
      absl::StrCat(kSelectProject,
                   "(p.region_code > ? OR (p.region_code = ? AND p.project_id > ?)) AND ", clause,
                   " ORDER BY p.region_code, p.project_id LIMIT ?"),
      values, ProjectOf);
}

absl::Status SaveProjectState(sql::Transaction& tx, const Project& project, const Author& author) {
  JZ_RETURN_IF_ERROR(
      tx.Execute(kUpdateProject, {static_cast<int>(project.state), project.version, project.id})
          .status());
  return InsertHistory(tx, project, author);
}

}  // namespace jz::funds
