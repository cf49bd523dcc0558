// Households that become one (并户).
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "services/identification/regroup.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_household.h"

namespace jz::identification {
namespace {

constexpr int kMaxSources = 9;
constexpr char kMerged[] = "MERGED";

// The land of both; absent where neither has any.
void AddAreas(const v1::HouseholdItems& from, v1::HouseholdItems& to) {
  for (const char* name :
       {"arable_area_hundredths", "forest_area_hundredths", "returned_forest_area_hundredths",
        "orchard_area_hundredths", "pasture_area_hundredths", "water_area_hundredths"}) {
    const auto* field = from.GetDescriptor()->FindFieldByName(name);
    const auto& reflection = *from.GetReflection();
    if (!reflection.HasField(from, field)) continue;
    to.GetReflection()->SetInt64(&to, field,
                                 reflection.GetInt64(to, field) + reflection.GetInt64(from, field));
  }
}

class Merging {
 public:
  Merging(const Deps& deps, const QualityRules& rules, const rpc::CallContext& ctx,
          const v1::MergeHouseholdsRequest& request)
      : deps_(deps), rules_(rules), ctx_(ctx), request_(request) {}

  absl::StatusOr<v1::MergeHouseholdsResponse> Run(sql::Transaction& tx) {
    JZ_ASSIGN_OR_RETURN(std::vector<WantedHousehold> wanted, Wanted());
    JZ_ASSIGN_OR_RETURN(drafts_, LockDrafts(tx, ctx_.scope(), wanted));
    JZ_RETURN_IF_ERROR(CheckMayRegroup(tx, drafts_, regrouping_));
    JZ_RETURN_IF_ERROR(CheckTogether());
    for (size_t i = 1; i < drafts_.size(); ++i) JZ_RETURN_IF_ERROR(TakeOver(drafts_[i]));
    JZ_RETURN_IF_ERROR(NameHead());
    JZ_RETURN_IF_ERROR(whole().Recount(deps_.sealer));
    v1::MergeHouseholdsResponse response;
    JZ_RETURN_IF_ERROR(
        WriteDrafts(tx, rules_, ctx_, absl::MakeSpan(drafts_), *response.mutable_warnings()));
    JZ_RETURN_IF_ERROR(InsertHouseholdLinks(tx, links_));
    for (const HouseholdDraft& draft : drafts_) {
      JZ_ASSIGN_OR_RETURN(*response.add_households(), ToMessage(draft, deps_.sealer));
    }
    return response;
  }

 private:
  HouseholdDraft& whole() { return drafts_.front(); }

  absl::StatusOr<std::vector<WantedHousehold>> Wanted() {
    Violations violations;
    regrouping_.kind = kHouseholdMerged;
    regrouping_.day = CheckRegrouping(request_.effective_date(), request_.reason(),
                                      DateInShanghai(ctx_.now), violations);
    CheckBatch("sources", request_.sources_size(), kMaxSources, violations);
    std::vector<WantedHousehold> wanted;
    std::set<HouseholdId> seen;
    auto want = [&](const std::string& name, const std::string& etag, const std::string& path) {
      auto id = HouseholdId::Parse(name);
      if (!id.ok()) {
        violations.Add(path + "household", "RESOURCE_NAME_FORMAT", "the name of a household");
      } else if (!seen.insert(*id).second) {
        violations.Add(path + "household", "HOUSEHOLD_DUPLICATE", "the household comes twice");
      } else {
        wanted.push_back({.id = *id, .etag = etag, .etag_field = path + "etag"});
      }
    };
    want(request_.household(), request_.etag(), "");
    for (int i = 0; i < std::min(request_.sources_size(), kMaxSources); ++i) {
      const auto& source = request_.sources(i);
      want(source.household(), source.etag(), absl::StrCat("sources[", i, "]."));
    }
    JZ_RETURN_IF_ERROR(violations.ToStatus());
    return wanted;
  }

