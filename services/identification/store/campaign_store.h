// Tables campaign and procedure_step. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/case.h"
#include "services/identification/domain/procedure.h"

namespace jz::identification {

absl::Status InsertCampaign(sql::Transaction& tx, const Campaign& campaign);

// A campaign is visible to a scope when its region lies inside it or contains a part of it.
absl::StatusOr<std::optional<Campaign>> LoadCampaign(sql::Transaction& tx,
                                                     const auth::RegionScope& scope, CampaignId id);
// The same with a row lock.
absl::StatusOr<std::optional<Campaign>> LockCampaign(sql::Transaction& tx,
                                                     const auth::RegionScope& scope, CampaignId id);

// Newest first.
struct CampaignPage {
  absl::Time before = absl::InfiniteFuture();  // the last of the page before
  CampaignId before_id;
  int limit = 50;
};
absl::StatusOr<std::vector<Campaign>> ListCampaigns(sql::Transaction& tx,
                                                    const auth::RegionScope& scope,
                                                    const CampaignPage& page);

absl::Status SetCampaignState(sql::Transaction& tx, CampaignId id, CampaignState state);

// INTERNAL (PROCEDURE_INVALID) when it is unknown or impossible.
absl::StatusOr<Procedure> LoadProcedure(sql::Transaction& tx, const std::string& code);

}  // namespace jz::identification
