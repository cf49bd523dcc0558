// RPCs of StatisticsService; see statistics.proto.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/router.h"
#include "jingzhun/identification/v1/statistics.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/code_book.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// `deps` must outlive the router.
rpc::Router StatisticsRouter(const Deps& deps);

// The lists behind the figures.
absl::StatusOr<v1::ListStatisticHouseholdsResponse> ListStatisticHouseholds(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListStatisticHouseholdsRequest& request);
absl::StatusOr<v1::ListStatisticPersonsResponse> ListStatisticPersons(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListStatisticPersonsRequest& request);

// Reads in a snapshot in which the birthdays up to `today` are counted. UNAVAILABLE, reason
// STATISTICS_NOT_READY, until what was there before statistics is counted.
absl::Status ReadCounted(sql::Database& db, Date today, absl::Time deadline,
                         absl::FunctionRef<absl::Status(sql::Transaction& tx)> body);

// The codes of some lists as they are valid in the one region of `scope`, or in the nation.
absl::StatusOr<CodeBook> LoadCodeLists(sql::Transaction& tx, const auth::RegionScope& scope,
                                       absl::Span<const std::string> lists, Date day);

}  // namespace jz::identification
