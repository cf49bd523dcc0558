#include "services/evaluation/service.h"

#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/evaluation/convert.h"
#include "services/evaluation/store/evaluation_store.h"

namespace jz::evaluation {
namespace {

constexpr int kMaxPublished = 1000;

struct Question {
  RegionCode region;
  Period period;
};

absl::StatusOr<Question> CheckRequest(const v1::CreateEvaluationRequest& request) {
  Violations violations;
  Question question;
  auto read = [&](const char* field, auto parsed, auto& out) {
    if (parsed.ok()) out = *parsed;
    if (!parsed.ok()) violations.Add(field, ReasonOf(parsed.status()), parsed.status().message());
  };
  read("region_code", RegionCode::Parse(request.region_code()), question.region);
  read("period_start", ParseDate(request.period_start()), question.period.start);
  read("period_end", ParseDate(request.period_end()), question.period.end);
  if (violations.empty()) {
    if (question.period.end < question.period.start)
      violations.Add("period_end", "BEFORE_START", "not before the start");
    if (question.period.end - question.period.start > 3660)
      violations.Add("period_end", "RANGE", "at most ten years");
  }
  if (request.published_size() > kMaxPublished)
    violations.Add("published", "COUNT", "at most 1,000 figures");
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return question;
}

absl::StatusOr<v1::Evaluation> Compute(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const Period& period,
                                       const v1::CreateEvaluationRequest& request) {
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdGroup> groups, GroupHouseholds(tx, scope, period));
  JZ_ASSIGN_OR_RETURN(Coverage coverage, CountCoverage(tx, scope, period));
  JZ_ASSIGN_OR_RETURN(std::vector<FundTotal> funds, SumPayments(tx, scope, period));
  JZ_ASSIGN_OR_RETURN(auto cursors, feed::Cursors(tx));
  JZ_ASSIGN_OR_RETURN(Flows flows, ComputeFlows(groups));
  std::vector<Rate> rates = ComputeRates(flows, coverage);
  JZ_ASSIGN_OR_RETURN(Judgement judgement, Judge(CollectFigures(flows, rates, funds),
                                                 FromRequest(request), funds, coverage));
  v1::Evaluation evaluation;
  ToMessage(flows, *evaluation.mutable_flows());
  ToMessage(rates, evaluation);
  ToMessage(funds, evaluation);
  ToMessage(judgement, evaluation);
  evaluation.mutable_cursors()->insert(cursors.begin(), cursors.end());
  return evaluation;
}

absl::StatusOr<v1::Evaluation> FromStored(const StoredEvaluation& stored) {
  v1::Evaluation evaluation;
  if (!evaluation.ParseFromString(stored.result))
    return Internal("EVALUATION_MALFORMED", "stored result");
  return evaluation;
}

}  // namespace

absl::StatusOr<v1::Evaluation> CreateEvaluation(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::CreateEvaluationRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(Question question, CheckRequest(request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(question.region));
  const auth::RegionScope scope = ctx.scope().Intersect(question.region);
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(question.region, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::Evaluation>(tx, ctx, request, [&]() -> absl::StatusOr<v1::Evaluation> {
      JZ_ASSIGN_OR_RETURN(v1::Evaluation evaluation, Compute(tx, scope, question.period, request));
      evaluation.set_name(EvaluationId(id).Name());
      evaluation.set_region_code(request.region_code());
      evaluation.set_period_start(FormatDate(question.period.start));
      evaluation.set_period_end(FormatDate(question.period.end));
      evaluation.set_created_by(ctx.subject());
      evaluation.mutable_created_at()->set_seconds(absl::ToUnixSeconds(ctx.now));
      JZ_RETURN_IF_ERROR(InsertEvaluation(tx, {.id = EvaluationId(id),
                                               .region = question.region,
                                               .period = question.period,
                                               .result = evaluation.SerializeAsString(),
                                               .created_by = ctx.subject(),
                                               .created_at = ctx.now}));
      return evaluation;
    });
  });
}

absl::StatusOr<v1::Evaluation> GetEvaluation(const Deps& deps, const rpc::CallContext& ctx,
                                             const v1::GetEvaluationRequest& request) {
  JZ_ASSIGN_OR_RETURN(EvaluationId id, EvaluationId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(std::vector<StoredEvaluation> found,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return EvaluationById(tx, ctx.scope(), id);
                      }));
  if (found.empty()) {
    return NotFound("EVALUATION_NOT_FOUND", {{"evaluation", request.name()}},
                    "no such evaluation in your region");
  }
  return FromStored(found.front());
}

absl::StatusOr<v1::ListEvaluationsResponse> ListEvaluations(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListEvaluationsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  JZ_ASSIGN_OR_RETURN(std::vector<StoredEvaluation> found,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListEvaluations(tx, scope, page.Number(0), page.limit());
                      }));
  v1::ListEvaluationsResponse response;
  response.set_next_page_token(page.Next(found, rpc::ById));
  for (const StoredEvaluation& stored : found) {
    JZ_ASSIGN_OR_RETURN(v1::Evaluation evaluation, FromStored(stored));
    evaluation.clear_checks();
    evaluation.clear_findings();
    *response.add_evaluations() = std::move(evaluation);
  }
  return response;
}

absl::StatusOr<v1::ProjectionStatus> GetProjectionStatus(
    const Deps& deps, const rpc::CallContext& ctx, const v1::GetProjectionStatusRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  return deps.db.Fetch(ctx.deadline,
                       [&](sql::Transaction& tx) -> absl::StatusOr<v1::ProjectionStatus> {
                         JZ_ASSIGN_OR_RETURN(ProjectionCounts counts, CountProjections(tx, scope));
                         JZ_ASSIGN_OR_RETURN(auto cursors, feed::Cursors(tx));
                         v1::ProjectionStatus status;
                         status.mutable_cursors()->insert(cursors.begin(), cursors.end());
                         status.set_household_count(counts.households);
                         status.set_registered_count(counts.registered);
                         status.set_pairing_count(counts.pairings);
                         status.set_visit_count(counts.visits);
                         status.set_payment_count(counts.payments);
                         return status;
                       });
}

}  // namespace jz::evaluation
