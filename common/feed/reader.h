// Reads outbox rows in the order of the feed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/feed/cursor.h"
#include "common/sql/database.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::feed {

// Which changes a stream sends.
class Filter {
 public:
  // PERMISSION_DENIED (REGION_OUT_OF_SCOPE) for a region of which the caller may see nothing.
  static absl::StatusOr<Filter> Make(const auth::RegionScope& scope,
                                     const common::v1::StreamChangesRequest& request);

  // False when nothing between the two regions can be wanted: the row is skipped unread.
  bool MayTake(int64_t region_low, int64_t region_high) const;
  bool Takes(const common::v1::Change& change) const;

 private:
  auth::RegionScope regions_;
  std::vector<std::string> types_;
};

struct OutboxRow {
  int64_t id = 0;
  int64_t position = 0;
  int64_t change_count = 0;
  int64_t byte_count = 0;
  bool wanted = false;
  std::string changes;  // a ChangeBatch; read for wanted rows only
};

// Not thread-safe.
class FeedReader {
 public:
  // Starts behind `start`. FEED_CURSOR_INVALID when the feed has not come that far,
  // FEED_CURSOR_EXPIRED when rows behind it were deleted.
  static absl::StatusOr<FeedReader> Open(sql::Database& db, Filter filter, const Place& start,
                                         absl::Time deadline);

  // The next rows with a position below `end`, up to about 4 MiB of wanted ones. Empty: none are
  // there.
  absl::StatusOr<std::vector<OutboxRow>> Next(int64_t end, absl::Time deadline);

  const Filter& filter() const { return filter_; }
  // Moves on; `row` is the one of Next() that `place` is in.
  void MoveTo(const Place& place, const OutboxRow& row);
  const Place& place() const { return place_; }
  // Changes below `end` that lie behind the place, wanted or not.
  int64_t Backlog(int64_t end) const;

 private:
  FeedReader(sql::Database& db, Filter filter, const Place& start)
      : db_(&db), filter_(std::move(filter)), place_(start) {}

  sql::Database* db_;
  Filter filter_;
  Place place_;
  // Changes in whole rows of the place's position, up to and with its row if that is taken whole.
  int64_t passed_ = 0;
  int64_t exhausted_end_ = 1;  // nothing is left below it
};

}  // namespace jz::feed
