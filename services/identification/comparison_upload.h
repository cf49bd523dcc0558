// The entries of a department's list on their way in: checked, hashed, sorted and stored run by
// run. Identity numbers are in memory only as long as it takes to hash them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/comparison.h"
#include "services/identification/domain/comparison_list.h"
#include "services/identification/domain/csv.h"
#include "services/identification/upload.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Fills the list `list`, whose row exists. Any wrong entry refuses the list; reading ends at the
// hundredth.
class ListUpload {
 public:
  ListUpload(const Deps& deps, const ComparisonList& list, bool skip_invalid_ids,
             absl::Time deadline);

  // INVALID_ARGUMENT INVALID_REQUEST with violations `rows[<line>].…` and `entries[<index>].…`, or
  // a database error.
  absl::Status Add(const v1::CreateComparisonListRequest& message);
  // Stores the rest. The list with its counts, to be published.
  absl::StatusOr<ComparisonList> Finish();
  // Of everything that was added.
  std::string Digest() { return digest_.Finish(); }

 private:
  enum class Form { kNone, kFile, kEntries };
  // Which entry; its name in violations is made only when it is needed.
  struct Place {
    const char* list;  // "rows" or "entries"
    int64_t index;
    std::string Field(absl::string_view name) const;  // "rows[3].plate"
  };

  absl::Status Require(Form form);
  absl::Status AddEntry(const v1::CreateComparisonListRequest::Entry& entry);
  absl::Status OnRow(const CsvRow& row);
  absl::Status OnHeader(const CsvRow& row);
  absl::Status AddPerson(absl::string_view citizen_id, absl::string_view values,
                         const Place& place);
  absl::Status AddViolation(const std::string& field, absl::string_view rule,
                            absl::string_view description);
  absl::Status StoreRun();

  const Deps& deps_;
  ComparisonList list_;
  const bool skip_invalid_ids_;
  const absl::Time deadline_;
  FileDigest digest_;
  Form form_ = Form::kNone;
  CsvReader csv_;
  // What each column of the file is: an attribute's place, kIdColumn.
  std::optional<std::vector<int>> columns_;
  RunBuilder run_;
  int runs_ = 0;
  int64_t seen_ = 0;
  Violations violations_;
  int violation_count_ = 0;
};

}  // namespace jz::identification
