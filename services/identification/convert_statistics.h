// Statistics: requests to queries, figures to messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "jingzhun/identification/v1/statistics.pb.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/statistic_query.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

using FilterMessages = google::protobuf::RepeatedPtrField<v1::StatisticFilter>;

// The code lists that group_by and filters need.
std::vector<std::string> CodeListsOf(const v1::ComputeStatisticsRequest& request);
std::vector<std::string> CodeListsOf(const FilterMessages& filters);

// INVALID_ARGUMENT with every violation.
absl::StatusOr<StatisticQuery> QueryFrom(const v1::ComputeStatisticsRequest& request,
                                         const CodeBook& codes);
absl::StatusOr<std::vector<StatisticFilter>> FiltersFrom(const FilterMessages& filters,
                                                         const CodeBook& codes);

// Unset: now. INVALID_ARGUMENT AS_OF_FUTURE; INVALID_REQUEST for years.
absl::StatusOr<std::optional<absl::Time>> AsOfFrom(bool given,
                                                   const google::protobuf::Timestamp& as_of,
                                                   absl::Time now);
absl::StatusOr<std::vector<std::optional<absl::Time>>> InstantsFrom(
    const v1::ComputeStatisticsRequest& request, absl::Time now);

v1::Statistics ToMessage(const StatisticFigures& figures, const StatisticQuery& query,
                         absl::Time as_of, const CodeBook& codes);

}  // namespace jz::identification
