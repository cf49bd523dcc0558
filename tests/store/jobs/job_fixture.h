// Jobs on a database of their own, with a clock that the test moves.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/time/clock.h"
#include "common/jobs/jobs.h"
#include "common/status/status.h"
#include "tests/support/mariadb.h"

namespace jz::testing {

inline constexpr char kVillage[] = "520111001001";

inline absl::Time Soon() { return absl::Now() + absl::Seconds(30); }
RegionCode Region(absl::string_view code);
bool Eventually(const std::function<bool()>& holds);

// Something that threads wait for.
class Gate {
 public:
  void Open();
  bool Wait();  // false after 30 seconds

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class JobsTest : public ::testing::Test {
 protected:
  JobsTest();

  std::unique_ptr<jobs::Jobs> NewJobs(jobs::JobsOptions options = FastOptions(),
                                      const Clock* clock = nullptr);
  static jobs::JobsOptions FastOptions();

  jobs::JobId Add(jobs::Jobs& jobs, jobs::NewJob job);
  jobs::JobId Add(jobs::Jobs& jobs, const std::string& kind = "count");
  rpc::CallContext Context(std::vector<std::string> regions = {"520000000000"}) const;
  common::v1::Job Get(jobs::Jobs& jobs, jobs::JobId id);
  // Waits until the job has ended in some way.
  common::v1::Job WaitForEnd(jobs::Jobs& jobs, jobs::JobId id);
  absl::StatusOr<common::v1::Job> Cancel(jobs::Jobs& jobs, jobs::JobId id,
                                         const std::string& request_id = "cancel-1");
  int64_t Number(absl::string_view query);

  std::unique_ptr<sql::Database> db_;
  sql::IdAllocator ids_;
  PageTokens page_tokens_;
  FakeClock clock_;
};

// A runner's unit of work: adds `number` to table `work`, whose primary key refuses doubles, and
// saves a checkpoint in the same transaction.
std::vector<sql::Migration> WorkMigrations();
absl::Status DoUnit(sql::Database& db, jobs::JobRun& run, int64_t number,
                    std::vector<common::v1::JobError> errors = {});
// The units that a run has still to do: from the state that DoUnit saves.
int64_t NextUnit(const jobs::JobRun& run);

}  // namespace jz::testing
