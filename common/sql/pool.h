// A bounded set of connections. Internal to common/sql; thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/connection.h"
#include "common/sql/database.h"

namespace jz::sql {

class Pool {
 public:
  // A connection on loan. It goes back to the pool unless Drop() was called.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection, bool reused)
        : pool_(&pool), connection_(std::move(connection)), reused_(reused) {}
    ~Lease();
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    // Whether it was idle in the pool before: it may have died there.
    bool reused() const { return reused_; }
    void Drop() { drop_ = true; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    bool reused_;
    bool drop_ = false;
  };

  explicit Pool(DatabaseOptions options) : options_(std::move(options)) {}

  // The connection used last, so that few stay warm; one in `mode` already is preferred. Waits for
  // a free one at most `pool_wait`, then RESOURCE_EXHAUSTED; DEADLINE_EXCEEDED when `deadline` is
  // earlier.
  absl::StatusOr<Lease> Acquire(Mode mode, absl::Time deadline);
  // Closes what is idle: after one connection was found dead, the others are suspect.
  void CloseIdle();

  const DatabaseOptions& options() const { return options_; }
  int in_use() const { return in_use_.load(std::memory_order_relaxed); }

 private:
  void Return(std::unique_ptr<Connection> connection, bool drop);
  absl::Status WaitForPlace(std::unique_lock<std::mutex>& lock, absl::Time deadline);
  std::unique_ptr<Connection> TakeIdle(Mode mode);

  const DatabaseOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the last one was used last
  std::atomic<int> in_use_ = 0;                    // changed under mutex_
};

}  // namespace jz::sql
