// Table region. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/region.h"

namespace jz::identification {

// Every span of the given codes (any number).
absl::StatusOr<std::vector<Region>> LoadRegions(sql::Transaction& tx,
                                                absl::Span<const RegionCode> codes);
// The same with row locks: what an import decides against.
absl::StatusOr<std::vector<Region>> LockRegions(sql::Transaction& tx,
                                                absl::Span<const RegionCode> codes);
// Every span of every region inside `region`. For checks by the service itself, so without a scope.
absl::StatusOr<std::vector<Region>> LoadRegionsInside(sql::Transaction& tx, RegionCode region);

struct RecordedBy {
  std::string subject;
  absl::Time at;
};
absl::Status InsertRegions(sql::Transaction& tx, absl::Span<const Region> regions,
                           const RecordedBy& recorded);
// Sets valid_to of rows that exist.
absl::Status CloseRegions(sql::Transaction& tx, absl::Span<const Region> regions,
                          const RecordedBy& recorded);

// A region is visible to a scope when it lies inside it or contains a part of it.
absl::StatusOr<std::optional<Region>> FindRegion(sql::Transaction& tx,
                                                 const auth::RegionScope& scope, RegionCode code,
                                                 Date as_of);

struct RegionPage {
  RegionCode parent;
  Date as_of;
  RegionCode after;  // the nation: first page
  int limit = 50;
};
absl::StatusOr<std::vector<Region>> ListChildren(sql::Transaction& tx,
                                                 const auth::RegionScope& scope,
                                                 const RegionPage& page);

// "(code BETWEEN … OR code IN (…))": inside `scope`, or containing a part of it.
std::string VisibleRegionClause(const auth::RegionScope& scope, absl::string_view column,
                                sql::Values& values);

}  // namespace jz::identification
