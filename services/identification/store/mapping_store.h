// Table import_mapping. SQL only.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"

namespace jz::identification {

struct MappingRow {
  std::string name;  // without collection
  RegionCode region;
  std::string columns;  // serialized ImportMapping
  std::string updated_by;
  absl::Time updated_at;
};

// A mapping of a region inside `scope`, or that contains a part of it.
absl::StatusOr<std::optional<MappingRow>> FindMapping(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::string_view name);
// The region of the mapping with this name, locked; nullopt when the name is free. Takes no scope.
absl::StatusOr<std::optional<RegionCode>> LockMapping(sql::Transaction& tx, absl::string_view name);
absl::Status UpsertMapping(sql::Transaction& tx, const MappingRow& row);

}  // namespace jz::identification
