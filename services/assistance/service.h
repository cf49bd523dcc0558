// One plain function per RPC of AssistanceService; see assistance.proto for what they do and
// refuse.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/router.h"
#include "jingzhun/assistance/v1/assistance.pb.h"
#include "services/assistance/deps.h"

namespace jz::assistance {

namespace v1 = ::jingzhun::assistance::v1;

absl::StatusOr<v1::BatchCreateUnitsResponse> BatchCreateUnits(const Deps&, const rpc::CallContext&,
                                                              const v1::BatchCreateUnitsRequest&);
absl::StatusOr<v1::ListUnitsResponse> ListUnits(const Deps&, const rpc::CallContext&,
                                                const v1::ListUnitsRequest&);
absl::StatusOr<v1::BatchCreateCadresResponse> BatchCreateCadres(
    const Deps&, const rpc::CallContext&, const v1::BatchCreateCadresRequest&);
absl::StatusOr<v1::ListCadresResponse> ListCadres(const Deps&, const rpc::CallContext&,
                                                  const v1::ListCadresRequest&);

absl::StatusOr<v1::BatchCreatePairingsResponse> BatchCreatePairings(
    const Deps&, const rpc::CallContext&, const v1::BatchCreatePairingsRequest&);
absl::StatusOr<v1::BatchEndPairingsResponse> BatchEndPairings(const Deps&, const rpc::CallContext&,
                                                              const v1::BatchEndPairingsRequest&);
absl::StatusOr<v1::ListPairingsResponse> ListPairings(const Deps&, const rpc::CallContext&,
                                                      const v1::ListPairingsRequest&);

absl::StatusOr<v1::BatchCreatePlansResponse> BatchCreatePlans(const Deps&, const rpc::CallContext&,
                                                              const v1::BatchCreatePlansRequest&);
absl::StatusOr<v1::BatchCompleteMeasuresResponse> BatchCompleteMeasures(
    const Deps&, const rpc::CallContext&, const v1::BatchCompleteMeasuresRequest&);
absl::StatusOr<v1::Plan> GetPlan(const Deps&, const rpc::CallContext&, const v1::GetPlanRequest&);
absl::StatusOr<v1::ListPlansResponse> ListPlans(const Deps&, const rpc::CallContext&,
                                                const v1::ListPlansRequest&);

absl::StatusOr<v1::UploadVisitsResponse> UploadVisits(const Deps&, const rpc::CallContext&,
                                                      const v1::UploadVisitsRequest&);
absl::StatusOr<v1::ListVisitsResponse> ListVisits(const Deps&, const rpc::CallContext&,
                                                  const v1::ListVisitsRequest&);
absl::StatusOr<v1::Coverage> ComputeCoverage(const Deps&, const rpc::CallContext&,
                                             const v1::ComputeCoverageRequest&);
absl::StatusOr<v1::ProjectionStatus> GetProjectionStatus(const Deps&, const rpc::CallContext&,
                                                         const v1::GetProjectionStatusRequest&);

// All of them and the change feed. `deps` must outlive the router.
rpc::Router AssistanceRouter(const Deps& deps);

}  // namespace jz::assistance
