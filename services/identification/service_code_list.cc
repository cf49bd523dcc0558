#include "services/identification/service_code_list.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_code_list.h"
#include "services/identification/convert_region.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

absl::StatusOr<v1::ListCodesResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                           const v1::ListCodesRequest& request) {
  Violations violations;
  RegionCode region;
  if (!request.region_code().empty()) {
    region = RegionFrom(request.region_code(), "region_code", violations);
  }
  const Date as_of = DateOr(request.as_of(), DateInShanghai(ctx.now), "as_of", violations);
  if (!request.list().empty() && !IsCodeName(request.list())) {
    violations.Add("list", "CODE_LIST_FORMAT", "lower-case letters, digits, underscores");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  // What the whole nation has is nobody's secret.
  if (region != RegionCode()) JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  std::vector<std::string> lists;
  if (!request.list().empty()) lists.push_back(request.list());
  JZ_ASSIGN_OR_RETURN(std::vector<StoredCode> codes,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListCodes(tx, lists, region, as_of);
                      }));
  v1::ListCodesResponse response;
  for (const StoredCode& code : codes) *response.add_codes() = ToMessage(code);
  return response;
}

absl::Status CheckRegions(sql::Transaction& tx, absl::Span<const StoredCode> codes,
                          Violations& violations) {
  std::vector<RegionCode> regions;
  for (const StoredCode& code : codes) regions.push_back(code.region);
  JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LoadRegions(tx, regions));
  const RegionBook book(stored);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i].region != RegionCode() && !book.Exists(codes[i].region)) {
      violations.Add(absl::StrCat("codes[", i, "].region_code"), "REGION_UNKNOWN",
                     "there is no such region");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PutCodesResponse> Store(sql::Transaction& tx,
                                           absl::Span<const StoredCode> codes) {
  std::set<std::string> lists;
  for (const StoredCode& code : codes) lists.insert(code.entry.list);
  JZ_ASSIGN_OR_RETURN(std::vector<StoredCode> stored,
                      LockCodes(tx, std::vector<std::string>(lists.begin(), lists.end())));
  Violations violations;
  JZ_RETURN_IF_ERROR(CheckRegions(tx, codes, violations));
  const CodePlan plan = PlanCodes(stored, codes, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(CloseCodes(tx, plan.closed));
  JZ_RETURN_IF_ERROR(InsertCodes(tx, plan.created));
  v1::PutCodesResponse response;
  for (const StoredCode& code : codes) *response.add_codes() = ToMessage(code);
  return response;
}

absl::StatusOr<v1::PutCodesResponse> Put(const Deps& deps, const rpc::CallContext& ctx,
                                         const v1::PutCodesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  const std::vector<StoredCode> codes = CodesFrom(request, ctx.subject(), ctx.now, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  for (const StoredCode& code : codes) JZ_RETURN_IF_ERROR(ctx.scope().Require(code.region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::PutCodesResponse>(tx, ctx, request, [&] { return Store(tx, codes); });
  });
}

}  // namespace

rpc::Router CodeListRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.CodeListService");
  router.Unary<v1::ListCodesRequest, v1::ListCodesResponse>(
      "ListCodes", [&deps](const rpc::CallContext& ctx, const v1::ListCodesRequest& request) {
        return List(deps, ctx, request);
      });
  router.Unary<v1::PutCodesRequest, v1::PutCodesResponse>(
      "PutCodes", [&deps](const rpc::CallContext& ctx, const v1::PutCodesRequest& request) {
        return Put(deps, ctx, request);
      });
  return router;
}

}  // namespace jz::identification
