#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr size_t kMaxRowsPerPass = 500;

// Sequencers and purges exclude each other, so rows leave in the order in which they came.
constexpr char kLock[] = "SELECT id FROM feed_sequence WHERE id = 1 FOR UPDATE";
constexpr char kOldest[] =
    "SELECT id, position, recorded_at_us FROM outbox FORCE INDEX (ix_outbox_position) "
    "WHERE position > 0 ORDER BY position, id LIMIT 500";
constexpr char kDelete[] = "DELETE FROM outbox WHERE id IN (";
constexpr char kRecord[] =
    "UPDATE feed_sequence SET purged_position = ?, purged_id = ? WHERE id = 1";

struct Oldest {
  int64_t id;
  int64_t position;
  absl::Time recorded_at;
};

absl::StatusOr<size_t> PurgeSome(sql::Transaction& tx, absl::Time older_than) {
  JZ_RETURN_IF_ERROR(tx.Query(kLock, {}, [](const sql::Row&) {}));
  JZ_ASSIGN_OR_RETURN(std::vector<Oldest> rows, tx.Select(kOldest, {}, [](const sql::Row& row) {
    return Oldest{row.Int(0), row.Int(1), row.Time(2)};
  }));
  sql::Values ids;
  while (ids.size() < rows.size() && rows[ids.size()].recorded_at < older_than) {
    ids.emplace_back(rows[ids.size()].id);
  }
  const size_t count = ids.size();
  if (count == 0) return count;
  sql::PadInList(ids, count);
  JZ_RETURN_IF_ERROR(tx.Execute(absl::StrCat(kDelete, sql::InList(count), ")"), ids).status());
  const Oldest& last = rows[count - 1];
  JZ_RETURN_IF_ERROR(tx.Execute(kRecord, {last.position, last.id}).status());
  return count;
}

}  // namespace

absl::StatusOr<int64_t> Purge(sql::Database& db, absl::Time older_than, absl::Time deadline) {
  int64_t purged = 0;
  size_t count = kMaxRowsPerPass;
  while (count == kMaxRowsPerPass) {
    JZ_ASSIGN_OR_RETURN(count, db.Transact(deadline, [&](sql::Transaction& tx) {
      return PurgeSome(tx, older_than);
    }));
    purged += static_cast<int64_t>(count);
  }
  return purged;
}

}  // namespace jz::feed
