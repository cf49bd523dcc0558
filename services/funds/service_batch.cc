// Disbursement batches up to their approval.
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "services/funds/convert_disbursement.h"
#include "services/funds/handler.h"
#include "services/funds/service.h"
#include "services/funds/store/disbursement_store.h"
#include "services/funds/use_case_batch.h"

namespace jz::funds {
namespace {

constexpr PageLimits kBatchPages = {.default_size = 50, .max_size = 200};

Actor ActorOf(const rpc::CallContext& ctx) {
  return {.scope = ctx.scope(), .author = {.subject = ctx.subject(), .now = ctx.now}};
}

absl::StatusOr<v1::DisbursementBatch> WithTotals(sql::Transaction& tx, const Batch& batch) {
  JZ_ASSIGN_OR_RETURN(std::vector<BatchTotals> totals, SumLines(tx, {&batch.id, 1}));
  return ToProto(batch, totals[0]);
}

absl::StatusOr<v1::DisbursementBatch> CreateDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::CreateDisbursementBatchRequest& request) {
  JZ_ASSIGN_OR_RETURN(Batch batch, FromProto(ctx, request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(batch.region));
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(batch.region, ctx.deadline));
  batch.id = BatchId(id);
  return WriteOnce<v1::DisbursementBatch>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::DisbursementBatch> {
        JZ_RETURN_IF_ERROR(CreateBatch(tx, ctx.scope(), batch));
        return ToProto(batch, BatchTotals());
      });
}

absl::StatusOr<v1::AddDisbursementLinesResponse> AddDisbursementLines(
    const Deps& deps, const rpc::CallContext& ctx, const v1::AddDisbursementLinesRequest& request) {
  JZ_ASSIGN_OR_RETURN(LinesRequest added, FromProto(request, deps.sealer));
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      deps.ids.Next(CountyNear(ctx.scope(), added.batch.value()),
                                    static_cast<int>(added.lines.size()), ctx.deadline));
  for (size_t i = 0; i < ids.size(); ++i) added.lines[i].id = LineId(ids[i]);
  using Response = v1::AddDisbursementLinesResponse;
  return WriteOnce<Response>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
        JZ_ASSIGN_OR_RETURN(AddedLines lines, AddLines(tx, ActorOf(ctx), added.batch, added.lines));
        Response response;
        for (LineId id : lines.ids) response.add_lines(id.Name());
        response.set_line_count(lines.totals.line_count);
        response.set_line_total_fen(lines.totals.line_total_fen);
        return response;
      });
}

absl::StatusOr<v1::RemoveDisbursementLinesResponse> RemoveDisbursementLines(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::RemoveDisbursementLinesRequest& request) {
  JZ_ASSIGN_OR_RETURN(RemoveRequest remove, FromProto(request));
  using Response = v1::RemoveDisbursementLinesResponse;
  return WriteOnce<Response>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
        JZ_ASSIGN_OR_RETURN(RemovedLines removed,
                            RemoveLines(tx, ActorOf(ctx), remove.batch, remove.client_line_ids));
        Response response;
        response.set_removed_count(static_cast<int>(removed.removed_count));
        response.set_line_count(removed.totals.line_count);
        response.set_line_total_fen(removed.totals.line_total_fen);
        return response;
      });
}

absl::StatusOr<v1::CheckDisbursementBatchResponse> CheckDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::CheckDisbursementBatchRequest& request) {
  JZ_ASSIGN_OR_RETURN(BatchId id, NameOf<BatchId>(request.name()));
  JZ_ASSIGN_OR_RETURN(BatchCheck check, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return CheckBatch(tx, ctx.scope(), id);
  }));
  return ToProto(check);
}

// A step of a batch; `take` is one of SubmitBatch, CancelBatch, ApproveBatch, RejectBatch.
template <class Request, class Take>
absl::StatusOr<v1::DisbursementBatch> TakeStep(const Deps& deps, const rpc::CallContext& ctx,
                                               const Request& request, const std::string& reason,
                                               Take take) {
  BatchStep step;
  JZ_ASSIGN_OR_RETURN(step.id, NameOf<BatchId>(request.name()));
  step.etag = request.etag();
  step.reason = reason;
  JZ_ASSIGN_OR_RETURN(int64_t transfer,
                      deps.ids.Next(CountyNear(ctx.scope(), step.id.value()), ctx.deadline));
  step.posting.transfer.id = TransferId(transfer);
  step.posting.transfer.client_id = RandomUuid();
  step.posting.transfer.created_by = ctx.subject();
  step.posting.transfer.created_at = ctx.now;
  return WriteOnce<v1::DisbursementBatch>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<v1::DisbursementBatch> {
        JZ_ASSIGN_OR_RETURN(Batch batch, take(tx, ActorOf(ctx), step));
        return WithTotals(tx, batch);
      });
}

