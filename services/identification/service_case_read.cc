// Reading cases and flows.
#include "common/rpc/listing.h"
#include "services/identification/convert_case.h"
#include "services/identification/service_case.h"

namespace jz::identification {
namespace {

absl::StatusOr<v1::Case> Get(const Deps& deps, const rpc::CallContext& ctx,
                             const v1::GetCaseRequest& request) {
  JZ_ASSIGN_OR_RETURN(CaseId id, CaseId::Parse(request.name()));
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::Case> {
    JZ_ASSIGN_OR_RETURN(auto cases, LoadCases(tx, ctx.scope(), {id}));
    if (cases.empty()) {
      return NotFound("CASE_NOT_FOUND", {{"case", id.Name()}}, "there is no such case");
    }
    JZ_ASSIGN_OR_RETURN(CaseAssessment assessment, LoadAssessment(tx, id));
    JZ_ASSIGN_OR_RETURN(auto steps, LoadRecordedSteps(tx, id));
    v1::Case message = ToMessage(cases.front());
    *message.mutable_assessment() = ToMessage(assessment, cases.front());
    for (const RecordedStep& step : steps) *message.add_steps() = ToMessage(step);
    return message;
  });
}

absl::StatusOr<v1::ListCasesResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                           const v1::ListCasesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(CasePage page, PageFrom(request));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto cases, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListCases(tx, scope, page);
  }));
  v1::ListCasesResponse response;
  response.set_next_page_token(pages.Next(cases, rpc::ByRegionAndId));
  for (const Case& item : cases) *response.add_cases() = ToMessage(item);
  return response;
}

absl::StatusOr<v1::Flows> Compute(const Deps& deps, const rpc::CallContext& ctx,
                                  const v1::ComputeFlowsRequest& request) {
  JZ_ASSIGN_OR_RETURN(FlowQuestion question, QuestionFrom(request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(question.region));
  auth::RegionScope scope({question.region});
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::Flows> {
    JZ_ASSIGN_OR_RETURN(auto households, CountHouseholdCourses(tx, scope, question.period));
    JZ_ASSIGN_OR_RETURN(auto persons, CountPersonCourses(tx, scope, question.period));
    return ToMessage(ComputeFlows(households, persons), question.region, question.period);
  });
}

}  // namespace

void AddCaseReading(rpc::Router& router, const Deps& deps) {
  router.Unary<v1::GetCaseRequest, v1::Case>(
      "GetCase", [&](const auto& ctx, const auto& request) { return Get(deps, ctx, request); });
  router.Unary<v1::ListCasesRequest, v1::ListCasesResponse>(
      "ListCases", [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::ComputeFlowsRequest, v1::Flows>(
      "ComputeFlows",
      [&](const auto& ctx, const auto& request) { return Compute(deps, ctx, request); });
}

}  // namespace jz::identification
