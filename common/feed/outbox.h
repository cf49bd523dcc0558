// The owner's side of a change feed. A writer puts its changes into the outbox
// in its own transaction, one row for all of them. Rows get their place in the feed after they are
// committed, from a sequencer that only sees committed rows: a row that commits late comes later,
// it is never skipped.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "common/sql/database.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::feed {

// One change to publish; `payload` is packed into an Any.
common::v1::Change MakeChange(absl::string_view resource, RegionCode region, int64_t version,
                              absl::Time recorded_at, const google::protobuf::Message& payload);

// Stores `changes` (split into rows of at most 1,000 changes or 1 MiB). Call it last in a
// transaction.
absl::Status Publish(sql::Transaction& tx, std::vector<common::v1::Change> changes);

struct OutboxOptions {
  absl::Duration poll = absl::Milliseconds(50);  // how soon a commit of another replica is seen
  absl::Duration heartbeat = absl::Seconds(10);  // an empty response at least this often
};

// Sequences committed rows (in a thread of its own; any number of replicas may run one) and serves
// StreamChanges. Thread-safe. Destroy it after the server that streams from it.
class Outbox {
 public:
  static std::unique_ptr<Outbox> Start(sql::Database& db, OutboxOptions options = {});
  virtual ~Outbox() = default;

  // Tells the sequencer that something was committed here; cheap.
  virtual void Notify() = 0;
  // The handler of `rpc StreamChanges`. Only changes inside the caller's scope are sent; `backlog`
  // counts those of all regions. INVALID_ARGUMENT, reason FEED_CURSOR_INVALID, for a cursor that
  // this feed never made; FAILED_PRECONDITION, reason FEED_CURSOR_EXPIRED, for one whose next
  // changes were purged.
  virtual absl::Status Stream(const rpc::CallContext& ctx,
                              const common::v1::StreamChangesRequest& request,
                              rpc::Writer<common::v1::StreamChangesResponse>& writer) = 0;
};

// Deletes placed rows recorded before `older_than`, oldest first, and returns how many. A cursor
// that still needs one of them is refused from then on: FAILED_PRECONDITION, reason
// FEED_CURSOR_EXPIRED; so is the beginning of the feed. Purge only what no consumer, present or
// future, will ask for.
absl::StatusOr<int64_t> Purge(sql::Database& db, absl::Time older_than, absl::Time deadline);

}  // namespace jz::feed
