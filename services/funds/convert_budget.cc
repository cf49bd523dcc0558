#include "services/funds/convert_budget.h"

#include "common/status/status.h"
#include "services/funds/etag.h"
#include "services/funds/fields.h"
#include "services/funds/timestamps.h"

namespace jz::funds {

v1::BudgetLine ToProto(const BudgetLine& line) {
  v1::BudgetLine proto;
  proto.set_name(line.id.Name());
  proto.set_region_code(line.region.ToString());
  proto.set_source_level(static_cast<v1::SourceLevel>(line.source_level));
  proto.set_year(line.year);
  proto.set_purpose(line.purpose);
  proto.set_amount_fen(line.amount_fen);
  proto.set_document_number(line.document_number);
  proto.set_account(line.account.Name());
  proto.set_source_account(line.source_account.Name());
  proto.set_remaining_fen(line.remaining_fen());
  proto.set_reserved_fen(line.balance.debits_pending_fen);
  proto.set_created_by(line.created_by);
  *proto.mutable_created_at() = ToTimestamp(line.created_at);
  return proto;
}

v1::Project ToProto(const Project& project) {
  v1::Project proto;
  proto.set_name(project.id.Name());
  proto.set_region_code(project.region.ToString());
  proto.set_display_name(project.display_name);
  proto.set_purpose(project.purpose);
  proto.set_budget_line(project.budget_line.Name());
  proto.set_amount_fen(project.amount_fen);
  proto.set_state(static_cast<v1::ProjectState>(project.state));
  proto.set_etag(EtagOf(project.version));
  proto.set_created_by(project.created_by);
  *proto.mutable_created_at() = ToTimestamp(project.created_at);
  return proto;
}

absl::StatusOr<BudgetLine> FromProto(const rpc::CallContext& ctx,
                                     const v1::CreateBudgetLineRequest& request) {
  Violations violations;
  Fields fields(violations);
  BudgetLine line;
  line.region = fields.Region("region_code", request.region_code());
  line.source_level =
      fields.Enum<SourceLevel>("source_level", request.source_level(), v1::SourceLevel_MAX);
  line.year = static_cast<int>(fields.Number("year", request.year(), 2000, 2199));
  line.purpose = fields.Code("purpose", request.purpose(), 1, 40, "_");
  line.amount_fen = fields.Fen("amount_fen", request.amount_fen(), 1);
  line.document_number = fields.Text("document_number", request.document_number(), 1, 64);
  line.source_account = fields.Name<AccountId>("source_account", request.source_account());
  line.created_by = ctx.subject();
  line.created_at = ctx.now;
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return line;
}

absl::StatusOr<Project> FromProto(const rpc::CallContext& ctx,
                                  const v1::CreateProjectRequest& request) {
  Violations violations;
  Fields fields(violations);
  Project project;
  project.region = fields.Region("region_code", request.region_code());
  project.display_name = fields.Text("display_name", request.display_name(), 1, 200);
  project.budget_line = fields.Name<BudgetLineId>("budget_line", request.budget_line());
  project.amount_fen = fields.Fen("amount_fen", request.amount_fen(), 1);
  project.created_by = ctx.subject();
  project.created_at = ctx.now;
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return project;
}

absl::StatusOr<ProjectStep> FromProto(const v1::AdvanceProjectRequest& request) {
  Violations violations;
  Fields fields(violations);
  ProjectStep step;
  step.id = fields.Name<ProjectId>("name", request.name());
  step.to = fields.Enum<ProjectState>("state", request.state(), v1::ProjectState_MAX);
  step.etag = request.etag();
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return step;
}

}  // namespace jz::funds
