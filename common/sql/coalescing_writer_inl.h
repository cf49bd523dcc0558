// Implementation of coalescing_writer.h.
#pragma once

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"

namespace jz::sql {

template <class Item>
CoalescingWriter<Item>::CoalescingWriter(Database& db, CoalescingOptions options, WriteFn write)
    : db_(db), options_(options), write_(std::move(write)) {
  for (int i = 0; i < options_.threads; ++i) {
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
  auto pending = std::make_shared<Pending>();
  pending->item = &item;
  pending->deadline = deadline;
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= static_cast<size_t>(options_.max_queue)) {
      return ResourceExhausted("WRITE_QUEUE_FULL", {},
                               "too many writes are waiting; try again soon");
    }
    queue_.push_back(pending);
  }
  arrived_.notify_one();
  if (!pending->WaitUntil(deadline) && Withdraw(*pending)) {
    return DeadlineExceeded("DEADLINE_EXCEEDED", "the write waited too long for its turn");
  }
  // It is being written, with the caller's item: only its end can be waited for.
  return pending->WaitForStatus();
}

template <class Item>
bool CoalescingWriter<Item>::Withdraw(const Pending& pending) {
  std::lock_guard lock(mutex_);
  auto found = std::find_if(queue_.begin(), queue_.end(),
                            [&](const auto& queued) { return queued.get() == &pending; });
  if (found == queue_.end()) return false;
  queue_.erase(found);
  return true;
}

template <class Item>
void CoalescingWriter<Item>::Work() {
  while (true) {
    std::vector<std::shared_ptr<Pending>> batch;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      size_t count = std::min(queue_.size(), static_cast<size_t>(options_.max_batch));
      batch.assign(std::make_move_iterator(queue_.begin()),
                   std::make_move_iterator(queue_.begin() + count));
      queue_.erase(queue_.begin(), queue_.begin() + count);
    }
    WriteBatch(absl::MakeConstSpan(batch));
  }
}

// A failure that is one item's fault, but came as the whole statement's, is cornered by halves, so
// that it costs its neighbours a few transactions and not their success.
template <class Item>
void CoalescingWriter<Item>::WriteBatch(Batch batch) {
  absl::Status status = TryBatch(batch);
  if (status.ok()) return;
  if (batch.size() == 1 || !MayBeOneItems(status)) {
    for (const auto& pending : batch) pending->Finish(status);
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
  for (const auto& pending : batch) {
    items.push_back(pending->item);
    deadline = std::max(deadline, pending->deadline);
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
  for (size_t i = 0; i < batch.size(); ++i) batch[i]->Finish(std::move(statuses[i]));
  return absl::OkStatus();
}

template <class Item>
bool CoalescingWriter<Item>::MayBeOneItems(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsAborted(status) &&
         !absl::IsDeadlineExceeded(status) && !absl::IsResourceExhausted(status);
}

}  // namespace jz::sql
