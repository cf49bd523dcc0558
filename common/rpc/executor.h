// Bounded threads for handlers. It never grows: what does not fit is refused at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace jz::rpc {

// Thread-safe. A task is owned by its submitter and may delete itself in Run.
class Executor {
 public:
  class Task {
   public:
    virtual void Run() = 0;

   protected:
    ~Task() = default;
  };

  // At most `threads` tasks run and `queue` more wait.
  Executor(int threads, int queue);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False when `threads` + `queue` tasks are there already.
  [[nodiscard]] bool Submit(Task& task);

  // Runs what was submitted, then ends the threads. Nothing may be submitted afterwards.
  void Stop();

 private:
  void Work();
  // True when a thread must be woken for what is queued. A woken thread wakes the next one when it
  // finds more: so a burst of short tasks is done by few threads, and blocking ones still get a
  // thread each.
  bool ClaimWake();

  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Task*> queue_;
  size_t unfinished_ = 0;  // running and queued
  int idle_ = 0;
  bool waking_ = false;  // a woken thread has not looked at the queue yet
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jz::rpc
