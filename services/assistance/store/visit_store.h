// Visits, and coverage of the register by pairings, plans and visits.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/assistance/domain/assistance.h"
#include "services/assistance/store/party_store.h"

namespace jz::assistance {

absl::Status InsertVisits(sql::Transaction& tx, const std::vector<Visit>& visits,
                          const Recorded& recorded);
// Kept visits with one of these (cadre, client id); others may be among the result.
absl::StatusOr<std::vector<Visit>> VisitsByClientId(sql::Transaction& tx,
                                                    const std::vector<Visit>& uploaded);
absl::StatusOr<std::vector<Visit>> ListVisits(sql::Transaction& tx, const auth::RegionScope& scope,
                                              int64_t household, const Page& page);

struct CoverageCounts {
  int64_t households = 0;
  int64_t paired = 0;
  int64_t planned = 0;
  int64_t visited = 0;
  std::vector<int64_t> unpaired;  // at most 100
};
// Of the households on the register on `as_of`.
absl::StatusOr<CoverageCounts> CountCoverage(sql::Transaction& tx, const auth::RegionScope& scope,
                                             Date as_of, Date visits_from);

}  // namespace jz::assistance
