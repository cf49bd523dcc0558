// Units and cadres.
#pragma once

#include <vector>

#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/assistance/domain/assistance.h"

namespace jz::assistance {

// A keyset page in the order of ids.
struct Page {
  int64_t after = 0;
  int limit = 50;
};
struct Recorded {
  std::string by;
  absl::Time at;
};

absl::Status InsertUnits(sql::Transaction& tx, const std::vector<Unit>& units,
                         const Recorded& recorded);
absl::StatusOr<std::vector<Unit>> ListUnits(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const Page& page);
// Units of `ids` that lie in `scope`.
absl::StatusOr<std::vector<Unit>> UnitsById(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const std::vector<int64_t>& ids);

absl::Status InsertCadres(sql::Transaction& tx, const std::vector<Cadre>& cadres,
                          const Recorded& recorded);
absl::StatusOr<std::vector<Cadre>> ListCadres(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const Page& page);
absl::StatusOr<std::vector<Cadre>> CadresById(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const std::vector<int64_t>& ids);
// The same, locked in the order of ids, so that limits are checked one request after the other.
absl::StatusOr<std::vector<Cadre>> LockCadres(sql::Transaction& tx, const auth::RegionScope& scope,
                                              const std::vector<int64_t>& ids);

}  // namespace jz::assistance
