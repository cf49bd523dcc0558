// Implementation of coalescing_writer.h.
#pragma once

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"

namespace jz::sql {

// Twice as many threads as transactions: while some tell their callers, others write.
template <class Item>
CoalescingWriter<Item>::CoalescingWriter(Database& db, CoalescingOptions options, WriteFn write)
    : db_(db), options_(options), write_(std::move(write)) {
  for (int i = 0; i < 2 * options_.transactions; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

template <class Item>
CoalescingWriter<Item>::~CoalescingWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

template <class Item>
absl::Status CoalescingWriter<Item>::Write(Item& item, absl::Time deadline) {
  std::promise<absl::Status> promise;
  std::future<absl::Status> result = promise.get_future();
  WriteThen(item, deadline, [promise = std::move(promise)](absl::Status status) mutable {
    promise.set_value(std::move(status));
  });
  // The standard library overflows on times without end.
  const absl::Time until = std::min(deadline, absl::Now() + absl::Hours(24));
  if (result.wait_until(absl::ToChronoTime(until)) == std::future_status::timeout &&
      Withdraw(item)) {
    return TooLate();
  }
  // It is being written, with the caller's item: only its end can be waited for.
  return result.get();
}

template <class Item>
void CoalescingWriter<Item>::WriteThen(Item& item, absl::Time deadline, Done done) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() < static_cast<size_t>(options_.max_queue)) {
      queue_.push_back({&item, deadline, std::move(done), absl::OkStatus()});
      wake = queue_.size() == 1 && writing_ < options_.transactions;
      done = nullptr;
    }
  }
  if (wake) arrived_.notify_one();
  if (done != nullptr) {
    done(ResourceExhausted("WRITE_QUEUE_FULL", {}, "too many writes are waiting; try again soon"));
  }
}

template <class Item>
bool CoalescingWriter<Item>::Withdraw(const Item& item) {
  Done dropped;  // destroyed after the lock is released
  std::lock_guard lock(mutex_);
  auto found = std::find_if(queue_.begin(), queue_.end(),
                            [&](const Pending& queued) { return queued.item == &item; });
  if (found == queue_.end()) return false;
  dropped = std::move(found->done);
  queue_.erase(found);
  return true;
}

template <class Item>
void CoalescingWriter<Item>::Work() {
  while (true) {
    std::vector<Pending> batch = NextBatch();
    if (batch.empty()) return;
    WriteInTime(absl::MakeSpan(batch));
    {
      std::lock_guard lock(mutex_);
      --writing_;
      stopping_ ? arrived_.notify_all() : arrived_.notify_one();
    }
    for (Pending& pending : batch) std::exchange(pending.done, nullptr)(std::move(pending.status));
  }
}

// Empty at the end.
template <class Item>
std::vector<typename CoalescingWriter<Item>::Pending> CoalescingWriter<Item>::NextBatch() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock,
                [this] { return queue_.empty() ? stopping_ : writing_ < options_.transactions; });
  const size_t count = std::min(queue_.size(), static_cast<size_t>(options_.max_batch));
  if (count == 0) return {};
  ++writing_;
  std::vector<Pending> batch(std::make_move_iterator(queue_.begin()),
                             std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  if (!queue_.empty() && writing_ < options_.transactions) arrived_.notify_one();
  return batch;
}

template <class Item>
void CoalescingWriter<Item>::WriteInTime(Batch batch) {
  const absl::Time now = absl::Now();
  const auto late = std::stable_partition(
      batch.begin(), batch.end(), [now](const Pending& pending) { return now < pending.deadline; });
  std::for_each(late, batch.end(), [](Pending& pending) { pending.status = TooLate(); });
  batch.remove_suffix(static_cast<size_t>(batch.end() - late));
  if (!batch.empty()) WriteBatch(batch);
}

// A failure that is one item's fault, but came as the whole statement's, is cornered by halves, so
// that it costs its neighbours a few transactions and not their success.
template <class Item>
void CoalescingWriter<Item>::WriteBatch(Batch batch) {
  absl::Status status = TryBatch(batch);
  if (status.ok()) return;
  if (batch.size() == 1 || !MayBeOneItems(status)) {
    for (Pending& pending : batch) pending.status = status;
    return;
  }
  WriteBatch(batch.subspan(0, batch.size() / 2));
  WriteBatch(batch.subspan(batch.size() / 2));
}

template <class Item>
absl::Status CoalescingWriter<Item>::TryBatch(Batch batch) {
  std::vector<Item*> items;
  items.reserve(batch.size());
  absl::Time deadline = absl::InfinitePast();
  for (const Pending& pending : batch) {
    items.push_back(pending.item);
    deadline = std::max(deadline, pending.deadline);
  }
  std::vector<absl::Status> statuses;
  absl::Status status = db_.Run(deadline, [&](Transaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<absl::Status>> written = write_(tx, absl::MakeConstSpan(items));
    if (!written.ok()) return written.status();
    if (written->size() != items.size()) {
      return Internal("WRITE_STATUSES",
                      absl::StrCat(written->size(), " statuses for ", items.size(), " items"));
    }
    statuses = *std::move(written);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  for (size_t i = 0; i < batch.size(); ++i) batch[i].status = std::move(statuses[i]);
  return absl::OkStatus();
}

template <class Item>
absl::Status CoalescingWriter<Item>::TooLate() {
  return DeadlineExceeded("DEADLINE_EXCEEDED", "the write waited too long for its turn");
}

template <class Item>
bool CoalescingWriter<Item>::MayBeOneItems(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsAborted(status) &&
         !absl::IsDeadlineExceeded(status) && !absl::IsResourceExhausted(status);
}

}  // namespace jz::sql
