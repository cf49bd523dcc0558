// Tables village_facts and village_version. SQL only; a change goes through RecordVillages
// (record_village.h), which also tells the feed.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"

namespace jz::identification {

struct VillageRow {
  RegionCode region;
  int64_t version = 0;  // 0: not stored
  std::string facts;    // serialized VillageItems
  std::string updated_by;
  absl::Time updated_at;
};

// Those of up to 1,000 villages inside `scope` that have a record, by code.
absl::StatusOr<std::vector<VillageRow>> LoadVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     absl::Span<const RegionCode> villages);
// The same with row locks.
absl::StatusOr<std::vector<VillageRow>> LockVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     absl::Span<const RegionCode> villages);
// By code, behind `after`.
absl::StatusOr<std::vector<VillageRow>> ListVillages(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     RegionCode after, int limit);

absl::Status UpsertVillages(sql::Transaction& tx, absl::Span<const VillageRow> rows);

struct VillageVersion {
  RegionCode region;
  int64_t version = 0;
  std::string reason;
  std::string snapshot;  // serialized VillageRecord
  std::string recorded_by;
  absl::Time recorded_at;
};
absl::Status InsertVillageVersions(sql::Transaction& tx, absl::Span<const VillageVersion> rows);

}  // namespace jz::identification
