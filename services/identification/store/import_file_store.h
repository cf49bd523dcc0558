// Table import_file: which import has a file in hand. SQL only.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sql/database.h"

namespace jz::identification {

// Gives the file with this key (32 bytes) to `job` until `job` has ended; 0. The number of the
// other job while that has it.
absl::StatusOr<int64_t> ClaimImportFile(sql::Transaction& tx, absl::string_view key, int64_t job);

}  // namespace jz::identification
