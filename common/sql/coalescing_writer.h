// Single-row durable writes that arrive together share one transaction.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"

namespace jz::sql {

struct CoalescingOptions {
  int max_batch = 1000;
  int max_queue = 10'000;  // over it: RESOURCE_EXHAUSTED, reason WRITE_QUEUE_FULL
  int threads = 2;         // transactions in flight
};

// `write` stores all items in `tx` and answers one status each (same length); an item's own error
// (a duplicate, say) does not fail its neighbours. When `write` fails as a whole, and not for a
// reason that passes (UNAVAILABLE, ABORTED and such), it is called again with halves of the batch,
// until only the items at fault fail: like any transaction body it must have no effect outside
// `tx`. Write() returns when the shared transaction is durable. Thread-safe; the destructor
// finishes what is queued, and no Write() may begin after it.
template <class Item>
class CoalescingWriter {
 public:
  using WriteFn = std::function<absl::StatusOr<std::vector<absl::Status>>(
      Transaction& tx, absl::Span<Item* const> items)>;

  CoalescingWriter(Database& db, CoalescingOptions options, WriteFn write);
  ~CoalescingWriter();
  CoalescingWriter(const CoalescingWriter&) = delete;
  CoalescingWriter& operator=(const CoalescingWriter&) = delete;

  // Blocks. The writer may change `item` (to hand back what was stored).
  absl::Status Write(Item& item, absl::Time deadline);

 private:
  // Shared by the caller who waits and the thread that writes.
  struct Pending {
    Item* item = nullptr;
    absl::Time deadline;

    void Finish(absl::Status with) {
      {
        std::lock_guard lock(mutex);
        status = std::move(with);
        done = true;
      }
      finished.notify_one();
    }
    bool WaitUntil(absl::Time time) {
      // The standard library overflows on times without end.
      absl::Time until = std::min(time, absl::Now() + absl::Hours(24));
      std::unique_lock lock(mutex);
      return finished.wait_until(lock, absl::ToChronoTime(until), [&] { return done; });
    }
    absl::Status WaitForStatus() {
      std::unique_lock lock(mutex);
      finished.wait(lock, [&] { return done; });
      return status;
    }

    std::mutex mutex;
    std::condition_variable finished;
    absl::Status status;
    bool done = false;
  };
  using Batch = absl::Span<const std::shared_ptr<Pending>>;

  void Work();
  void WriteBatch(Batch batch);
  absl::Status TryBatch(Batch batch);
  bool Withdraw(const Pending& pending);
  static bool MayBeOneItems(const absl::Status& status);

  Database& db_;
  const CoalescingOptions options_;
  const WriteFn write_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<Pending>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jz::sql

#include "common/sql/coalescing_writer_inl.h"
