// Table code_list_entry. SQL only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/region_code.h"
#include "common/sql/database.h"
#include "services/identification/domain/code_list_plan.h"

namespace jz::identification {

// The codes that hold in `region` on a day, by list and code; of `lists` only, unless it is empty.
absl::StatusOr<std::vector<StoredCode>> ListCodes(sql::Transaction& tx,
                                                  absl::Span<const std::string> lists,
                                                  RegionCode region, Date as_of);
// The same, ready for looking up.
absl::StatusOr<CodeBook> LoadCodeBook(sql::Transaction& tx, RegionCode region, Date as_of,
                                      absl::Span<const std::string> lists = {});

// Every span of every code of the lists, locked until `tx` ends.
absl::StatusOr<std::vector<StoredCode>> LockCodes(sql::Transaction& tx,
                                                  absl::Span<const std::string> lists);
absl::Status InsertCodes(sql::Transaction& tx, absl::Span<const StoredCode> codes);
// Writes valid_to of rows that exist.
absl::Status CloseCodes(sql::Transaction& tx, absl::Span<const StoredCode> codes);

// Enters those of the codes that come with the suite that are not there. Safe to repeat, also by
// several replicas at once.
absl::Status EnterDefaultCodes(sql::Transaction& tx, absl::Time now);

}  // namespace jz::identification
