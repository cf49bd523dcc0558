// Recording the steps of cases.
#include "common/rpc/once.h"
#include "services/identification/convert_case.h"
#include "services/identification/service_case.h"

namespace jz::identification {
namespace {

template <class Request>
void AddStep(rpc::Router& router, const Deps& deps, absl::string_view method) {
  router.Unary<Request, v1::StepSummary>(
      method,
      [&deps](const rpc::CallContext& ctx,
              const Request& request) -> absl::StatusOr<v1::StepSummary> {
        JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
        JZ_ASSIGN_OR_RETURN(StepCommand command, CommandFrom(request));
        JZ_RETURN_IF_ERROR(ctx.scope().Require(command.region));
        command.request_id = request.request_id();
        command.canonical_request = rpc::Canonical(request);
        JZ_ASSIGN_OR_RETURN(StepResult result, RecordStep(deps, ctx, command));
        return ToMessage(result);
      });
}

}  // namespace

void AddCaseSteps(rpc::Router& router, const Deps& deps) {
  AddStep<v1::RecordGroupAssessmentsRequest>(router, deps, "RecordGroupAssessments");
  AddStep<v1::RecordVillageDeliberationsRequest>(router, deps, "RecordVillageDeliberations");
  AddStep<v1::VerifyCasesRequest>(router, deps, "VerifyCases");
  AddStep<v1::DecideCasesRequest>(router, deps, "DecideCases");
  AddStep<v1::OpenPublicityRequest>(router, deps, "OpenPublicity");
  AddStep<v1::ConcludePublicityRequest>(router, deps, "ConcludePublicity");
}

}  // namespace jz::identification
