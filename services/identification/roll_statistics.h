// Keeps statistics ready: adds what changed to what is kept for each region and day, and counts the
// birthdays of each new day.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/sql/database.h"

namespace jz::identification {

// Adds some deltas that are not in table statistic to every day that they belong to, of their
// village and of all regions around it. One transaction; replicas take turns. False when there was
// nothing left.
absl::StatusOr<bool> RollSome(sql::Database& db, absl::Time deadline);

// Counts the birthdays of the days up to `today`, one transaction a day, from households as they
// were when the day began. Nothing to do, and only a look, when that is done. Whoever answers for a
// day calls it first.
absl::Status CountBirthdays(sql::Database& db, Date today, absl::Time deadline);

// A thread that does both every second. Thread-safe; destroyed after Stop().
class StatisticsRoller {
 public:
  StatisticsRoller(sql::Database& db, const Clock& clock);
  ~StatisticsRoller();
  StatisticsRoller(const StatisticsRoller&) = delete;
  StatisticsRoller& operator=(const StatisticsRoller&) = delete;

  void Start();
  void Stop();  // safe to repeat

 private:
  void Work();
  absl::Status RollAll();

  sql::Database& db_;
  const Clock& clock_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::thread thread_;
};

}  // namespace jz::identification
