// Purposes, budget lines and projects.
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "jingzhun/funds/v1/funds.pb.h"
#include "services/funds/convert_budget.h"
#include "services/funds/handler.h"
#include "services/funds/service.h"
#include "services/funds/store/budget_store.h"
#include "services/funds/use_case_budget.h"

namespace jz::funds {
namespace {

absl::StatusOr<v1::ListPurposesResponse> ListPurposes(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::ListPurposesRequest&) {
  JZ_ASSIGN_OR_RETURN(
      std::vector<PurposeLabels> purposes,
      deps.db.Fetch(ctx.deadline, [](sql::Transaction& tx) { return funds::ListPurposes(tx); }));
  v1::ListPurposesResponse response;
  for (const PurposeLabels& purpose : purposes) {
    v1::Purpose& to = *response.add_purposes();
    to.set_code(purpose.code);
    to.set_label_zh(purpose.label_zh);
    to.set_label_en(purpose.label_en);
  }
  return response;
}

absl::StatusOr<v1::BudgetLine> CreateBudgetLine(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::CreateBudgetLineRequest& request) {
  JZ_ASSIGN_OR_RETURN(BudgetLine line, FromProto(ctx, request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(line.region));
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, deps.ids.Next(line.region, 3, ctx.deadline));
  line.id = BudgetLineId(ids[0]);
  line.account = AccountId(ids[1]);
  Posting allocation;
  allocation.transfer.id = TransferId(ids[2]);
  allocation.transfer.client_id = RandomUuid();
  allocation.transfer.created_by = ctx.subject();
  allocation.transfer.created_at = ctx.now;
  return WriteOnce<v1::BudgetLine>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::BudgetLine> {
        JZ_RETURN_IF_ERROR(funds::CreateBudgetLine(tx, ctx.scope(), line, allocation));
        return ToProto(line);
      });
}

absl::StatusOr<v1::BudgetLine> GetBudgetLine(const Deps& deps, const rpc::CallContext& ctx,
                                             const v1::GetBudgetLineRequest& request) {
  JZ_ASSIGN_OR_RETURN(BudgetLineId id, NameOf<BudgetLineId>(request.name()));
  JZ_ASSIGN_OR_RETURN(std::optional<BudgetLine> line,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindBudgetLine(tx, ctx.scope(), id);
                      }));
  if (line.has_value()) return ToProto(*line);
  return NotFound("BUDGET_LINE_NOT_FOUND", {{"budget_line", id.Name()}}, "no such budget line");
}

absl::StatusOr<v1::ListBudgetLinesResponse> ListBudgetLines(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListBudgetLinesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const BudgetLinePage query = {.year = request.year(),
                                .after_region = RegionCode::FromNumber(page.Number(0)),
                                .after = BudgetLineId(page.Number(1)),
                                .limit = page.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<BudgetLine> lines,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return funds::ListBudgetLines(tx, scope, query);
                      }));
  v1::ListBudgetLinesResponse response;
  response.set_next_page_token(page.Next(lines, rpc::ByRegionAndId));
  for (const BudgetLine& line : lines) *response.add_budget_lines() = ToProto(line);
  return response;
}

absl::StatusOr<v1::Project> CreateProject(const Deps& deps, const rpc::CallContext& ctx,
                                          const v1::CreateProjectRequest& request) {
  JZ_ASSIGN_OR_RETURN(Project project, FromProto(ctx, request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(project.region));
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(project.region, ctx.deadline));
  project.id = ProjectId(id);
  return WriteOnce<v1::Project>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::Project> {
        JZ_RETURN_IF_ERROR(funds::CreateProject(tx, ctx.scope(), project));
        return ToProto(project);
      });
}

absl::StatusOr<v1::Project> GetProject(const Deps& deps, const rpc::CallContext& ctx,
                                       const v1::GetProjectRequest& request) {
  JZ_ASSIGN_OR_RETURN(ProjectId id, NameOf<ProjectId>(request.name()));
  JZ_ASSIGN_OR_RETURN(std::optional<Project> project,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindProject(tx, ctx.scope(), id);
                      }));
  if (project.has_value()) return ToProto(*project);
  return NotFound("PROJECT_NOT_FOUND", {{"project", id.Name()}}, "no such project");
}

absl::StatusOr<v1::ListProjectsResponse> ListProjects(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::ListProjectsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const ProjectPage query = {.after_region = RegionCode::FromNumber(page.Number(0)),
                             .after = ProjectId(page.Number(1)),
                             .limit = page.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Project> projects,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return funds::ListProjects(tx, scope, query);
                      }));
  v1::ListProjectsResponse response;
  response.set_next_page_token(page.Next(projects, rpc::ByRegionAndId));
  for (const Project& project : projects) *response.add_projects() = ToProto(project);
  return response;
}

absl::StatusOr<v1::Project> AdvanceProject(const Deps& deps, const rpc::CallContext& ctx,
                                           const v1::AdvanceProjectRequest& request) {
  JZ_ASSIGN_OR_RETURN(ProjectStep step, FromProto(request));
  return WriteOnce<v1::Project>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::Project> {
        JZ_ASSIGN_OR_RETURN(Project project,
                            funds::AdvanceProject(tx, ctx.scope(), step,
                                                  {.subject = ctx.subject(), .now = ctx.now}));
        return ToProto(project);
      });
}

}  // namespace

void AddBudget(rpc::Router& router, const Deps& deps) {
  AddUnary(router, deps, "ListPurposes", ListPurposes);
  AddUnary(router, deps, "CreateBudgetLine", CreateBudgetLine);
  AddUnary(router, deps, "GetBudgetLine", GetBudgetLine);
  AddUnary(router, deps, "ListBudgetLines", ListBudgetLines);
  AddUnary(router, deps, "CreateProject", CreateProject);
  AddUnary(router, deps, "GetProject", GetProject);
  AddUnary(router, deps, "ListProjects", ListProjects);
  AddUnary(router, deps, "AdvanceProject", AdvanceProject);
}

}  // namespace jz::funds
