// A batch of rows of a national sheet against the register: what it changes, and the changing.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/jobs/jobs.h"
#include "common/sql/database.h"
#include "services/identification/deps.h"
#include "services/identification/sheet_household.h"

namespace jz::identification {

struct SheetOutcome {
  int64_t created_households = 0;
  int64_t updated_households = 0;
  int64_t created_persons = 0;
  int64_t updated_persons = 0;
  int64_t villages = 0;
  int64_t duplicates_in_register = 0;
  int64_t refused_rows = 0;
  ImportErrors errors;
};

// Ids for persons and households that a batch may enter, by county.
class SheetIds {
 public:
  // Without ids, for a pass that writes nothing.
  static SheetIds Pretended() { return SheetIds(); }
  explicit SheetIds(std::map<int32_t, std::vector<int64_t>> free)
      : pretended_(false), free_(std::move(free)) {}
  // UNAVAILABLE when somebody left the register since the ids were counted: the batch is tried
  // again.
  absl::StatusOr<int64_t> Next(int32_t county);

 private:
  SheetIds() = default;
  bool pretended_ = true;
  int64_t last_ = 0;
  std::map<int32_t, std::vector<int64_t>> free_;
};

// Rows with the hashes of their identity numbers. Errors of rows are those of the file so far.
struct SheetBatch {
  std::vector<SheetRow> rows;
  std::vector<std::string> hashes;
};

struct SheetWrite {
  std::string author;
  absl::Time now;
};

// How many ids a batch of rows of persons may need, by county.
absl::StatusOr<std::map<int32_t, int>> CountNewIds(sql::Transaction& tx, const SheetUpdate& update,
                                                   const SheetBatch& batch);
// What the batch does; with `write` it is also done, in `tx`. Rows that cannot be are in the errors
// and change nothing.
absl::StatusOr<SheetOutcome> ApplyPersonRows(sql::Transaction& tx, const SheetUpdate& update,
                                             const SheetBatch& batch, SheetIds ids,
                                             const SheetWrite* write);
absl::StatusOr<SheetOutcome> ApplyVillageRows(sql::Transaction& tx, const SheetUpdate& update,
                                              const SheetBatch& batch, const SheetWrite* write);

}  // namespace jz::identification
