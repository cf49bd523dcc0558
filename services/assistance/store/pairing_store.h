// Pairings of cadres with households.
#pragma once

#include <optional>
#include <vector>

#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/assistance/domain/assistance.h"
#include "services/assistance/store/party_store.h"

namespace jz::assistance {

absl::Status InsertPairings(sql::Transaction& tx, const std::vector<Pairing>& pairings,
                            const Recorded& recorded);
// Every pairing of these households or these cadres: what new ones are checked against.
absl::StatusOr<std::vector<Pairing>> PairingsOf(sql::Transaction& tx,
                                                const std::vector<int64_t>& households,
                                                const std::vector<int64_t>& cadres);
absl::StatusOr<std::vector<Pairing>> LockPairings(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const std::vector<int64_t>& ids);
// Sets the last day of all and adds one to their versions.
absl::Status EndPairings(sql::Transaction& tx, const std::vector<int64_t>& ids, Date to);

struct PairingFilter {
  int64_t household = 0;  // 0: any
  int64_t cadre = 0;
  std::optional<Date> as_of;
};
absl::StatusOr<std::vector<Pairing>> ListPairings(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const PairingFilter& filter, const Page& page);

}  // namespace jz::assistance
