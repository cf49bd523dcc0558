// Where households lived before (table former_residence) and what became of codes
// (region_successor). SQL only; a move goes through MoveHouseholds (move_households.h).
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/region_reform.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {

// From when on `valid_from` says that a household has always lived there.
inline constexpr Date kBeginning = Date(1000, 1, 1);

struct FormerResidence {
  HouseholdId household;
  Date valid_from;
  Date valid_to;
  RegionCode region;
};
// The last day that each of up to 1,000 households is known to have lived elsewhere; those that
// never moved are missing.
absl::StatusOr<absl::flat_hash_map<HouseholdId, Date>> LastMoves(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);
absl::Status InsertFormerResidences(sql::Transaction& tx, absl::Span<const FormerResidence> rows,
                                    const RecordedBy& recorded, absl::string_view reason);

// The households, by id, that lived inside `scope` on `day`, as a subquery with column `id`:
// "(SELECT …)".
std::string ResidentsQuery(const auth::RegionScope& scope, Date day, sql::Values& values);

// Persons, change requests and open cases follow their households, which the caller has locked, to
// `region`. A case that stood on the present version of its household goes on from the next.
absl::Status MoveDependents(sql::Transaction& tx, RegionCode region,
                            absl::Span<const HouseholdId> households);

absl::Status InsertSuccessions(sql::Transaction& tx, absl::Span<const Succession> successions,
                               const RecordedBy& recorded, absl::string_view reason);
// What followed `codes` until `day`, also over several reforms.
absl::StatusOr<std::vector<Succession>> LoadSuccessions(sql::Transaction& tx,
                                                        absl::Span<const RegionCode> codes,
                                                        Date day);

}  // namespace jz::identification