absl::StatusOr<v1::DisbursementBatch> SubmitDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::SubmitDisbursementBatchRequest& request) {
  return TakeStep(deps, ctx, request, "", SubmitBatch);
}

absl::StatusOr<v1::DisbursementBatch> CancelDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::CancelDisbursementBatchRequest& request) {
  return TakeStep(deps, ctx, request, "", CancelBatch);
}

absl::StatusOr<v1::DisbursementBatch> ApproveDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ApproveDisbursementBatchRequest& request) {
  return TakeStep(deps, ctx, request, "", ApproveBatch);
}

absl::StatusOr<v1::DisbursementBatch> RejectDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::RejectDisbursementBatchRequest& request) {
  Violations violations;
  std::string reason = Fields(violations).Text("reason", request.reason(), 1, 500);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return TakeStep(deps, ctx, request, reason, RejectBatch);
}

absl::StatusOr<v1::DisbursementBatch> GetDisbursementBatch(
    const Deps& deps, const rpc::CallContext& ctx, const v1::GetDisbursementBatchRequest& request) {
  JZ_ASSIGN_OR_RETURN(BatchId id, NameOf<BatchId>(request.name()));
  return deps.db.Fetch(
      ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::DisbursementBatch> {
        JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, FindBatch(tx, ctx.scope(), id));
        if (!batch.has_value()) return BatchNotFound(id);
        return WithTotals(tx, *batch);
      });
}

absl::StatusOr<v1::ListDisbursementBatchesResponse> ListDisbursementBatches(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListDisbursementBatchesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page,
                      rpc::ListPage::Of(deps.page_tokens, ctx, request, kBatchPages));
  BatchPage query = {.state = std::nullopt,
                     .after_region = RegionCode::FromNumber(page.Number(0)),
                     .after = BatchId(page.Number(1)),
                     .limit = page.limit()};
  if (request.state() != v1::DISBURSEMENT_STATE_UNSPECIFIED) {
    query.state = static_cast<BatchState>(request.state());
  }
  using Response = v1::ListDisbursementBatchesResponse;
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
    JZ_ASSIGN_OR_RETURN(std::vector<Batch> batches, ListBatches(tx, scope, query));
    Response response;
    response.set_next_page_token(page.Next(batches, rpc::ByRegionAndId));
    std::vector<BatchId> ids;
    for (const Batch& batch : batches) ids.push_back(batch.id);
    JZ_ASSIGN_OR_RETURN(std::vector<BatchTotals> totals, SumLines(tx, ids));
    for (size_t i = 0; i < batches.size(); ++i) {
      *response.add_batches() = ToProto(batches[i], totals[i]);
    }
    return response;
  });
}

}  // namespace

void AddBatches(rpc::Router& router, const Deps& deps) {
  AddUnary(router, deps, "CreateDisbursementBatch", CreateDisbursementBatch);
  AddUnary(router, deps, "AddDisbursementLines", AddDisbursementLines);
  AddUnary(router, deps, "RemoveDisbursementLines", RemoveDisbursementLines);
  AddUnary(router, deps, "CheckDisbursementBatch", CheckDisbursementBatch);
  AddUnary(router, deps, "SubmitDisbursementBatch", SubmitDisbursementBatch);
  AddUnary(router, deps, "CancelDisbursementBatch", CancelDisbursementBatch);
  AddUnary(router, deps, "ApproveDisbursementBatch", ApproveDisbursementBatch);
  AddUnary(router, deps, "RejectDisbursementBatch", RejectDisbursementBatch);
  AddUnary(router, deps, "GetDisbursementBatch", GetDisbursementBatch);
  AddUnary(router, deps, "ListDisbursementBatches", ListDisbursementBatches);
}

}  // namespace jz::funds
