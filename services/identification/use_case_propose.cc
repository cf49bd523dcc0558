#include "services/identification/use_case_propose.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/use_case_campaign.h"

namespace jz::identification {
namespace {

absl::Status CaseOpen(HouseholdId household) {
  return FailedPrecondition("CASE_OPEN", {{"household", household.Name()}},
                            "the household has an open case already");
}

// Two calls for one household at the same time: the later one loses.
absl::Status InsertUnlessOpen(sql::Transaction& tx, const std::vector<NewCase>& cases) {
  absl::Status inserted = InsertCases(tx, cases);
  if (!absl::IsAlreadyExists(inserted)) return inserted;
  return FailedPrecondition("CASE_OPEN", {}, "a household has an open case already");
}

absl::Status RequireNoOpenCase(sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  JZ_ASSIGN_OR_RETURN(auto busy, FindHouseholdsWithOpenCase(tx, households));
  return busy.empty() ? absl::OkStatus() : CaseOpen(busy.front());
}

// In the order of `ids`. NOT_FOUND HOUSEHOLD_NOT_FOUND.
absl::StatusOr<std::vector<Household>> LoadInOrder(sql::Transaction& tx,
                                                   const auth::RegionScope& scope,
                                                   absl::Span<const HouseholdId> ids) {
  JZ_ASSIGN_OR_RETURN(auto loaded, LoadHouseholds(tx, scope, ids));
  absl::flat_hash_map<HouseholdId, Household> by_id;
  for (Household& household : loaded) by_id[household.id] = std::move(household);
  std::vector<Household> ordered;
  for (HouseholdId id : ids) {
    auto found = by_id.find(id);
    if (found == by_id.end()) {
      return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}},
                      "there is no such household");
    }
    ordered.push_back(found->second);
  }
  return ordered;
}

std::vector<Case> ItemsOf(const std::vector<NewCase>& drafts) {
  std::vector<Case> items;
  for (const NewCase& draft : drafts) items.push_back(draft.item);
  return items;
}

absl::StatusOr<ProposalTask> TaskOf(sql::Transaction& tx, const rpc::CallContext& ctx) {
  JZ_ASSIGN_OR_RETURN(Procedure procedure, LoadProcedure(tx, kDefaultProcedure));
  return ProposalTask{
      .procedure = std::move(procedure), .proposed_by = ctx.subject(), .now = ctx.now};
}

// Whether an old case may be replaced, given its household as it is now.
absl::Status CheckReplaceable(const Case& old, const Household& household) {
  switch (old.state) {
    case CaseState::kRejected:
    case CaseState::kNotAdmitted:
      return absl::OkStatus();
    case CaseState::kOpen:
      if (household.version != old.household_version) return absl::OkStatus();
      return FailedPrecondition("CASE_NOT_STALE", {{"case", old.id.Name()}},
                                "the household has not changed since it was assessed");
    default:
      return FailedPrecondition("CASE_CLOSED", {{"case", old.id.Name()}}, "the case is closed");
  }
}

class Reassessment {
 public:
  Reassessment(sql::Transaction& tx, const rpc::CallContext& ctx) : tx_(tx), ctx_(ctx) {}

  // `cases` of one campaign, or none, with their households.
  absl::StatusOr<std::vector<NewCase>> Draft(CampaignId campaign, const std::vector<Case>& cases,
                                             const std::vector<Household>& households) {
    return campaign.empty() ? DraftSingle(cases, households)
                            : DraftInCampaign(campaign, households);
  }

 private:
  absl::StatusOr<std::vector<NewCase>> DraftSingle(const std::vector<Case>& cases,
                                                   const std::vector<Household>& households) {
    std::vector<SingleProposal> proposals;
    for (const Case& old : cases) {
      JZ_ASSIGN_OR_RETURN(CaseAssessment assessment, LoadAssessment(tx_, old.id));
      proposals.push_back({.household = old.household,
                           .kind = old.kind,
                           .reason = old.reason,
                           .note = assessment.note});
    }
    JZ_ASSIGN_OR_RETURN(ProposalTask task, TaskOf(tx_, ctx_));
    return DraftSingleCases(tx_, policies_, task, households, proposals);
  }

  absl::StatusOr<std::vector<NewCase>> DraftInCampaign(CampaignId id,
                                                       const std::vector<Household>& households) {
    JZ_ASSIGN_OR_RETURN(Campaign campaign, RequireOpenCampaign(tx_, ctx_.scope(), id));
    JZ_ASSIGN_OR_RETURN(Procedure procedure, LoadProcedure(tx_, campaign.procedure));
    AssessmentTask task{.campaign = campaign,
                        .procedure = procedure,
                        .proposed_by = ctx_.subject(),
                        .now = ctx_.now};
    JZ_ASSIGN_OR_RETURN(Assessed assessed, AssessForCampaign(tx_, policies_, task, households));
    return assessed.drafts;
  }

