// Campaigns and proposals.
#include "services/identification/service_case.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/convert_case.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/use_case_propose.h"

namespace jz::identification {
namespace {

common::v1::Job JobOf(const Campaign& campaign) {
  common::v1::Job job;
  job.set_name(jobs::JobId(campaign.job).Name());
  job.set_kind(kAssessCampaignJob);
  job.set_region_code(campaign.region.ToString());
  job.set_state(common::v1::JOB_STATE_QUEUED);
  job.set_created_by(campaign.created_by);
  *job.mutable_created_at() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
      absl::ToUnixMicros(campaign.created_at));
  return job;
}

absl::StatusOr<v1::CreateCampaignResponse> Create(const Deps& deps, const rpc::CallContext& ctx,
                                                  const v1::CreateCampaignRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(NewCampaign wanted, CampaignFrom(request, DateInShanghai(ctx.now)));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(wanted.region));
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(wanted.region, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::CreateCampaignResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::CreateCampaignResponse> {
          JZ_ASSIGN_OR_RETURN(Campaign campaign,
                              CreateCampaign(tx, deps, ctx, wanted, CampaignId(id)));
          v1::CreateCampaignResponse response;
          *response.mutable_campaign() = ToMessage(campaign);
          *response.mutable_job() = JobOf(campaign);
          return response;
        });
  });
}

absl::StatusOr<v1::Campaign> ReadCampaign(sql::Transaction& tx, const rpc::CallContext& ctx,
                                          CampaignId id) {
  JZ_ASSIGN_OR_RETURN(auto campaign, LoadCampaign(tx, ctx.scope(), id));
  if (!campaign) return CampaignNotFound(id);
  JZ_ASSIGN_OR_RETURN(auto counts, CountCases(tx, ctx.scope(), id));
  v1::Campaign message = ToMessage(*campaign);
  for (const CaseCount& count : counts) *message.add_counts() = ToMessage(count);
  return message;
}

absl::StatusOr<v1::Campaign> Get(const Deps& deps, const rpc::CallContext& ctx,
                                 const v1::GetCampaignRequest& request) {
  JZ_ASSIGN_OR_RETURN(CampaignId id, CampaignId::Parse(request.name()));
  return deps.db.Fetch(ctx.deadline,
                       [&](sql::Transaction& tx) { return ReadCampaign(tx, ctx, id); });
}

absl::StatusOr<v1::Campaign> Cancel(const Deps& deps, const rpc::CallContext& ctx,
                                    const v1::CancelCampaignRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(CampaignId id, CampaignId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(
      v1::Campaign closed, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
        return rpc::Once<v1::Campaign>(tx, ctx, request, [&]() -> absl::StatusOr<v1::Campaign> {
          JZ_ASSIGN_OR_RETURN(auto campaign, LockCampaign(tx, ctx.scope(), id));
          if (!campaign) return CampaignNotFound(id);
          JZ_RETURN_IF_ERROR(ctx.scope().Require(campaign->region));
          campaign->state = CampaignState::kCancelled;
          JZ_RETURN_IF_ERROR(SetCampaignState(tx, id, campaign->state));
          return ToMessage(*campaign);
        });
      }));
  JZ_RETURN_IF_ERROR(CancelCampaign(deps.db, id, ctx.deadline));
  return closed;
}

absl::StatusOr<v1::ListCampaignsResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                               const v1::ListCampaignsRequest& request) {
  CampaignPage page;
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  page.limit = pages.limit();
  if (!pages.Key(0).empty()) {
    page.before = absl::FromUnixMicros(pages.Number(0));
    page.before_id = CampaignId(pages.Number(1));
  }
  JZ_ASSIGN_OR_RETURN(auto campaigns, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListCampaigns(tx, ctx.scope(), page);
  }));
  v1::ListCampaignsResponse response;
  response.set_next_page_token(pages.Next(campaigns, [](const Campaign& last) {
    return std::vector<std::string>{absl::StrCat(absl::ToUnixMicros(last.created_at)),
                                    absl::StrCat(last.id.value())};
  }));
  for (const Campaign& campaign : campaigns) *response.add_campaigns() = ToMessage(campaign);
  return response;
}

absl::StatusOr<v1::CreateCasesResponse> Propose(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::CreateCasesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(auto proposals, ProposalsFrom(request));
  std::vector<int64_t> households;
  for (const SingleProposal& proposal : proposals) households.push_back(proposal.household.value());
  JZ_ASSIGN_OR_RETURN(auto ids, NextCaseIds(deps, households, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::CreateCasesResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::CreateCasesResponse> {
          JZ_ASSIGN_OR_RETURN(auto cases, ProposeCases(tx, ctx, proposals, ids));
          v1::CreateCasesResponse response;
          for (const Case& item : cases) *response.add_cases() = ToMessage(item);
          return response;
        });
  });
}

absl::StatusOr<v1::ReassessCasesResponse> Reassess(const Deps& deps, const rpc::CallContext& ctx,
                                                   const v1::ReassessCasesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<CaseId> old, CasesFrom(request));
  std::vector<int64_t> born_with;
  for (CaseId id : old) born_with.push_back(id.value());
  JZ_ASSIGN_OR_RETURN(auto ids, NextCaseIds(deps, born_with, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::ReassessCasesResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::ReassessCasesResponse> {
          JZ_ASSIGN_OR_RETURN(auto cases, ReassessCases(tx, ctx, old, ids));
          v1::ReassessCasesResponse response;
          for (const Case& item : cases) *response.add_cases() = ToMessage(item);
          return response;
        });
  });
}

}  // namespace

rpc::Router CaseRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.CaseService");
  router.Unary<v1::CreateCampaignRequest, v1::CreateCampaignResponse>(
      "CreateCampaign",
      [&](const auto& ctx, const auto& request) { return Create(deps, ctx, request); });
  router.Unary<v1::GetCampaignRequest, v1::Campaign>(
      "GetCampaign", [&](const auto& ctx, const auto& request) { return Get(deps, ctx, request); });
  router.Unary<v1::ListCampaignsRequest, v1::ListCampaignsResponse>(
      "ListCampaigns",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::CancelCampaignRequest, v1::Campaign>(
      "CancelCampaign",
      [&](const auto& ctx, const auto& request) { return Cancel(deps, ctx, request); });
  router.Unary<v1::CreateCasesRequest, v1::CreateCasesResponse>(
      "CreateCases",
      [&](const auto& ctx, const auto& request) { return Propose(deps, ctx, request); });
  router.Unary<v1::ReassessCasesRequest, v1::ReassessCasesResponse>(
      "ReassessCases",
      [&](const auto& ctx, const auto& request) { return Reassess(deps, ctx, request); });
  AddCaseReading(router, deps);
  AddCaseSteps(router, deps);
  AddPublicity(router, deps);
  return router;
}

}  // namespace jz::identification
