// Puts committed outbox rows in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace jz::feed {

// A thread that gives committed rows their position. One pass is one short transaction under the
// lock of the feed_sequence row; it looks for rows with a plain READ COMMITTED read, which sees
// every committed row, waits for no open transaction, and leaves a row that commits later to a
// later pass. All rows of a pass share one position; the order of the feed is (position, id).
//
// Any number of replicas may run one. An idle pass writes nothing. Thread-safe.
class Sequencer {
 public:
  Sequencer(sql::Database& db, absl::Duration poll);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Something was committed here: look now rather than after `poll`.
  void Notify();

  // Rows whose position is below end() will not move and survive a crash of the database. Never
  // sinks.
  int64_t end() const;
  // Waits until end() is over `known` or `until` has come; returns end().
  int64_t WaitPast(int64_t known, absl::Time until) const;
  // Places everything that is committed now, in the calling thread.
  absl::Status CatchUp(absl::Time deadline);

 private:
  struct Outcome {
    int64_t end = 0;
    bool more = false;  // rows were left for another pass
  };
  void Work();
  absl::StatusOr<bool> HasWork(absl::Time deadline);
  absl::StatusOr<bool> Pass(absl::Time deadline);  // true: call again at once
  absl::StatusOr<Outcome> PlaceRows(sql::Transaction& tx);
  void Raise(int64_t end);

  sql::Database& db_;
  const absl::Duration poll_;
  mutable std::mutex mutex_;
  mutable std::condition_variable raised_;
  std::condition_variable notified_;
  int64_t end_ = 1;
  bool settled_ = false;  // a pass of this process has seen the feed
  bool wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jz::feed
