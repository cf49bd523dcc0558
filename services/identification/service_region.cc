#include "services/identification/service_region.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_region.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_region_reform.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

absl::StatusOr<v1::ImportRegionsResponse> ImportRegions(const Deps& deps,
                                                        const rpc::CallContext& ctx,
                                                        const v1::ImportRegionsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  std::vector<Region> rows = RegionsFrom(request, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<RegionCode> codes;
  for (const Region& row : rows) {
    JZ_RETURN_IF_ERROR(ctx.scope().Require(row.code));
    codes.push_back(row.code);
    codes.push_back(row.code.Parent());
  }
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::ImportRegionsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::ImportRegionsResponse> {
          JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LockRegions(tx, codes));
          Violations conflicts;
          RegionPlan plan = PlanRegionImport(RegionBook(stored), rows, conflicts);
          JZ_RETURN_IF_ERROR(conflicts.ToStatus());
          const RecordedBy recorded{.subject = ctx.subject(), .at = ctx.now};
          JZ_RETURN_IF_ERROR(CloseRegions(tx, plan.closed, recorded));
          JZ_RETURN_IF_ERROR(InsertRegions(tx, plan.created, recorded));
          v1::ImportRegionsResponse response;
          response.set_created_count(static_cast<int>(plan.created.size()));
          response.set_closed_count(static_cast<int>(plan.closed.size()));
          response.set_unchanged_count(plan.unchanged);
          return response;
        });
  });
}

absl::StatusOr<v1::Region> GetRegion(const Deps& deps, const rpc::CallContext& ctx,
                                     const v1::GetRegionRequest& request) {
  JZ_ASSIGN_OR_RETURN(RegionCode code, ParseRegionName(request.name()));
  Violations violations;
  Date as_of = DateOr(request.as_of(), DateInShanghai(ctx.now), "as_of", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(std::optional<Region> region,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindRegion(tx, ctx.scope(), code, as_of);
                      }));
  if (!region) {
    return NotFound("REGION_NOT_FOUND", {{"region", request.name()}},
                    "no such region is valid on that day");
  }
  return ToMessage(*region);
}

absl::StatusOr<v1::ListRegionsResponse> ListRegions(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::ListRegionsRequest& request) {
  Violations violations;
  RegionPage page;
  if (!request.parent_code().empty()) {
    page.parent = RegionFrom(request.parent_code(), "parent_code", violations);
  }
  page.as_of = DateOr(request.as_of(), DateInShanghai(ctx.now), "as_of", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  page.limit = pages.limit();
  page.after = RegionCode::FromNumber(pages.Number(0));
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListChildren(tx, ctx.scope(), page);
                      }));
  v1::ListRegionsResponse response;
  response.set_next_page_token(pages.Next(regions, [](const Region& last) {
    return std::vector<std::string>{absl::StrCat(last.code.number())};
  }));
  for (const Region& region : regions) *response.add_regions() = ToMessage(region);
  return response;
}

// Corrections need a reason, and a typing error in a region would make a value that never holds.
absl::Status CheckStored(sql::Transaction& tx, absl::Span<const Parameter> parameters) {
  std::vector<RegionCode> codes;
  for (const Parameter& parameter : parameters) codes.push_back(parameter.region);
  JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LoadRegions(tx, codes));
  JZ_ASSIGN_OR_RETURN(std::vector<bool> corrections, AreCorrections(tx, parameters));
  const RegionBook regions(stored);
  Violations violations;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.region != RegionCode() && !regions.Exists(parameter.region)) {
      violations.Add(absl::StrCat("parameters[", i, "].region_code"), "REGION_UNKNOWN",
                     "there is no such region");
    }
    if (corrections[i] && parameter.reason.empty()) {
      violations.Add(absl::StrCat("parameters[", i, "].reason"), "REASON_REQUIRED",
                     "it corrects a value that was entered before");
    }
  }
  return violations.ToStatus();
}

absl::StatusOr<v1::SetParametersResponse> SetParameters(const Deps& deps,
                                                        const rpc::CallContext& ctx,
                                                        const v1::SetParametersRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  std::vector<Parameter> parameters = ParametersFrom(request, ctx.subject(), ctx.now, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  for (const Parameter& parameter : parameters) {
    JZ_RETURN_IF_ERROR(ctx.scope().Require(parameter.region));
  }
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::SetParametersResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::SetParametersResponse> {
          JZ_RETURN_IF_ERROR(CheckStored(tx, parameters));
          JZ_RETURN_IF_ERROR(InsertParameters(tx, parameters));
          v1::SetParametersResponse response;
          for (const Parameter& parameter : parameters) {
            *response.add_parameters() = ToMessage(parameter);
          }
          return response;
        });
  });
}

absl::StatusOr<v1::Parameter> ResolveParameterRpc(const Deps& deps, const rpc::CallContext& ctx,
                                                  const v1::ResolveParameterRequest& request) {
  JZ_ASSIGN_OR_RETURN(ParameterQuery query, QueryFrom(request, DateInShanghai(ctx.now)));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(query.region));
  JZ_ASSIGN_OR_RETURN(std::optional<Parameter> parameter,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ResolveParameter(tx, query);
                      }));
  if (!parameter) {
    return NotFound("PARAMETER_NOT_FOUND",
                    {{"kind", query.kind}, {"region", query.region.ToString()}},
                    "no value is set for this region or one that contains it");
  }
  return ToMessage(*parameter);
}

std::vector<std::string> KeyOf(const Parameter& parameter) {
  return {parameter.kind, absl::StrCat(parameter.region.number()),
          absl::StrCat(parameter.valid_from - Date()),
          absl::StrCat(absl::ToUnixMicros(parameter.recorded_at))};
}

std::optional<Parameter> AfterKey(const rpc::ListPage& pages) {
  if (pages.Key(0).empty()) return std::nullopt;
  Parameter after;
  after.kind = pages.Key(0);
  after.region = RegionCode::FromNumber(pages.Number(1));
  after.valid_from = Date() + pages.Number(2);
  after.recorded_at = absl::FromUnixMicros(pages.Number(3));
  return after;
}

absl::StatusOr<v1::ListParametersResponse> ListParametersRpc(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListParametersRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const ParameterPage page{
      .kind = request.kind(), .after = AfterKey(pages), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Parameter> parameters,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListParameters(tx, scope, page);
                      }));
  v1::ListParametersResponse response;
  response.set_next_page_token(pages.Next(parameters, KeyOf));
  for (const Parameter& parameter : parameters) {
    *response.add_parameters() = ToMessage(parameter);
  }
  return response;
}

}  // namespace

rpc::Router RegionRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.RegionService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("ImportRegions", ImportRegions);
  unary("ReformRegions", ReformRegions);
  unary("ResolveRegions", ResolveRegions);
  unary("GetRegion", GetRegion);
  unary("ListRegions", ListRegions);
  unary("SetParameters", SetParameters);
  unary("ResolveParameter", ResolveParameterRpc);
  unary("ListParameters", ListParametersRpc);
  return router;
}

}  // namespace jz::identification
