// The table of RegisterService.
#include "services/identification/service_register.h"

#include <memory>
#include <utility>

namespace jz::identification {

rpc::Router RegisterRouter(const Deps& deps, QualityRuleCache& rules) {
  rpc::Router router("jingzhun.identification.v1.RegisterService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("PutImportMapping", PutImportMapping);
  unary("GetImportMapping", GetImportMapping);
  router.Unary<v1::RecordIncomesRequest, v1::RecordIncomesResponse>(
      "RecordIncomes", [&](const rpc::CallContext& ctx, const v1::RecordIncomesRequest& request) {
        return RecordIncomes(deps, rules, ctx, request);
      });
  unary("ListIncomes", ListIncomes);
  router.Deferred<v1::GetHouseholdRequest, v1::Household>(
      "GetHousehold", [&deps, reader = std::make_shared<HouseholdReader>(deps)](
                          const rpc::CallContext& ctx, const v1::GetHouseholdRequest& request,
                          rpc::Answer<v1::Household> answer) {
        GetHousehold(deps, *reader, ctx, request, std::move(answer));
      });
  unary("BatchGetHouseholds", BatchGetHouseholds);
  unary("ListHouseholds", ListHouseholds);
  unary("SearchPersons", SearchPersons);
  unary("RecordMemberChanges", RecordMemberChanges);
  unary("MoveHouseholds", MoveHouseholdsRpc);
  router.ClientStream<v1::ImportHouseholdsRequest, common::v1::Job>(
      "ImportHouseholds",
      [&deps](const rpc::CallContext& ctx, rpc::Reader<v1::ImportHouseholdsRequest>& upload) {
        return ImportHouseholds(deps, ctx, upload);
      });
  router.ClientStream<v1::ImportSheetRequest, common::v1::Job>(
      "ImportSheet",
      [&deps](const rpc::CallContext& ctx, rpc::Reader<v1::ImportSheetRequest>& upload) {
        return ImportSheet(deps, ctx, upload);
      });
  router.Unary<common::v1::GetJobRequest, common::v1::Job>(
      "GetJob", [&deps](const rpc::CallContext& ctx, const common::v1::GetJobRequest& request) {
        return deps.jobs.Get(ctx, request);
      });
  router.Unary<common::v1::CancelJobRequest, common::v1::Job>(
      "CancelJob",
      [&deps](const rpc::CallContext& ctx, const common::v1::CancelJobRequest& request) {
        return deps.jobs.Cancel(ctx, request);
      });
  router.Unary<common::v1::ListJobErrorsRequest, common::v1::ListJobErrorsResponse>(
      "ListJobErrors",
      [&deps](const rpc::CallContext& ctx, const common::v1::ListJobErrorsRequest& request) {
        return deps.jobs.ListErrors(ctx, request);
      });
  router.ServerStream<common::v1::StreamChangesRequest, common::v1::StreamChangesResponse>(
      "StreamChanges",
      [&deps](const rpc::CallContext& ctx, const common::v1::StreamChangesRequest& request,
              rpc::Writer<common::v1::StreamChangesResponse>& writer) {
        return deps.outbox.Stream(ctx, request, writer);
      });
  return router;
}

}  // namespace jz::identification
