#include "common/rpc/executor.h"

namespace jz::rpc {

Executor::Executor(int threads, int queue)
    : limit_(static_cast<size_t>(threads) + static_cast<size_t>(queue)) {
  threads_.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Executor::~Executor() { Stop(); }

bool Executor::Submit(Task& task) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (unfinished_ >= limit_ || stopping_) return false;
    ++unfinished_;
    queue_.push_back(&task);
    wake = ClaimWake();
  }
  if (wake) arrived_.notify_one();
  return true;
}

void Executor::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool Executor::ClaimWake() {
  if (queue_.empty() || waking_ || idle_ == 0) return false;
  waking_ = true;
  return true;
}

void Executor::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (queue_.empty()) {
      if (stopping_) return;
      ++idle_;
      arrived_.wait(lock);
      --idle_;
      waking_ = false;
      continue;
    }
    Task* const task = queue_.front();
    queue_.pop_front();
    const bool wake = ClaimWake();
    lock.unlock();
    if (wake) arrived_.notify_one();
    task->Run();
    lock.lock();
    --unfinished_;
  }
}

}  // namespace jz::rpc