  sql::Transaction& tx_;
  const rpc::CallContext& ctx_;
  PolicyCache policies_;
};

absl::StatusOr<std::vector<Case>> LockInOrder(sql::Transaction& tx, const auth::RegionScope& scope,
                                              absl::Span<const CaseId> ids) {
  JZ_ASSIGN_OR_RETURN(std::vector<Case> cases, LockCases(tx, scope, ids));
  for (CaseId id : ids) {
    if (std::any_of(cases.begin(), cases.end(), [&](const Case& c) { return c.id == id; })) {
      continue;
    }
    return NotFound("CASE_NOT_FOUND", {{"case", id.Name()}}, "there is no such case");
  }
  return cases;
}

}  // namespace

absl::StatusOr<std::vector<CaseId>> NextCaseIds(const Deps& deps,
                                                absl::Span<const int64_t> born_with,
                                                absl::Time deadline) {
  std::map<int32_t, std::vector<size_t>> by_county;
  for (size_t i = 0; i < born_with.size(); ++i) {
    by_county[CountyOfId(born_with[i])].push_back(i);
  }
  std::vector<CaseId> ids(born_with.size());
  for (const auto& [county, places] : by_county) {
    RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
    JZ_ASSIGN_OR_RETURN(auto next,
                        deps.ids.Next(region, static_cast<int>(places.size()), deadline));
    for (size_t i = 0; i < next.size(); ++i) ids[places[i]] = CaseId(next[i]);
  }
  return ids;
}

absl::StatusOr<std::vector<Case>> ProposeCases(sql::Transaction& tx, const rpc::CallContext& ctx,
                                               absl::Span<const SingleProposal> proposals,
                                               absl::Span<const CaseId> ids) {
  std::vector<HouseholdId> household_ids;
  for (const SingleProposal& proposal : proposals) household_ids.push_back(proposal.household);
  JZ_ASSIGN_OR_RETURN(auto households, LoadInOrder(tx, ctx.scope(), household_ids));
  JZ_RETURN_IF_ERROR(RequireNoOpenCase(tx, household_ids));
  JZ_ASSIGN_OR_RETURN(ProposalTask task, TaskOf(tx, ctx));
  PolicyCache policies;
  JZ_ASSIGN_OR_RETURN(auto drafts, DraftSingleCases(tx, policies, task, households, proposals));
  for (size_t i = 0; i < drafts.size(); ++i) drafts[i].item.id = ids[i];
  JZ_RETURN_IF_ERROR(InsertUnlessOpen(tx, drafts));
  return ItemsOf(drafts);
}

absl::StatusOr<std::vector<Case>> ReassessCases(sql::Transaction& tx, const rpc::CallContext& ctx,
                                                absl::Span<const CaseId> old,
                                                absl::Span<const CaseId> ids) {
  JZ_ASSIGN_OR_RETURN(std::vector<Case> cases, LockInOrder(tx, ctx.scope(), old));
  std::vector<HouseholdId> household_ids;
  for (const Case& item : cases) household_ids.push_back(item.household);
  JZ_ASSIGN_OR_RETURN(auto households, LoadInOrder(tx, ctx.scope(), household_ids));
  std::map<CampaignId, std::pair<std::vector<Case>, std::vector<Household>>> by_campaign;
  absl::flat_hash_map<HouseholdId, CaseId> replaced;
  for (size_t i = 0; i < cases.size(); ++i) {
    JZ_RETURN_IF_ERROR(CheckReplaceable(cases[i], households[i]));
    if (!replaced.emplace(cases[i].household, cases[i].id).second) {
      return CaseOpen(cases[i].household);  // two old cases of one household
    }
    by_campaign[cases[i].campaign].first.push_back(cases[i]);
    by_campaign[cases[i].campaign].second.push_back(households[i]);
  }
  JZ_RETURN_IF_ERROR(SupersedeCases(tx, old));
  JZ_RETURN_IF_ERROR(RequireNoOpenCase(tx, household_ids));

  Reassessment reassessment(tx, ctx);
  std::vector<NewCase> added;
  for (const auto& [campaign, group] : by_campaign) {
    JZ_ASSIGN_OR_RETURN(auto drafts, reassessment.Draft(campaign, group.first, group.second));
    for (NewCase& draft : drafts) {
      draft.item.id = ids[added.size()];
      draft.item.supersedes = replaced.at(draft.item.household);
      added.push_back(std::move(draft));
    }
  }
  JZ_RETURN_IF_ERROR(InsertUnlessOpen(tx, added));
  return ItemsOf(added);
}

}  // namespace jz::identification
