#include "common/rpc/gate.h"

namespace jz::rpc {

bool Gate::Enter() {
  std::lock_guard lock(mutex_);
  ++inside_;
  return !closed_;
}

void Gate::Leave() {
  std::lock_guard lock(mutex_);
  --inside_;
  // Under the lock: the one who waits destroys the gate.
  if (closed_ && inside_ == 0) emptied_.notify_all();
}

void Gate::Add(Stream& stream) {
  std::lock_guard lock(mutex_);
  streams_.insert(&stream);
  if (closed_) stream.OnDrain();
}

void Gate::Remove(Stream& stream) {
  std::lock_guard lock(mutex_);
  streams_.erase(&stream);
}

void Gate::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (Stream* stream : streams_) stream->OnDrain();
}

bool Gate::WaitEmpty(absl::Duration timeout) {
  std::unique_lock lock(mutex_);
  const auto empty = [this] { return inside_ == 0; };
  if (timeout == absl::InfiniteDuration()) {
    emptied_.wait(lock, empty);
    return true;
  }
  return emptied_.wait_for(lock, absl::ToChronoMilliseconds(timeout), empty);
}

}  // namespace jz::rpc
