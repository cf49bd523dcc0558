// RPCs of RegisterService; see register.proto for what they do and refuse.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/router.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/deps.h"
#include "services/identification/household_reader.h"
#include "services/identification/quality_rules.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

absl::StatusOr<common::v1::Job> ImportHouseholds(const Deps& deps, const rpc::CallContext& ctx,
                                                 rpc::Reader<v1::ImportHouseholdsRequest>& upload);
absl::StatusOr<common::v1::Job> ImportSheet(const Deps& deps, const rpc::CallContext& ctx,
                                            rpc::Reader<v1::ImportSheetRequest>& upload);
absl::StatusOr<v1::ImportMapping> PutImportMapping(const Deps& deps, const rpc::CallContext& ctx,
                                                   const v1::PutImportMappingRequest& request);
absl::StatusOr<v1::ImportMapping> GetImportMapping(const Deps& deps, const rpc::CallContext& ctx,
                                                   const v1::GetImportMappingRequest& request);
absl::StatusOr<v1::RecordIncomesResponse> RecordIncomes(const Deps& deps, QualityRuleCache& rules,
                                                        const rpc::CallContext& ctx,
                                                        const v1::RecordIncomesRequest& request);
absl::StatusOr<v1::ListIncomesResponse> ListIncomes(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::ListIncomesRequest& request);
void GetHousehold(const Deps& deps, HouseholdReader& reader, const rpc::CallContext& ctx,
                  const v1::GetHouseholdRequest& request, rpc::Answer<v1::Household> answer);
absl::StatusOr<v1::BatchGetHouseholdsResponse> BatchGetHouseholds(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchGetHouseholdsRequest& request);
absl::StatusOr<v1::ListHouseholdsResponse> ListHouseholds(const Deps& deps,
                                                          const rpc::CallContext& ctx,
                                                          const v1::ListHouseholdsRequest& request);
absl::StatusOr<v1::SearchPersonsResponse> SearchPersons(const Deps& deps,
                                                        const rpc::CallContext& ctx,
                                                        const v1::SearchPersonsRequest& request);
absl::StatusOr<v1::RecordMemberChangesResponse> RecordMemberChanges(
    const Deps& deps, const rpc::CallContext& ctx, const v1::RecordMemberChangesRequest& request);
absl::StatusOr<v1::MoveHouseholdsResponse> MoveHouseholdsRpc(
    const Deps& deps, const rpc::CallContext& ctx, const v1::MoveHouseholdsRequest& request);

// All of them, the jobs and the change feed. What is passed must outlive the router.
rpc::Router RegisterRouter(const Deps& deps, QualityRuleCache& rules);

}  // namespace jz::identification
