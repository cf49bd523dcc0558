#include "services/identification/service_household.h"

#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/convert_register.h"
#include "services/identification/edit_household.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/membership_store.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

static_assert(static_cast<int>(HouseholdLinkKind::kMerge) == v1::HOUSEHOLD_LINK_KIND_MERGE);

// For the history.
const char* ReasonOfEdit(const v1::HouseholdEdit& edit) {
  if (!edit.joins().empty() || !edit.leaves().empty()) return "MEMBER_CHANGE";
  return edit.has_head() ? "HEAD_CHANGED" : "CORRECTED";
}

v1::HouseholdLink ToMessage(const HouseholdLink& link) {
  v1::HouseholdLink message;
  message.set_kind(static_cast<v1::HouseholdLinkKind>(link.kind));
  message.set_from_household(link.from.Name());
  message.set_to_household(link.to.Name());
  message.set_effective_date(FormatDate(link.effective_date));
  message.set_person_count(link.person_count);
  message.set_reason(link.reason);
  message.set_recorded_by(link.recorded_by);
  *message.mutable_record_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(link.recorded_at));
  return message;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> NewIds(const Deps& deps, HouseholdId household, int count,
                                            absl::Time deadline) {
  if (count == 0) return std::vector<int64_t>();
  constexpr int64_t kVillagesOfCounty = 1'000'000;
  const RegionCode county =
      RegionCode::FromNumber(CountyOfId(household.value()) * kVillagesOfCounty);
  return deps.ids.Next(county, count, deadline);
}

absl::StatusOr<v1::Household> ToMessage(const HouseholdDraft& draft, const crypto::Sealer& sealer) {
  HouseholdView view{.household = draft.household(),
                     .head_name = "",
                     .members = draft.members(),
                     .income = {},
                     .facts = draft.change.facts};
  for (const Person& person : view.members) {
    if (person.id == view.household.head) view.head_name = person.name;
  }
  return ToMessage(view, sealer, crypto::Purpose::kDetail);
}

absl::Status UpdateInside(const Deps& deps, const QualityRules& rules, const rpc::CallContext& ctx,
                          sql::Transaction& tx, const v1::HouseholdEdit& edit,
                          std::vector<int64_t> new_ids, v1::UpdateHouseholdResponse& response) {
  JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(edit.household()));
  JZ_ASSIGN_OR_RETURN(
      std::vector<HouseholdDraft> drafts,
      LockDrafts(tx, ctx.scope(), {{.id = id, .etag = edit.etag(), .etag_field = "edit.etag"}}));
  const EditContext context{.sealer = deps.sealer,
                            .codes = rules.codes,
                            .today = DateInShanghai(ctx.now),
                            .new_ids = std::move(new_ids)};
  JZ_RETURN_IF_ERROR(ApplyEdit(tx, context, edit, "edit", drafts.front()));
  drafts.front().change.reason = ReasonOfEdit(edit);
  JZ_RETURN_IF_ERROR(
      WriteDrafts(tx, rules, ctx, absl::MakeSpan(drafts), *response.mutable_warnings()));
  JZ_ASSIGN_OR_RETURN(*response.mutable_household(), ToMessage(drafts.front(), deps.sealer));
  return absl::OkStatus();
}

absl::StatusOr<v1::UpdateHouseholdResponse> UpdateHousehold(
    const Deps& deps, QualityRuleCache& rules, const rpc::CallContext& ctx,
    const v1::UpdateHouseholdRequest& request) {
  using Response = v1::UpdateHouseholdResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(request.edit().household()));
  const int joins = std::min(request.edit().joins_size(), static_cast<int>(kMaxMembers));
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, NewIds(deps, id, joins, ctx.deadline));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(auto held, rules.Get(tx, ctx.now));
      Response made;
      JZ_RETURN_IF_ERROR(UpdateInside(deps, *held, ctx, tx, request.edit(), ids, made));
      return made;
    });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::ListHouseholdLinksResponse> ListLinks(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListHouseholdLinksRequest& request) {
  JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(request.household()));
  std::vector<HouseholdLink> links;
  JZ_RETURN_IF_ERROR(deps.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LoadHouseholds(tx, ctx.scope(), {id}));
    if (households.empty()) {
      return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}},
                      "there is no such household");
    }
    JZ_ASSIGN_OR_RETURN(links, ListHouseholdLinks(tx, ctx.scope(), id));
    return absl::OkStatus();
  }));
  v1::ListHouseholdLinksResponse response;
  for (const HouseholdLink& link : links) *response.add_links() = ToMessage(link);
  return response;
}

rpc::Router HouseholdRouter(const Deps& deps, QualityRuleCache& rules) {
  rpc::Router router("jingzhun.identification.v1.HouseholdService");
  router.Unary<v1::UpdateHouseholdRequest, v1::UpdateHouseholdResponse>(
      "UpdateHousehold", [&](const rpc::CallContext& ctx, const auto& request) {
        return UpdateHousehold(deps, rules, ctx, request);
      });
  router.Unary<v1::SplitHouseholdRequest, v1::SplitHouseholdResponse>(
      "SplitHousehold", [&](const rpc::CallContext& ctx, const auto& request) {
        return SplitHousehold(deps, rules, ctx, request);
      });
  router.Unary<v1::MergeHouseholdsRequest, v1::MergeHouseholdsResponse>(
      "MergeHouseholds", [&](const rpc::CallContext& ctx, const auto& request) {
        return MergeHouseholds(deps, rules, ctx, request);
      });
  router.Unary<v1::ListHouseholdLinksRequest, v1::ListHouseholdLinksResponse>(
      "ListHouseholdLinks", [&](const rpc::CallContext& ctx, const auto& request) {
        return ListLinks(deps, ctx, request);
      });
  router.Unary<v1::SearchHouseholdsRequest, v1::SearchHouseholdsResponse>(
      "SearchHouseholds",
      [&](const rpc::CallContext& ctx, const auto& request) { return Search(deps, ctx, request); });
  return router;
}

}  // namespace jz::identification
