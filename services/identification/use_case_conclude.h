// The end of a publicity: when it may come, and what it does to households.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/auth/principal.h"
#include "common/rpc/context.h"
#include "common/sql/database.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

struct PublicityEnd {
  const auth::RegionScope& scope;
  CampaignId campaign;
  Date concluded_on;
  std::optional<Date> effective_date;  // nullopt: each case's decision
};
// FAILED_PRECONDITION PUBLICITY_NOT_OVER, OBJECTION_OPEN or EFFECTIVE_DATE_BEFORE_DECISION, for all
// posted cases of the scope.
absl::Status CheckPublicityMayEnd(sql::Transaction& tx, const PublicityEnd& end);

Date EffectiveDateOf(const Case& item, std::optional<Date> wanted);

// STATE_TRANSITION or EFFECTIVE_DATE_BEFORE_STATE, or empty.
std::string WhyNotEffective(const Case& item, const Household& household,
                            std::optional<Date> effective_date);

// Changes the households of cases, all of them locked: state, history, adjustments, change feed.
// Call it last in a transaction. At most 1,000.
absl::Status MakeEffective(sql::Transaction& tx, const rpc::CallContext& ctx,
                           const std::vector<Case>& cases, std::optional<Date> effective_date);

}  // namespace jz::identification
