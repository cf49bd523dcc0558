// Units and cadres.
#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "services/assistance/convert.h"
#include "services/assistance/service.h"
#include "services/assistance/store/party_store.h"

namespace jz::assistance {
namespace {

// Fresh ids for all items, by the county of the first: one batch is one office's work.
template <class T>
absl::Status GiveIds(const Deps& deps, const rpc::CallContext& ctx, std::vector<T>& items) {
  JZ_ASSIGN_OR_RETURN(
      std::vector<int64_t> ids,
      deps.ids.Next(items.front().region, static_cast<int>(items.size()), ctx.deadline));
  for (size_t i = 0; i < items.size(); ++i) items[i].id = decltype(items[i].id)(ids[i]);
  return absl::OkStatus();
}

absl::Status RequireUnits(sql::Transaction& tx, const rpc::CallContext& ctx,
                          const std::vector<Cadre>& cadres) {
  std::vector<int64_t> ids;
  ids.reserve(cadres.size());
  for (const Cadre& cadre : cadres) ids.push_back(cadre.unit.value());
  JZ_ASSIGN_OR_RETURN(std::vector<Unit> units, UnitsById(tx, ctx.scope(), ids));
  Violations violations;
  for (size_t i = 0; i < cadres.size(); ++i) {
    bool known = std::any_of(units.begin(), units.end(),
                             [&](const Unit& unit) { return unit.id == cadres[i].unit; });
    if (!known)
      violations.Add(absl::StrCat("cadres[", i, "].unit"), "UNIT_NOT_FOUND",
                     "no such unit in your region");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<v1::BatchCreateUnitsResponse> BatchCreateUnits(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchCreateUnitsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Unit> units, FromRequest(request));
  for (const Unit& unit : units) JZ_RETURN_IF_ERROR(ctx.scope().Require(unit.region));
  JZ_RETURN_IF_ERROR(GiveIds(deps, ctx, units));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchCreateUnitsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchCreateUnitsResponse> {
          JZ_RETURN_IF_ERROR(InsertUnits(tx, units, {ctx.subject(), ctx.now}));
          v1::BatchCreateUnitsResponse response;
          for (const Unit& unit : units) *response.add_units() = ToMessage(unit);
          return response;
        });
  });
}

absl::StatusOr<v1::ListUnitsResponse> ListUnits(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::ListUnitsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const Page page{.after = pages.Number(0), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Unit> units,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListUnits(tx, scope, page);
                      }));
  v1::ListUnitsResponse response;
  response.set_next_page_token(pages.Next(units, rpc::ById));
  for (const Unit& unit : units) *response.add_units() = ToMessage(unit);
  return response;
}

absl::StatusOr<v1::BatchCreateCadresResponse> BatchCreateCadres(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchCreateCadresRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Cadre> cadres, FromRequest(request, deps.sealer));
  for (const Cadre& cadre : cadres) JZ_RETURN_IF_ERROR(ctx.scope().Require(cadre.region));
  JZ_RETURN_IF_ERROR(GiveIds(deps, ctx, cadres));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchCreateCadresResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchCreateCadresResponse> {
          JZ_RETURN_IF_ERROR(RequireUnits(tx, ctx, cadres));
          JZ_RETURN_IF_ERROR(InsertCadres(tx, cadres, {ctx.subject(), ctx.now}));
          v1::BatchCreateCadresResponse response;
          for (const Cadre& cadre : cadres) *response.add_cadres() = ToMessage(cadre, deps.sealer);
          return response;
        });
  });
}

absl::StatusOr<v1::ListCadresResponse> ListCadres(const Deps& deps, const rpc::CallContext& ctx,
                                                  const v1::ListCadresRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const Page page{.after = pages.Number(0), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Cadre> cadres,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListCadres(tx, scope, page);
                      }));
  v1::ListCadresResponse response;
  response.set_next_page_token(pages.Next(cadres, rpc::ById));
  for (const Cadre& cadre : cadres) *response.add_cadres() = ToMessage(cadre, deps.sealer);
  return response;
}

}  // namespace jz::assistance
