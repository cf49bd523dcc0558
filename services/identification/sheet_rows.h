// The rows of a national sheet, from the first byte of an uploaded file to values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/base/citizen_id.h"
#include "common/jobs/jobs.h"
#include "services/identification/domain/region_names.h"
#include "services/identification/sheet_columns.h"

namespace jz::identification {

// What rows are read with.
struct SheetContext {
  v1::SheetKind kind = v1::SHEET_KIND_UNSPECIFIED;
  RegionCode region;  // that every row lies in
  Date today;
  const CodeBook& codes;
  const RegionNames& regions;
};

struct SheetRow {
  int64_t line = 0;
  int64_t offset = 0;
  RegionCode region;  // village; the nation when the file has no place
  std::string group;
  std::string household_no;
  std::string person_no;
  std::string name;
  std::optional<CitizenId> id;
  std::string person_phone;
  std::string household_phone;
  std::optional<Date> identified_on;
  std::optional<Date> exited_on;
  SheetItems items;
  ImportErrors errors;  // not empty: the row is not to be used
};

// What can be told only from a file as a whole: persons, households and villages that come twice.
class SheetCheck {
 public:
  explicit SheetCheck(v1::SheetKind kind) : kind_(kind) {}
  // Adds to the errors of the row. True when it repeats another.
  bool Add(SheetRow& row);

 private:
  bool AddOnce(const std::string& key, SheetRow& row, SheetKey column, absl::string_view reason);

  const v1::SheetKind kind_;
  absl::flat_hash_map<std::string, int64_t> lines_;       // of persons or villages
  absl::flat_hash_map<std::string, int64_t> households_;  // their first lines
  std::string last_household_;
};

// Reads the file of a job once, from its beginning.
class SheetFile {
 public:
  SheetFile(jobs::JobRun& run, const SheetContext& context,
            const std::map<std::string, std::string>& renamed)
      : run_(run), context_(context), renamed_(renamed) {}

  // Each row behind the header, also those with errors. An error of `on_row` ends the reading.
  absl::Status Read(absl::FunctionRef<absl::Status(SheetRow row)> on_row);

  // What is wrong with the file as a whole; there are no rows then.
  const ImportErrors& errors() const { return errors_; }
  const SheetColumns* columns() const { return columns_ ? &*columns_ : nullptr; }
  TextEncoding encoding() const { return encoding_; }
  // Behind the last row.
  int64_t end_offset() const { return end_offset_; }
  int64_t end_line() const { return end_line_; }

 private:
  void OnHeader(const CsvRow& row);
  void EndHeader();
  SheetRow ToRow(const CsvRow& row) const;

  jobs::JobRun& run_;
  const SheetContext& context_;
  const std::map<std::string, std::string>& renamed_;
  TextEncoding encoding_ = TextEncoding::kUtf8;
  std::optional<SheetColumns> columns_;
  int tried_ = 0;
  SheetColumns::Problems best_;  // of the row that looks most like a header
  int64_t best_line_ = 0;
  ImportErrors errors_;
  int64_t end_offset_ = 0;
  int64_t end_line_ = 1;
};

}  // namespace jz::identification
