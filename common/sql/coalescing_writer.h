// Single-row durable writes that arrive together share one transaction.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"

namespace jz::sql {

struct CoalescingOptions {
  int max_batch = 1000;
  int max_queue = 10'000;  // over it: RESOURCE_EXHAUSTED, reason WRITE_QUEUE_FULL
  int threads = 2;         // transactions in flight
};

// `write` stores all items in `tx` and answers one status each (same length); an item's own error (a
// duplicate, say) does not fail its neighbours. A failure of `write` as a whole fails all. Write()
// returns when the shared transaction is durable. Thread-safe; the destructor finishes what is queued.
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
  struct Pending {
    Item* item;
    absl::Time deadline;
    absl::Status status;
    bool done = false;
    std::condition_variable ready;
  };
  void Work();
  void WriteBatch(const std::vector<Pending*>& batch);

  Database& db_;
  const CoalescingOptions options_;
  const WriteFn write_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Pending*> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jz::sql

#include "common/sql/coalescing_writer_inl.h"
