#include "services/identification/store/import_file_store.h"

#include "common/status/status.h"

namespace jz::identification {
namespace {

// Enters the file, or waits for whoever has just entered it.
constexpr char kEnter[] =
    "INSERT INTO import_file (file_key, job_id) VALUES (?, ?) ON DUPLICATE KEY UPDATE job_id = "
    "job_id";
// RECEIVING, QUEUED or RUNNING.
constexpr char kHolder[] =
    "SELECT j.id FROM import_file f JOIN job j ON j.id = f.job_id WHERE f.file_key = ? AND j.state "
    "IN (1, 2, 3)";
constexpr char kTake[] = "UPDATE import_file SET job_id = ? WHERE file_key = ?";

}  // namespace

absl::StatusOr<int64_t> ClaimImportFile(sql::Transaction& tx, absl::string_view key, int64_t job) {
  JZ_RETURN_IF_ERROR(tx.Execute(kEnter, {key, job}).status());
  JZ_ASSIGN_OR_RETURN(auto holder,
                      tx.SelectOne(kHolder, {key}, [](const sql::Row& row) { return row.Int(0); }));
  if (holder && *holder != job) return *holder;
  JZ_RETURN_IF_ERROR(tx.Execute(kTake, {job, key}).status());
  return 0;
}

}  // namespace jz::identification
