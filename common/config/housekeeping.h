// What a service does in the background besides serving: it forgets old answers.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/sql/database.h"

namespace jz {

struct HousekeepingOptions {
  // Answers of request_ids older than this are forgotten: a repetition that comes later has an
  // effect again, so it must be longer than any caller repeats.
  absl::Duration keep_answers = absl::Hours(24 * 7);
  absl::Duration every = absl::Hours(1);
};

// A thread of its own that works when it starts and then after each `every`, in transactions of at
// most 5,000 rows. What fails is logged and tried again the next time. Every replica may run one.
// The destructor ends it, at the latest after the transaction that is under way.
class Housekeeping {
 public:
  Housekeeping(sql::Database& db, const Clock& clock, const HousekeepingOptions& options);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void Work();
  absl::StatusOr<int64_t> ForgetOldAnswers();  // how many
  bool StopsWithin(absl::Duration time);

  sql::Database& db_;
  const Clock& clock_;
  const HousekeepingOptions options_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jz
