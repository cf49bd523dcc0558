// Cases outside of a campaign's job: single proposals, and households assessed anew.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/rpc/context.h"
#include "services/identification/deps.h"
#include "services/identification/use_case_assess.h"

namespace jz::identification {

// Ids for cases of these households, parallel to them. Call it before a transaction.
absl::StatusOr<std::vector<CaseId>> NextCaseIds(const Deps& deps,
                                                absl::Span<const int64_t> born_with,
                                                absl::Time deadline);

// Inserts a case per proposal; all or none, inside the caller's transaction.
absl::StatusOr<std::vector<Case>> ProposeCases(sql::Transaction& tx, const rpc::CallContext& ctx,
                                               absl::Span<const SingleProposal> proposals,
                                               absl::Span<const CaseId> ids);

// Supersedes cases by new ones; all or none, inside the caller's transaction. The new cases; `ids`
// are parallel to `old`, and those of households for which nothing is proposed stay unused.
absl::StatusOr<std::vector<Case>> ReassessCases(sql::Transaction& tx, const rpc::CallContext& ctx,
                                                absl::Span<const CaseId> old,
                                                absl::Span<const CaseId> ids);

}  // namespace jz::identification
