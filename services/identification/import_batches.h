// Households of a register file, put together, sealed and numbered, ready to be written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "services/identification/deps.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/enter_households.h"

namespace jz::identification {

// What one transaction writes.
struct ImportBatch {
  std::vector<NewHousehold> entries;
  // Where a run goes on that begins behind it.
  ImportAssembly::Position next;
};

// Where a pass over a file begins.
struct ImportBegin {
  ColumnOrder columns;
  int64_t header_offset = 0;  // blank lines may come first
  ImportAssembly::Position at;
};

// Takes a file that was found right piece by piece. Households of `refused` are left out, and rows
// that are of none. Used by one thread at a time. INTERNAL when the file is not what it was.
class ImportBatches {
 public:
  ImportBatches(const Deps& deps, jobs::JobRun& run, const CodeBook& codes,
                const absl::flat_hash_set<HouseholdKey>& refused, bool skip_errors,
                ImportBegin begin);

  absl::StatusOr<std::vector<ImportBatch>> Feed(absl::string_view bytes);
  // The end of the file.
  absl::StatusOr<std::vector<ImportBatch>> Finish();

  static absl::Status Changed();

 private:
  absl::Status OnRow(const CsvRow& row);
  absl::Status EndBatch();
  absl::Status Seal(const ImportHousehold& from, ImportedHousehold& to) const;
  absl::StatusOr<std::vector<ImportBatch>> Take();

  const Deps& deps_;
  jobs::JobRun& run_;
  const CodeBook& codes_;
  const absl::flat_hash_set<HouseholdKey>& refused_;
  const bool skip_errors_;
  const ImportBegin begin_;
  const Date today_;
  CsvReader reader_;
  ImportAssembly assembly_;
  std::vector<ImportHousehold> pending_;
  size_t pending_persons_ = 0;
  std::vector<ImportBatch> batches_;
  absl::Status status_;
};

}  // namespace jz::identification
