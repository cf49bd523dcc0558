// Single-row durable writes that arrive together share one transaction.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"

namespace jz::sql {

struct CoalescingOptions {
  int max_batch = 1000;
  int max_queue = 10'000;  // over it: RESOURCE_EXHAUSTED, reason WRITE_QUEUE_FULL
  int transactions = 2;    // at a time
};

// `write` stores all items in `tx` and answers one status each (same length); an item's own error
// (a duplicate, say) does not fail its neighbours. When `write` fails as a whole, and not for a
// reason that passes (UNAVAILABLE, ABORTED and such), it is called again with halves of the batch,
// until only the items at fault fail: like any transaction body it must have no effect outside
// `tx`. Thread-safe; the destructor finishes what is queued, and no write may begin after it.
template <class Item>
class CoalescingWriter {
 public:
  using WriteFn = std::function<absl::StatusOr<std::vector<absl::Status>>(
      Transaction& tx, absl::Span<Item* const> items)>;
  using Done = absl::AnyInvocable<void(absl::Status)>;

  CoalescingWriter(Database& db, CoalescingOptions options, WriteFn write);
  ~CoalescingWriter();
  CoalescingWriter(const CoalescingWriter&) = delete;
  CoalescingWriter& operator=(const CoalescingWriter&) = delete;

  // Blocks until the shared transaction is durable, or until `deadline` when it has not begun by
  // then. The writer may change `item` (to hand back what was stored).
  absl::Status Write(Item& item, absl::Time deadline);

  // Does not block: `done` is called once, when the shared transaction is durable or has failed, by
  // a thread of the writer; by this one when the queue is full. It should be quick. `item` must
  // stay until then. An item whose turn comes after `deadline` is not written.
  void WriteThen(Item& item, absl::Time deadline, Done done);

 private:
  struct Pending {
    Item* item = nullptr;
    absl::Time deadline;
    Done done;
    absl::Status status;
  };
  using Batch = absl::Span<Pending>;

  void Work();
  std::vector<Pending> NextBatch();
  void WriteInTime(Batch batch);
  void WriteBatch(Batch batch);
  absl::Status TryBatch(Batch batch);
  bool Withdraw(const Item& item);
  static absl::Status TooLate();
  static bool MayBeOneItems(const absl::Status& status);

  Database& db_;
  const CoalescingOptions options_;
  const WriteFn write_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Pending> queue_;
  int writing_ = 0;  // transactions
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jz::sql

#include "common/sql/coalescing_writer_inl.h"
