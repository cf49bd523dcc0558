// Kinds of lists, lists, authorisations and runs of comparisons.
#include "services/identification/service_comparison.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "services/identification/comparison_job.h"
#include "services/identification/convert_comparison.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/comparison_store.h"
#include "services/identification/store/household_store.h"

namespace jz::identification {
namespace {

constexpr int kBlocksPerDelete = 500;

absl::Status ListNotFound(ComparisonListId id) {
  return NotFound("COMPARISON_LIST_NOT_FOUND", {{"list", id.Name()}}, "there is no such list");
}

absl::StatusOr<v1::PutComparisonKindsResponse> PutComparisonKinds(
    const Deps& deps, const rpc::CallContext& ctx, const v1::PutComparisonKindsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<ComparisonKind> kinds, KindsFrom(request));
  for (const ComparisonKind& kind : kinds) JZ_RETURN_IF_ERROR(ctx.scope().Require(kind.region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::PutComparisonKindsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::PutComparisonKindsResponse> {
          JZ_RETURN_IF_ERROR(
              PutKinds(tx, kinds, {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
          v1::PutComparisonKindsResponse response;
          for (const ComparisonKind& kind : kinds) *response.add_kinds() = ToMessage(kind);
          return response;
        });
  });
}

// What of a kind holds is told also to those inside the region that it holds in.
absl::StatusOr<v1::ListComparisonKindsResponse> ListComparisonKinds(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListComparisonKindsRequest& request) {
  Violations violations;
  RegionCode region;
  if (!request.region_code().empty()) {
    region = RegionFrom(request.region_code(), "region_code", violations);
  }
  Date date = DateInShanghai(ctx.now);
  if (!request.date().empty()) {
    absl::StatusOr<Date> day = ParseDate(request.date());
    if (day.ok()) {
      date = *day;
    } else {
      violations.Add("date", "DATE_FORMAT", "a civil day, YYYY-MM-DD");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  if (!request.region_code().empty()) JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  JZ_ASSIGN_OR_RETURN(auto versions, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return LoadKinds(tx, {});
  }));
  v1::ListComparisonKindsResponse response;
  for (size_t begin = 0; begin < versions.size();) {
    size_t end = begin;
    while (end < versions.size() && versions[end].code == versions[begin].code) ++end;
    absl::Span<const ComparisonKind> of_code =
        absl::MakeConstSpan(versions).subspan(begin, end - begin);
    if (const ComparisonKind* kind = ResolveKind(of_code, region, date)) {
      *response.add_kinds() = ToMessage(*kind);
    }
    begin = end;
  }
  return response;
}

absl::StatusOr<v1::ComparisonList> GetComparisonList(const Deps& deps, const rpc::CallContext& ctx,
                                                     const v1::GetComparisonListRequest& request) {
  JZ_ASSIGN_OR_RETURN(ComparisonListId id, ComparisonListId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(auto lists, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return LoadComparisonLists(tx, ctx.scope(), {id});
  }));
  if (lists.empty()) return ListNotFound(id);
  return ToMessage(lists.front(), DateInShanghai(ctx.now));
}

absl::StatusOr<v1::ListComparisonListsResponse> ListLists(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListComparisonListsRequest& request) {
  const Date today = DateInShanghai(ctx.now);
  ComparisonListPage page;
  page.kind = request.kind();
  if (!request.include_expired()) page.valid_on = today;
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  page.limit = pages.limit();
  if (!pages.Key(0).empty()) {
    page.before = absl::FromUnixMicros(pages.Number(0));
    page.before_id = ComparisonListId(pages.Number(1));
  }
  JZ_ASSIGN_OR_RETURN(auto lists, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListComparisonLists(tx, ctx.scope(), page);
  }));
  v1::ListComparisonListsResponse response;
  response.set_next_page_token(pages.Next(lists, [](const ComparisonList& last) {
    return std::vector<std::string>{absl::StrCat(absl::ToUnixMicros(last.created_at)),
                                    absl::StrCat(last.id.value())};
  }));
  for (const ComparisonList& list : lists) *response.add_lists() = ToMessage(list, today);
  return response;
}

absl::StatusOr<v1::ComparisonList> Expire(const Deps& deps, const rpc::CallContext& ctx,
                                          const v1::ExpireComparisonListRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(ComparisonListId id, ComparisonListId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(
      v1::ComparisonList ended, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
        return rpc::Once<v1::ComparisonList>(
            tx, ctx, request, [&]() -> absl::StatusOr<v1::ComparisonList> {
              JZ_ASSIGN_OR_RETURN(auto list, LockComparisonList(tx, ctx.scope(), id));
              // Who only lives in its region does not end it.
              if (!list || !ctx.scope().Contains(list->region)) return ListNotFound(id);
              list->state = ComparisonListState::kExpired;
              JZ_RETURN_IF_ERROR(EndComparisonList(tx, id));
              return ToMessage(*list, DateInShanghai(ctx.now));
            });
      }));
  int64_t deleted = kBlocksPerDelete;
  while (deleted == kBlocksPerDelete) {
    JZ_ASSIGN_OR_RETURN(deleted, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return DeleteBlocks(tx, id, kBlocksPerDelete);
    }));
  }
  return ended;
}