  absl::Status CheckTogether() {
    const Household& target = whole().household();
    size_t members = 0;
    for (const HouseholdDraft& draft : drafts_) {
      const Household& household = draft.household();
      const Metadata metadata = {{"household", household.id.Name()}};
      members += draft.members().size();
      if (household.region.CountyNumber() != target.region.CountyNumber()) {
        return FailedPrecondition("HOUSEHOLDS_OF_OTHER_COUNTY", metadata,
                                  "the households live in different counties");
      }
      if (household.state != target.state) {
        return FailedPrecondition("HOUSEHOLD_STATES_DIFFER", metadata,
                                  "the households stand in different places of the register");
      }
    }
    if (members > kMaxMembers) {
      return FailedPrecondition("HOUSEHOLD_TOO_LARGE", {{"household", target.id.Name()}},
                                "it would have more than 50 members");
    }
    return absl::OkStatus();
  }

  absl::Status TakeOver(HouseholdDraft& source) {
    Household& target = whole().household();
    const int count = static_cast<int>(source.members().size());
    while (!source.members().empty()) {
      JZ_RETURN_IF_ERROR(GoOver(source.members().front().id, regrouping_, source, whole()));
      // What the person is to the other head is not known.
      whole().members().back().relation.clear();
      whole().put.back().relation.clear();
    }
    AddAreas(source.facts().household(), *whole().facts().mutable_household());
    if (!whole().facts().has_monitoring() && source.facts().has_monitoring()) {
      *whole().facts().mutable_monitoring() = source.facts().monitoring();
    }
    for (const std::string& kind : source.household().exclusion_kinds) {
      auto& kinds = target.exclusion_kinds;
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
    std::sort(target.exclusion_kinds.begin(), target.exclusion_kinds.end());
    Close(source, count);
    links_.push_back({.kind = HouseholdLinkKind::kMerge,
                      .from = source.household().id,
                      .to = target.id,
                      .effective_date = regrouping_.day,
                      .person_count = count,
                      .reason = request_.reason(),
                      .recorded_by = ctx_.subject(),
                      .recorded_at = ctx_.now});
    return absl::OkStatus();
  }

  void Close(HouseholdDraft& source, int member_count) {
    Household& household = source.household();
    source.change.reason = kMerged;
    source.change.related.push_back(whole().household().id);
    whole().change.related.push_back(household.id);
    source.change.adjustment = Adjustment{.kind = AdjustmentKind::kNaturalDecrease,
                                          .reason = kMerged,
                                          .effective_date = regrouping_.day,
                                          .state_before = household.state,
                                          .state_after = HouseholdState::kClosed,
                                          .member_count = member_count,
                                          .case_id = 0};
    household.state = HouseholdState::kClosed;
    household.state_since = regrouping_.day;
    household.head = PersonId();
    household.member_count = household.able_to_work_count = 0;
  }

  absl::Status NameHead() {
    whole().change.reason = kMerged;
    Violations violations;
    const PersonId old_head = whole().household().head;
    const Person* head = whole().Find(old_head);
    PersonId new_head = old_head;
    if (!request_.head().person().empty()) {
      auto id = PersonId::Parse(request_.head().person());
      new_head = id.ok() ? *id : PersonId();
    }
    if (head == nullptr || whole().Find(new_head) == nullptr) {
      violations.Add("head", "HEAD_REQUIRED", "one of the members is the head (户主)");
      return violations.ToStatus();
    }
    ChangeHead(
        {.new_head = new_head, .old_head = old_head, .old_head_sex = head->sex, .settled = {}},
        request_.head(), rules_.codes, "head", whole(), violations);
    CheckComposition(whole(), "household", violations);
    return violations.ToStatus();
  }

  const Deps& deps_;
  const QualityRules& rules_;
  const rpc::CallContext& ctx_;
  const v1::MergeHouseholdsRequest& request_;
  Regrouping regrouping_;
  std::vector<HouseholdDraft> drafts_;  // the one that stays, then the others
  std::vector<HouseholdLink> links_;
};

}  // namespace

absl::StatusOr<v1::MergeHouseholdsResponse> MergeHouseholds(
    const Deps& deps, QualityRuleCache& rules, const rpc::CallContext& ctx,
    const v1::MergeHouseholdsRequest& request) {
  using Response = v1::MergeHouseholdsResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(auto held, rules.Get(tx, ctx.now));
      return Merging(deps, *held, ctx, request).Run(tx);
    });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

}  // namespace jz::identification
