#include "common/feed/reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr int kMaxTypes = 100;
constexpr int64_t kPageBytes = 4 << 20;

constexpr char kSequence[] =
    "SELECT next_position, purged_position, purged_id FROM feed_sequence WHERE id = 1";
constexpr char kPassed[] =
    "SELECT COALESCE(SUM(change_count), 0) FROM outbox FORCE INDEX (ix_outbox_position) "
    "WHERE position = ? AND id <= ?";
constexpr char kHeaders[] =
    "SELECT id, position, change_count, byte_count, region_low, region_high "
    "FROM outbox FORCE INDEX (ix_outbox_position) "
    "WHERE position >= ? AND position < ? AND (position > ? OR id > ?) "
    "ORDER BY position, id LIMIT 1000";
constexpr char kChanges[] = "SELECT id, changes FROM outbox WHERE id IN (";

absl::Status Expired() {
  return FailedPrecondition("FEED_CURSOR_EXPIRED", {},
                            "changes behind this cursor are no longer kept");
}

// OK when no row behind `place` was deleted.
absl::Status CheckKept(sql::Transaction& tx, const Place& place, int64_t& next_position) {
  Place purged;
  JZ_ASSIGN_OR_RETURN(auto found, tx.SelectOne(kSequence, {}, [&](const sql::Row& row) {
    next_position = row.Int(0);
    purged = Place{.position = row.Int(1), .row_id = row.Int(2)};
    return true;
  }));
  if (!found) return Internal("FEED_SEQUENCE_MISSING", "table feed_sequence has no row");
  const auto row_of = [](const Place& p) { return std::pair(p.position, p.row_id); };
  if (row_of(place) < row_of(purged)) return Expired();
  if (row_of(place) == row_of(purged) && place.taken > 0) return Expired();
  return absl::OkStatus();
}

absl::Status ReadHeaders(sql::Transaction& tx, const Place& place, int64_t end,
                         const Filter& filter, std::vector<OutboxRow>& rows) {
  // A row that is taken in part is read again.
  const int64_t id_before = place.taken > 0 ? place.row_id - 1 : place.row_id;
  int64_t bytes = 0;
  return tx.Query(kHeaders, {place.position, end, place.position, id_before},
                  [&](const sql::Row& row) {
                    if (bytes >= kPageBytes) return;
                    OutboxRow& out = rows.emplace_back();
                    out.id = row.Int(0);
                    out.position = row.Int(1);
                    out.change_count = row.Int(2);
                    out.byte_count = row.Int(3);
                    out.wanted = filter.MayTake(row.Int(4), row.Int(5));
                    if (out.wanted) bytes += out.byte_count;
                  });
}

absl::Status ReadChanges(sql::Transaction& tx, std::vector<OutboxRow>& rows) {
  std::vector<std::pair<int64_t, OutboxRow*>> wanted;
  for (OutboxRow& row : rows) {
    if (row.wanted) wanted.emplace_back(row.id, &row);
  }
  if (wanted.empty()) return absl::OkStatus();
  std::sort(wanted.begin(), wanted.end());
  sql::Values ids;
  for (const auto& [id, row] : wanted) ids.emplace_back(id);
  sql::PadInList(ids, wanted.size());
  return tx.Query(
      absl::StrCat(kChanges, sql::InList(wanted.size()), ")"), ids, [&](const sql::Row& row) {
        const int64_t id = row.Int(0);
        auto at = std::lower_bound(
            wanted.begin(), wanted.end(), id,
            [](const auto& entry, int64_t wanted_id) { return entry.first < wanted_id; });
        at->second->changes = row.Text(1);
      });
}

}  // namespace

absl::StatusOr<Filter> Filter::Make(const auth::RegionScope& scope,
                                    const common::v1::StreamChangesRequest& request) {
  Filter filter;
  filter.types_.assign(request.types().begin(), request.types().end());
  filter.regions_ = scope;
  Violations violations;
  if (request.types_size() > kMaxTypes) {
    violations.Add("types", "TOO_MANY", absl::StrCat("at most ", kMaxTypes, " types"));
  }
  if (!request.region_code().empty()) {
    auto region = RegionCode::Parse(request.region_code());
    if (region.ok()) {
      filter.regions_ = scope.Intersect(*region);
      if (filter.regions_.empty()) JZ_RETURN_IF_ERROR(scope.Require(*region));
    } else {
      violations.Add("region_code", ReasonOf(region.status()), region.status().message());
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return filter;
}

bool Filter::MayTake(int64_t region_low, int64_t region_high) const {
  for (RegionCode region : regions_.regions()) {
    if (region.number() <= region_high && region_low <= region.Last()) return true;
  }
  return false;
}

bool Filter::Takes(const common::v1::Change& change) const {
  if (!types_.empty() && std::find(types_.begin(), types_.end(), change.type()) == types_.end()) {
    return false;
  }
  auto region = RegionCode::Parse(change.region_code());
  return region.ok() && regions_.Contains(*region);
}

absl::StatusOr<FeedReader> FeedReader::Open(sql::Database& db, Filter filter, const Place& start,
                                            absl::Time deadline) {
  FeedReader reader(db, std::move(filter), start);
  absl::Status opened = db.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    int64_t next_position = 0;
    JZ_RETURN_IF_ERROR(CheckKept(tx, start, next_position));
    if (start.position >= next_position) return CursorInvalid();
    const int64_t last_whole = start.taken > 0 ? start.row_id - 1 : start.row_id;
    JZ_ASSIGN_OR_RETURN(auto passed, tx.SelectOne(kPassed, {start.position, last_whole},
                                                  [](const sql::Row& row) { return row.Int(0); }));
    reader.passed_ = start.position == 0 ? 0 : passed.value_or(0);
    return absl::OkStatus();
  });
  JZ_RETURN_IF_ERROR(opened);
  return reader;
}

absl::StatusOr<std::vector<OutboxRow>> FeedReader::Next(int64_t end, absl::Time deadline) {
  std::vector<OutboxRow> rows;
  absl::Status read = db_->Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    rows.clear();
    // Position 0 is that of rows without a place: never a part of the feed.
    Place from = place_;
    from.position = std::max<int64_t>(from.position, 1);
    JZ_RETURN_IF_ERROR(ReadHeaders(tx, from, end, filter_, rows));
    JZ_RETURN_IF_ERROR(ReadChanges(tx, rows));
    // After the rows: had some of them been deleted before they were read, this shows it.
    int64_t next_position = 0;
    return CheckKept(tx, place_, next_position);
  });
  JZ_RETURN_IF_ERROR(read);
  if (rows.empty()) exhausted_end_ = end;
  return rows;
}

void FeedReader::MoveTo(const Place& place, const OutboxRow& row) {
  if (place.position != place_.position) passed_ = 0;
  if (place.taken == 0) passed_ += row.change_count;
  place_ = place;
}

int64_t FeedReader::Backlog(int64_t end) const {
  const int64_t behind_place = std::max<int64_t>(place_.position, 1) + passed_ + place_.taken;
  return std::max<int64_t>(0, end - std::max(behind_place, exhausted_end_));
}

}  // namespace jz::feed
