#include "services/identification/service_statistics.h"

#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/statistics_storage.pb.h"
#include "services/identification/convert_statistics.h"
#include "services/identification/request_checks.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/statistics_rebuild_job.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/statistic_store.h"

namespace jz::identification {
namespace {

absl::StatusOr<StatisticCells> CellsOf(sql::Transaction& tx, const auth::RegionScope& scope,
                                       std::optional<absl::Time> as_of) {
  StatisticCells cells;
  for (RegionCode region : scope.regions()) {
    JZ_ASSIGN_OR_RETURN(StatisticCells some, LoadCells(tx, region, as_of));
    if (scope.regions().size() == 1) return some;
    cells.Add(some);
  }
  return cells;
}

absl::StatusOr<v1::ComputeStatisticsResponse> Compute(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::ComputeStatisticsRequest& request) {
  using Response = v1::ComputeStatisticsResponse;
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(auto instants, InstantsFrom(request, ctx.now));
  const Date today = DateInShanghai(ctx.now);
  Response response;
  JZ_RETURN_IF_ERROR(
      ReadCounted(deps.db, today, ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
        response.Clear();
        JZ_ASSIGN_OR_RETURN(const CodeBook codes,
                            LoadCodeLists(tx, scope, CodeListsOf(request), today));
        JZ_ASSIGN_OR_RETURN(const StatisticQuery query, QueryFrom(request, codes));
        for (const std::optional<absl::Time>& as_of : instants) {
          JZ_ASSIGN_OR_RETURN(const StatisticCells cells, CellsOf(tx, scope, as_of));
          *response.add_statistics() =
              ToMessage(Evaluate(query, cells), query, as_of.value_or(ctx.now), codes);
        }
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<common::v1::Job> Rebuild(const Deps& deps, const rpc::CallContext& ctx,
                                        const v1::RebuildStatisticsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  const RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  v1::RebuildJobParams params;
  params.set_repair(request.repair());
  using Answer = common::v1::GetJobRequest;
  JZ_ASSIGN_OR_RETURN(Answer job, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Answer>(tx, ctx, request, [&]() -> absl::StatusOr<Answer> {
      JZ_ASSIGN_OR_RETURN(jobs::JobId id, deps.jobs.Add(tx,
                                                        {.kind = kRebuildJob,
                                                         .region = region,
                                                         .params = params.SerializeAsString(),
                                                         .created_by = ctx.subject()},
                                                        ctx.now));
      Answer answer;
      answer.set_name(id.Name());
      return answer;
    });
  }));
  return deps.jobs.Get(ctx, job);
}

}  // namespace

absl::Status ReadCounted(sql::Database& db, Date today, absl::Time deadline,
                         absl::FunctionRef<absl::Status(sql::Transaction& tx)> body) {
  for (bool counted = false; !counted;) {
    JZ_RETURN_IF_ERROR(db.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
      JZ_ASSIGN_OR_RETURN(StatisticState state, LoadStatisticState(tx));
      if (!state.filled) {
        return Unavailable("STATISTICS_NOT_READY",
                           "what was in the register before is counted for the first time");
      }
      counted = !state.ages || *state.ages >= today;
      return counted ? body(tx) : absl::OkStatus();
    }));
    if (!counted) JZ_RETURN_IF_ERROR(CountBirthdays(db, today, deadline));
  }
  return absl::OkStatus();
}

absl::StatusOr<CodeBook> LoadCodeLists(sql::Transaction& tx, const auth::RegionScope& scope,
                                       absl::Span<const std::string> lists, Date day) {
  const RegionCode region = scope.regions().size() == 1 ? scope.regions()[0] : RegionCode();
  if (lists.empty()) return CodeBook({});
  return LoadCodeBook(tx, region, day, lists);
}

rpc::Router StatisticsRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.StatisticsService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("ComputeStatistics", Compute);
  unary("ListStatisticHouseholds", ListStatisticHouseholds);
  unary("ListStatisticPersons", ListStatisticPersons);
  unary("RebuildStatistics", Rebuild);
  return router;
}

}  // namespace jz::identification
