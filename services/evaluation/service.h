// One plain function per RPC of EvaluationService; see evaluation.proto for what they do and
// refuse.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/router.h"
#include "jingzhun/evaluation/v1/evaluation.pb.h"
#include "services/evaluation/deps.h"

namespace jz::evaluation {

namespace v1 = ::jingzhun::evaluation::v1;

absl::StatusOr<v1::Evaluation> CreateEvaluation(const Deps&, const rpc::CallContext&,
                                                const v1::CreateEvaluationRequest&);
absl::StatusOr<v1::Evaluation> GetEvaluation(const Deps&, const rpc::CallContext&,
                                             const v1::GetEvaluationRequest&);
absl::StatusOr<v1::ListEvaluationsResponse> ListEvaluations(const Deps&, const rpc::CallContext&,
                                                            const v1::ListEvaluationsRequest&);
absl::StatusOr<v1::ProjectionStatus> GetProjectionStatus(const Deps&, const rpc::CallContext&,
                                                         const v1::GetProjectionStatusRequest&);

// All of them. `deps` must outlive the router.
rpc::Router EvaluationRouter(const Deps& deps);

}  // namespace jz::evaluation