absl::Status RequireHouseholds(sql::Transaction& tx, const rpc::CallContext& ctx,
                               const std::vector<Authorization>& authorizations) {
  std::vector<HouseholdId> ids;
  for (const Authorization& one : authorizations) ids.emplace_back(one.household);
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LoadHouseholds(tx, ctx.scope(), ids));
  std::set<HouseholdId> known;
  for (const Household& household : households) known.insert(household.id);
  for (HouseholdId id : ids) {
    if (known.contains(id)) continue;
    return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}},
                    "there is no such household");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PutAuthorizationsResponse> PutAuthorizations(
    const Deps& deps, const rpc::CallContext& ctx, const v1::PutAuthorizationsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Authorization> authorizations,
                      AuthorizationsFrom(request, DateInShanghai(ctx.now)));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::PutAuthorizationsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::PutAuthorizationsResponse> {
          JZ_RETURN_IF_ERROR(RequireHouseholds(tx, ctx, authorizations));
          JZ_RETURN_IF_ERROR(identification::PutAuthorizations(
              tx, authorizations, {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
          v1::PutAuthorizationsResponse response;
          response.set_household_count(static_cast<int32_t>(authorizations.size()));
          return response;
        });
  });
}

// Every list is there, good today, has something in common with the region, and a kind that holds.
absl::Status RequireComparable(sql::Transaction& tx, const rpc::CallContext& ctx,
                               const ComparisonRequest& wanted) {
  const Date today = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(std::vector<ComparisonList> lists,
                      LoadComparisonLists(tx, ctx.scope(), wanted.lists));
  for (ComparisonListId id : wanted.lists) {
    auto list = std::find_if(lists.begin(), lists.end(),
                             [&](const ComparisonList& one) { return one.id == id; });
    if (list == lists.end()) return ListNotFound(id);
    const Metadata metadata = {{"list", id.Name()}};
    if (!Comparable(*list, today)) {
      return FailedPrecondition("COMPARISON_LIST_EXPIRED", metadata, "the list has expired");
    }
    if (!list->region.Contains(wanted.region) && !wanted.region.Contains(list->region)) {
      return FailedPrecondition("COMPARISON_LIST_REGION", metadata,
                                "the list covers nothing of the region");
    }
    JZ_ASSIGN_OR_RETURN(std::vector<ComparisonKind> versions, LoadKinds(tx, {list->kind}));
    const RegionCode common = list->region.Contains(wanted.region) ? wanted.region : list->region;
    if (ResolveKind(versions, common, today) == nullptr) {
      return FailedPrecondition("COMPARISON_KIND_NOT_VALID",
                                {{"list", id.Name()}, {"kind", list->kind}},
                                "the kind does not hold in the region today");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<common::v1::Job> RunComparison(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::RunComparisonRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(ComparisonRequest wanted, ComparisonFrom(request));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(wanted.region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::Job>(tx, ctx, request, [&]() -> absl::StatusOr<common::v1::Job> {
      JZ_RETURN_IF_ERROR(RequireComparable(tx, ctx, wanted));
      v1::ComparisonJobParams params;
      for (ComparisonListId id : wanted.lists) params.add_list_ids(id.value());
      params.set_hold(request.hold());
      params.set_asked_at_us(absl::ToUnixMicros(ctx.now));
      JZ_ASSIGN_OR_RETURN(jobs::JobId id, deps.jobs.Add(tx,
                                                        {.kind = kComparisonJob,
                                                         .region = wanted.region,
                                                         .params = params.SerializeAsString(),
                                                         .created_by = ctx.subject()},
                                                        ctx.now));
      common::v1::Job job;
      job.set_name(id.Name());
      job.set_kind(kComparisonJob);
      job.set_region_code(wanted.region.ToString());
      job.set_state(common::v1::JOB_STATE_QUEUED);
      job.set_created_by(ctx.subject());
      *job.mutable_created_at() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(ctx.now));
      return job;
    });
  });
}

}  // namespace

rpc::Router ComparisonRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.ComparisonService");
  router.Unary<v1::PutComparisonKindsRequest, v1::PutComparisonKindsResponse>(
      "PutComparisonKinds",
      [&](const auto& ctx, const auto& request) { return PutComparisonKinds(deps, ctx, request); });
  router.Unary<v1::ListComparisonKindsRequest, v1::ListComparisonKindsResponse>(
      "ListComparisonKinds", [&](const auto& ctx, const auto& request) {
        return ListComparisonKinds(deps, ctx, request);
      });
  router.Unary<v1::GetComparisonListRequest, v1::ComparisonList>(
      "GetComparisonList",
      [&](const auto& ctx, const auto& request) { return GetComparisonList(deps, ctx, request); });
  router.Unary<v1::ListComparisonListsRequest, v1::ListComparisonListsResponse>(
      "ListComparisonLists",
      [&](const auto& ctx, const auto& request) { return ListLists(deps, ctx, request); });
  router.Unary<v1::ExpireComparisonListRequest, v1::ComparisonList>(
      "ExpireComparisonList",
      [&](const auto& ctx, const auto& request) { return Expire(deps, ctx, request); });
  router.Unary<v1::PutAuthorizationsRequest, v1::PutAuthorizationsResponse>(
      "PutAuthorizations",
      [&](const auto& ctx, const auto& request) { return PutAuthorizations(deps, ctx, request); });
  router.Unary<v1::RunComparisonRequest, common::v1::Job>(
      "RunComparison",
      [&](const auto& ctx, const auto& request) { return RunComparison(deps, ctx, request); });
  AddComparisonUpload(router, deps);
  AddComparisonFindings(router, deps);
  return router;
}

}  // namespace jz::identification
