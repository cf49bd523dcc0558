// RPCs of HouseholdService; see household_change.proto for what they do and refuse.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/router.h"
#include "jingzhun/identification/v1/household_change.pb.h"
#include "services/identification/deps.h"
#include "services/identification/household_draft.h"
#include "services/identification/quality_rules.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

absl::StatusOr<v1::UpdateHouseholdResponse> UpdateHousehold(
    const Deps& deps, QualityRuleCache& rules, const rpc::CallContext& ctx,
    const v1::UpdateHouseholdRequest& request);
absl::StatusOr<v1::SplitHouseholdResponse> SplitHousehold(const Deps& deps, QualityRuleCache& rules,
                                                          const rpc::CallContext& ctx,
                                                          const v1::SplitHouseholdRequest& request);
absl::StatusOr<v1::MergeHouseholdsResponse> MergeHouseholds(
    const Deps& deps, QualityRuleCache& rules, const rpc::CallContext& ctx,
    const v1::MergeHouseholdsRequest& request);
absl::StatusOr<v1::ListHouseholdLinksResponse> ListLinks(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListHouseholdLinksRequest& request);

absl::StatusOr<v1::SearchHouseholdsResponse> Search(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::SearchHouseholdsRequest& request);

// What direct calls and change requests share: `new_ids` for those who join are set aside before
// the transaction.
absl::StatusOr<std::vector<int64_t>> NewIds(const Deps& deps, HouseholdId household, int count,
                                            absl::Time deadline);
absl::Status UpdateInside(const Deps& deps, const QualityRules& rules, const rpc::CallContext& ctx,
                          sql::Transaction& tx, const v1::HouseholdEdit& edit,
                          std::vector<int64_t> new_ids, v1::UpdateHouseholdResponse& response);

// A household as drafts hold it after they were written, with members, as for details.
absl::StatusOr<v1::Household> ToMessage(const HouseholdDraft& draft, const crypto::Sealer& sealer);

// All of them. What is passed must outlive the router.
rpc::Router HouseholdRouter(const Deps& deps, QualityRuleCache& rules);

}  // namespace jz::identification
