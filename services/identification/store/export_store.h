// Tables export_file, export_file_part and export_access, and what exports read beside the
// register's own stores. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct ExportAccessTag {
  static constexpr char kCollection[] = "exportAccesses";
};
using ExportAccessId = Id<ExportAccessTag>;

// The first day on which a household was on the register; those that never were are absent.
struct Admission {
  HouseholdId household;
  Date day;
};
absl::StatusOr<std::vector<Admission>> LoadAdmissions(sql::Transaction& tx,
                                                      absl::Span<const HouseholdId> households);
// Households of a region, or villages with a record.
absl::StatusOr<int64_t> CountExportUnits(sql::Transaction& tx, RegionCode region, bool villages);

struct ExportFile {
  int64_t job = 0;
  RegionCode region;
  std::string created_by;
  std::string spec;  // serialized ExportSpec
  int64_t row_count = 0;
  int64_t byte_count = 0;
  std::string sha256;  // 32 bytes
  absl::Time expires_at;
};
absl::Status InsertExportFile(sql::Transaction& tx, const ExportFile& file);
absl::StatusOr<std::optional<ExportFile>> FindExportFile(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         int64_t job);

struct ExportPart {
  int64_t job = 0;
  int64_t start_offset = 0;
  std::string sealed = {};
  absl::Time expires_at = {};
};
absl::Status InsertExportPart(sql::Transaction& tx, const ExportPart& part);
// The part in which `offset` lies; nullopt behind the last, and when it has expired.
absl::StatusOr<std::optional<ExportPart>> FindExportPart(sql::Transaction& tx, int64_t job,
                                                         int64_t offset);
// Deletes up to `limit` parts that have expired; how many.
absl::StatusOr<int64_t> DeleteExpiredParts(sql::Transaction& tx, absl::Time now, int limit);

struct ExportAccessRow {
  ExportAccessId id = {};
  RegionCode region = {};
  int kind = 0;  // ExportAccessKind
  std::string subject = {};
  std::string spec = {};  // serialized ExportSpec
  int64_t job = 0;        // 0: none
  absl::Time begun_at = {};
  std::optional<absl::Time> ended_at = {};
  int64_t row_count = 0;
  bool complete = false;
};
absl::Status InsertExportAccess(sql::Transaction& tx, const ExportAccessRow& row);
// Job, end, rows and completeness of a row that exists.
absl::Status UpdateExportAccess(sql::Transaction& tx, const ExportAccessRow& row);

// Latest first.
struct ExportAccessPage {
  absl::Time before;  // with `before_id`, the last of the page before
  ExportAccessId before_id;
  int limit = 50;
};
absl::StatusOr<std::vector<ExportAccessRow>> ListExportAccesses(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const ExportAccessPage& page);

}  // namespace jz::identification
