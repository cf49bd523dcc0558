// Disbursements: proto <-> domain. Account numbers are sealed on the way in and masked on the way
// out.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/sealer.h"
#include "common/rpc/context.h"
#include "jingzhun/funds/v1/disbursement.pb.h"
#include "services/funds/domain/disbursement.h"
#include "services/funds/store/disbursement_store.h"
#include "services/funds/use_case_batch.h"

namespace jz::funds {

namespace v1 = ::jingzhun::funds::v1;

v1::DisbursementBatch ToProto(const Batch& batch, const BatchTotals& totals);
v1::CheckDisbursementBatchResponse ToProto(const BatchCheck& check);
absl::StatusOr<v1::DisbursementLine> ToProto(const Payment& payment, const crypto::Sealer& sealer);

// Without id.
absl::StatusOr<Batch> FromProto(const rpc::CallContext& ctx,
                                const v1::CreateDisbursementBatchRequest& request);

// Lines without ids.
struct LinesRequest {
  BatchId batch;
  std::vector<Line> lines;
};
absl::StatusOr<LinesRequest> FromProto(const v1::AddDisbursementLinesRequest& request,
                                       const crypto::Sealer& sealer);

struct RemoveRequest {
  BatchId batch;
  std::vector<std::string> client_line_ids;
};
absl::StatusOr<RemoveRequest> FromProto(const v1::RemoveDisbursementLinesRequest& request);

}  // namespace jz::funds
