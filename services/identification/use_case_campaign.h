// Campaigns: the re-identification of a region as a job, and its cancellation.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "common/rpc/context.h"
#include "services/identification/deps.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

inline constexpr char kAssessCampaignJob[] = "assess_campaign";

struct NewCampaign {
  RegionCode region;
  std::string title;
  Date period_start;
  Date period_end;
};
// Creates a campaign and its job inside the caller's transaction.
absl::StatusOr<Campaign> CreateCampaign(sql::Transaction& tx, const Deps& deps,
                                        const rpc::CallContext& ctx, const NewCampaign& campaign,
                                        CampaignId id);

// The runner of kAssessCampaignJob.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> AssessCampaign(const Deps& deps,
                                                                          jobs::JobRun& run);

// Closes a campaign and withdraws its open cases, in several transactions; can be repeated.
absl::Status CancelCampaign(sql::Database& db, CampaignId id, absl::Time deadline);

// The campaign whose cases may be moved: NOT_FOUND CAMPAIGN_NOT_FOUND, FAILED_PRECONDITION
// CAMPAIGN_NOT_READY.
absl::StatusOr<Campaign> RequireOpenCampaign(sql::Transaction& tx, const auth::RegionScope& scope,
                                             CampaignId id);
absl::Status CampaignNotFound(CampaignId id);

}  // namespace jz::identification
