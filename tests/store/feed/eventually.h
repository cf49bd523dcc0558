// Waiting for what other threads do, and open transactions.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/feed/outbox.h"
#include "common/sql/database.h"

namespace jz::testing {

// True as soon as `holds` does; false after 30 seconds.
inline bool Eventually(const std::function<bool()>& holds) {
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (!holds()) {
    if (absl::Now() > until) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

// A transaction that has published and stays open until Commit() or the end of its life.
class OpenTransaction {
 public:
  OpenTransaction(sql::Database& db, std::vector<common::v1::Change> changes)
      : thread_([this, &db, changes = std::move(changes)] {
          status_ = db.Run(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) {
            absl::Status published = feed::Publish(tx, changes);
            std::unique_lock lock(mutex_);
            published_ = true;
            changed_.notify_all();
            changed_.wait(lock, [&] { return may_commit_; });
            return published;
          });
        }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return published_; });
  }
  ~OpenTransaction() {
    if (thread_.joinable()) (void)Commit();
  }

  absl::Status Commit() {
    {
      std::lock_guard lock(mutex_);
      may_commit_ = true;
    }
    changed_.notify_all();
    thread_.join();
    return status_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool published_ = false;
  bool may_commit_ = false;
  absl::Status status_;
  std::thread thread_;
};

}  // namespace jz::testing
