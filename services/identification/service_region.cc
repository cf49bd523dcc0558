#include "services/identification/service_region.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_region.h"
#include "services/identification/scope_filter.h"
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
    absl::StatusOr<RegionCode> parent = RegionCode::Parse(request.parent_code());
    if (!parent.ok()) violations.Add("parent_code", "REGION_CODE_FORMAT", "12 digits");
    page.parent = parent.value_or(RegionCode());
  }
  page.as_of = DateOr(request.as_of(), DateInShanghai(ctx.now), "as_of", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(page.limit, PageSize(request.page_size()));
  const std::string query = absl::StrCat("regions ", ctx.subject(), " ", page.parent.ToString(),
                                         " ", FormatDate(page.as_of));
  JZ_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                      deps.page_tokens.Read(query, request.page_token()));
  if (!keys.empty()) {
    JZ_ASSIGN_OR_RETURN(page.after, RegionCode::Parse(keys[0]));
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListChildren(tx, ctx.scope(), page);
                      }));
  v1::ListRegionsResponse response;
  for (const Region& region : regions) *response.add_regions() = ToMessage(region);
  if (static_cast<int>(regions.size()) == page.limit) {
    response.set_next_page_token(deps.page_tokens.Make(query, {regions.back().code.ToString()}));
  }
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

absl::StatusOr<std::optional<Parameter>> AfterKey(const std::vector<std::string>& keys) {
  if (keys.empty()) return std::optional<Parameter>();
  Parameter after;
  int64_t recorded_at_us = 0;
  bool good = keys.size() == 4 && absl::SimpleAtoi(keys[3], &recorded_at_us);
  absl::StatusOr<RegionCode> region = RegionCode::Parse(good ? keys[1] : "");
  absl::StatusOr<Date> valid_from = ParseDate(good ? keys[2] : "");
  if (!region.ok() || !valid_from.ok()) {
    return InvalidArgument("PAGE_TOKEN_INVALID", {}, "the page token is damaged");
  }
  after.kind = keys[0];
  after.region = *region;
  after.valid_from = *valid_from;
  after.recorded_at = absl::FromUnixMicros(recorded_at_us);
  return std::optional<Parameter>(after);
}

absl::StatusOr<v1::ListParametersResponse> ListParametersRpc(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListParametersRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, NarrowScope(ctx, request.region_code()));
  ParameterPage page;
  page.kind = request.kind();
  JZ_ASSIGN_OR_RETURN(page.limit, PageSize(request.page_size()));
  const std::string query =
      absl::StrCat("parameters ", ctx.subject(), " ", request.kind(), " ", request.region_code());
  JZ_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                      deps.page_tokens.Read(query, request.page_token()));
  JZ_ASSIGN_OR_RETURN(page.after, AfterKey(keys));
  JZ_ASSIGN_OR_RETURN(std::vector<Parameter> parameters,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListParameters(tx, scope, page);
                      }));
  v1::ListParametersResponse response;
  for (const Parameter& parameter : parameters) {
    *response.add_parameters() = ToMessage(parameter);
  }
  if (static_cast<int>(parameters.size()) == page.limit) {
    const Parameter& last = parameters.back();
    response.set_next_page_token(deps.page_tokens.Make(
        query, {last.kind, last.region.ToString(), FormatDate(last.valid_from),
                absl::StrCat(absl::ToUnixMicros(last.recorded_at))}));
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
  unary("GetRegion", GetRegion);
  unary("ListRegions", ListRegions);
  unary("SetParameters", SetParameters);
  unary("ResolveParameter", ResolveParameterRpc);
  unary("ListParameters", ListParametersRpc);
  return router;
}

}  // namespace jz::identification
