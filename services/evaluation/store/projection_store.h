// What the feeds of assistance and funds left here, and the questions that an evaluation asks of
// all projections.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/feed/households.h"
#include "common/sql/database.h"
#include "services/evaluation/domain/evaluate.h"

namespace jz::evaluation {

// ApplyFns for feed::Consumer.
absl::Status ApplyAssistance(sql::Transaction& tx, absl::Span<const common::v1::Change> changes);
absl::Status ApplyFunds(sql::Transaction& tx, absl::Span<const common::v1::Change> changes);

struct Period {
  Date start;
  Date end;
};
absl::StatusOr<std::vector<HouseholdGroup>> GroupHouseholds(sql::Transaction& tx,
                                                            const auth::RegionScope& scope,
                                                            const Period& period);
// Of the households on the register at the period's end.
absl::StatusOr<Coverage> CountCoverage(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const Period& period);
absl::StatusOr<std::vector<FundTotal>> SumPayments(sql::Transaction& tx,
                                                   const auth::RegionScope& scope,
                                                   const Period& period);
struct ProjectionCounts {
  int64_t households = 0;
  int64_t registered = 0;
  int64_t pairings = 0;
  int64_t visits = 0;
  int64_t payments = 0;
};
absl::StatusOr<ProjectionCounts> CountProjections(sql::Transaction& tx,
                                                  const auth::RegionScope& scope);

}  // namespace jz::evaluation
