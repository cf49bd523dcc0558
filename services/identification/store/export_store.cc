#include "services/identification/store/export_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kAdmissions[] =
    "SELECT household_id, MIN(effective_date) FROM adjustment WHERE kind = 1 AND household_id IN (";
constexpr char kInsertFile[] =
    "INSERT INTO export_file (job_id, region_code, created_by, spec, row_count, byte_count, "
    "sha256, "
    "expires_at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kFindFile[] =
    "SELECT job_id, region_code, created_by, spec, row_count, byte_count, sha256, expires_at_us "
    "FROM export_file WHERE job_id = ? AND ";
constexpr char kInsertPart[] =
    "INSERT INTO export_file_part (job_id, start_offset, sealed, expires_at_us) VALUES (?, ?, ?, "
    "?)";
constexpr char kFindPart[] =
    "SELECT job_id, start_offset, sealed, expires_at_us FROM export_file_part WHERE job_id = ? AND "
    "start_offset <= ? ORDER BY start_offset DESC LIMIT 1";
constexpr char kDeleteParts[] =
    "DELETE FROM export_file_part WHERE expires_at_us <= ? ORDER BY expires_at_us LIMIT ?";
constexpr char kInsertAccess[] =
    "INSERT INTO export_access (id, region_code, kind, subject, spec, job_id, begun_at_us, "
    "ended_at_us, row_count, complete) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdateAccess[] =
    "UPDATE export_access SET job_id = ?, ended_at_us = ?, row_count = ?, complete = ? WHERE id = "
    "?";
constexpr char kListAccesses[] =
    "SELECT id, region_code, kind, subject, spec, job_id, begun_at_us, ended_at_us, row_count, "
    "complete FROM export_access WHERE ";

sql::Value NullIfZero(int64_t number) { return number == 0 ? sql::Value() : sql::Value(number); }

ExportAccessRow ReadAccess(const sql::Row& row) {
  ExportAccessRow access{.id = row.IdOf<ExportAccessId>(0),
                         .region = row.Region(1),
                         .kind = static_cast<int>(row.Int(2)),
                         .subject = row.Text(3),
                         .spec = row.Text(4),
                         .job = row.Int(5),
                         .begun_at = row.Time(6),
                         .ended_at = std::nullopt,
                         .row_count = row.Int(8),
                         .complete = row.Bool(9)};
  if (!row.IsNull(7)) access.ended_at = row.Time(7);
  return access;
}

}  // namespace

absl::StatusOr<std::vector<Admission>> LoadAdmissions(sql::Transaction& tx,
                                                      absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<Admission>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(
      absl::StrCat(kAdmissions, sql::InList(households.size()), ") GROUP BY household_id"), values,
      [](const sql::Row& row) {
        return Admission{.household = row.IdOf<HouseholdId>(0), .day = row.Day(1)};
      });
}

absl::StatusOr<int64_t> CountExportUnits(sql::Transaction& tx, RegionCode region, bool villages) {
  JZ_ASSIGN_OR_RETURN(
      auto count,
      tx.SelectOne(absl::StrCat("SELECT COUNT(*) FROM ", villages ? "village_facts" : "household",
                                " WHERE region_code BETWEEN ? AND ?"),
                   {region, region.Last()}, [](const sql::Row& row) { return row.Int(0); }));
  return count.value_or(0);
}

absl::Status InsertExportFile(sql::Transaction& tx, const ExportFile& file) {
  return tx
      .Execute(kInsertFile, {file.job, file.region, file.created_by, file.spec, file.row_count,
                             file.byte_count, file.sha256, file.expires_at})
      .status();
}

absl::StatusOr<std::optional<ExportFile>> FindExportFile(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         int64_t job) {
  sql::Values values = {job};
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.SelectOne(absl::StrCat(kFindFile, in_scope), values, [](const sql::Row& row) {
    return ExportFile{.job = row.Int(0),
                      .region = row.Region(1),
                      .created_by = row.Text(2),
                      .spec = row.Text(3),
                      .row_count = row.Int(4),
                      .byte_count = row.Int(5),
                      .sha256 = row.Text(6),
                      .expires_at = row.Time(7)};
  });
}

absl::Status InsertExportPart(sql::Transaction& tx, const ExportPart& part) {
  return tx.Execute(kInsertPart, {part.job, part.start_offset, part.sealed, part.expires_at})
      .status();
}

absl::StatusOr<std::optional<ExportPart>> FindExportPart(sql::Transaction& tx, int64_t job,
                                                         int64_t offset) {
  return tx.SelectOne(kFindPart, {job, offset}, [](const sql::Row& row) {
    return ExportPart{.job = row.Int(0),
                      .start_offset = row.Int(1),
                      .sealed = row.Text(2),
                      .expires_at = row.Time(3)};
  });
}

absl::StatusOr<int64_t> DeleteExpiredParts(sql::Transaction& tx, absl::Time now, int limit) {
  return tx.Execute(kDeleteParts, {now, limit});
}

absl::Status InsertExportAccess(sql::Transaction& tx, const ExportAccessRow& row) {
  return tx
      .Execute(kInsertAccess,
               {row.id, row.region, row.kind, row.subject, row.spec, NullIfZero(row.job),
                row.begun_at, row.ended_at, row.row_count, row.complete})
      .status();
}

absl::Status UpdateExportAccess(sql::Transaction& tx, const ExportAccessRow& row) {
  return tx
      .Execute(kUpdateAccess,
               {NullIfZero(row.job), row.ended_at, row.row_count, row.complete, row.id})
      .status();
}

absl::StatusOr<std::vector<ExportAccessRow>> ListExportAccesses(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const ExportAccessPage& page) {
  sql::Values values;
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  values.insert(values.end(), {page.before, page.before, page.before_id, page.limit});
  return tx.Select(absl::StrCat(kListAccesses, in_scope,
                                " AND begun_at_us <= ? AND (begun_at_us < ? OR id < ?) ORDER BY "
                                "begun_at_us DESC, id DESC LIMIT ?"),
                   values, ReadAccess);
}

}  // namespace jz::identification
