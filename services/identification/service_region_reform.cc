#include "services/identification/service_region_reform.h"

#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_move.h"
#include "services/identification/convert_region.h"
#include "services/identification/reform_villages.h"
#include "services/identification/region_reform_job.h"
#include "services/identification/store/region_store.h"
#include "services/identification/store/residence_store.h"

namespace jz::identification {
namespace {

absl::Status RequireAll(const auth::RegionScope& scope, const RegionReform& reform) {
  for (const Region& region : reform.new_regions) JZ_RETURN_IF_ERROR(scope.Require(region.code));
  for (const RegionMove& move : reform.moves) {
    JZ_RETURN_IF_ERROR(scope.Require(move.from));
    JZ_RETURN_IF_ERROR(scope.Require(move.to));
  }
  return absl::OkStatus();
}

std::vector<RegionCode> CodesOf(const RegionReform& reform) {
  std::vector<RegionCode> codes;
  for (const Region& region : reform.new_regions) {
    codes.push_back(region.code);
    codes.push_back(region.code.Parent());
  }
  for (const RegionMove& move : reform.moves) {
    codes.push_back(move.from);
    codes.push_back(move.to);
  }
  return codes;
}

// The regions and their successors, and the job that moves the households: one transaction.
absl::StatusOr<common::v1::GetJobRequest> Begin(const Deps& deps, const rpc::CallContext& ctx,
                                                sql::Transaction& tx, const RegionReform& reform,
                                                absl::string_view reason) {
  JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LockRegions(tx, CodesOf(reform)));
  Violations violations;
  ReformPlan plan = PlanReform(RegionBook(stored), reform, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  const RecordedBy recorded{.subject = ctx.subject(), .at = ctx.now};
  JZ_RETURN_IF_ERROR(CloseRegions(tx, plan.closed, recorded));
  JZ_RETURN_IF_ERROR(InsertRegions(tx, plan.created, recorded));
  std::vector<Succession> successions;
  for (const RegionMove& move : reform.moves) {
    successions.push_back(
        {.code = move.from, .successor = move.to, .since = reform.effective_date});
  }
  JZ_RETURN_IF_ERROR(InsertSuccessions(tx, successions, recorded, reason));
  JZ_RETURN_IF_ERROR(HandOverVillages(tx, reform, plan.closed,
                                      {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
  JZ_ASSIGN_OR_RETURN(jobs::JobId job,
                      deps.jobs.Add(tx,
                                    {.kind = kReformJob,
                                     .region = SmallestCommon(reform.moves),
                                     .params = ToJobParams(reform).SerializeAsString(),
                                     .created_by = ctx.subject()},
                                    ctx.now));
  common::v1::GetJobRequest answer;
  answer.set_name(job.Name());
  return answer;
}

}  // namespace

absl::StatusOr<common::v1::Job> ReformRegions(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::ReformRegionsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  RegionReform reform = ReformFrom(request, DateInShanghai(ctx.now), violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(RequireAll(ctx.scope(), reform));
  // The job is seen by those who may see all of the reform.
  JZ_RETURN_IF_ERROR(ctx.scope().Require(SmallestCommon(reform.moves)));
  JZ_ASSIGN_OR_RETURN(
      common::v1::GetJobRequest job, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
        return rpc::Once<common::v1::GetJobRequest>(
            tx, ctx, request, [&] { return Begin(deps, ctx, tx, reform, request.reason()); });
      }));
  deps.outbox.Notify();
  return deps.jobs.Get(ctx, job);
}

absl::StatusOr<v1::ResolveRegionsResponse> ResolveRegions(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ResolveRegionsRequest& request) {
  JZ_ASSIGN_OR_RETURN(std::vector<RegionCode> codes, CodesFrom(request));
  Violations violations;
  const Date day = DateOr(request.as_of(), DateInShanghai(ctx.now), "as_of", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<Succession> successions;
  JZ_ASSIGN_OR_RETURN(
      std::vector<Region> regions,
      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<Region>> {
        JZ_ASSIGN_OR_RETURN(successions, LoadSuccessions(tx, codes, day));
        std::vector<RegionCode> all = codes;
        for (const Succession& step : successions) all.push_back(step.successor);
        return LoadRegions(tx, all);
      }));
  const RegionBook book(regions);
  v1::ResolveRegionsResponse response;
  for (RegionCode code : codes) {
    v1::ResolveRegionsResponse::Resolution& resolution = *response.add_resolutions();
    resolution.set_code(code.ToString());
    if (!ctx.scope().Contains(code)) continue;
    for (RegionCode current : CurrentCodes(code, day, book, successions)) {
      resolution.add_current_codes(current.ToString());
    }
  }
  return response;
}

}  // namespace jz::identification
