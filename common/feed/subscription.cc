#include "common/feed/subscription.h"

#include <iterator>
#include <utility>

#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr size_t kMaxBatchChanges = 5000;
constexpr size_t kMaxBatchBytes = 8 << 20;
// Two batches: one is applied while the next comes in.
constexpr size_t kMaxQueuedChanges = 2 * kMaxBatchChanges;
constexpr size_t kMaxQueuedBytes = 2 * kMaxBatchBytes;

}  // namespace

Subscription::Subscription(std::unique_ptr<rpc::RawResponses> responses)
    : responses_(std::move(responses)), thread_([this] { ReadAhead(); }) {}

Subscription::~Subscription() {
  Cancel();
  thread_.join();
}

void Subscription::Cancel() {
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  taken_.notify_all();
  responses_->Cancel();
}

void Subscription::ReadAhead() {
  common::v1::StreamChangesResponse response;
  while (responses_->Read(response)) {
    Received received;
    received.bytes = response.ByteSizeLong();
    received.cursor = response.cursor();
    received.backlog = response.backlog();
    received.changes.reserve(response.changes_size());
    for (common::v1::Change& change : *response.mutable_changes()) {
      received.changes.push_back(std::move(change));
    }
    std::unique_lock lock(mutex_);
    queued_changes_ += received.changes.size();
    queued_bytes_ += received.bytes;
    queue_.push_back(std::move(received));
    arrived_.notify_one();
    taken_.wait(lock, [&] {
      return cancelled_ || (queued_changes_ < kMaxQueuedChanges && queued_bytes_ < kMaxQueuedBytes);
    });
  }
  absl::Status status = responses_->Finish();
  std::lock_guard lock(mutex_);
  ended_ = true;
  end_status_ = status.ok() ? absl::OutOfRangeError("the source ended the stream") : status;
  arrived_.notify_one();
}

void Subscription::AddFront(Batch& batch) {
  Received& front = queue_.front();
  queued_changes_ -= front.changes.size();
  queued_bytes_ -= front.bytes;
  if (batch.changes.empty()) {
    batch.changes = std::move(front.changes);
  } else {
    std::move(front.changes.begin(), front.changes.end(), std::back_inserter(batch.changes));
  }
  batch.marks.push_back({.change_count = batch.changes.size(), .cursor = std::move(front.cursor)});
  batch.backlog = front.backlog;
  queue_.pop_front();
}

absl::StatusOr<Batch> Subscription::Take(absl::Time until) {
  Batch batch;
  std::unique_lock lock(mutex_);
  arrived_.wait_until(lock, absl::ToChronoTime(until), [&] { return ended_ || !queue_.empty(); });
  if (queue_.empty()) {
    if (ended_) return end_status_;
    return Unavailable("FEED_SILENT", "the source sent nothing, not even a heartbeat");
  }
  size_t bytes = 0;
  while (!queue_.empty()) {
    const Received& front = queue_.front();
    const bool fits = batch.changes.size() + front.changes.size() <= kMaxBatchChanges &&
                      bytes + front.bytes <= kMaxBatchBytes;
    if (!batch.marks.empty() && !fits) break;
    bytes += front.bytes;
    AddFront(batch);
  }
  taken_.notify_one();
  return batch;
}

}  // namespace jz::feed
