// Long work as persisted jobs: claimed with a lease, resumed after a crash
// where the last checkpoint was, cancellable, with progress, counts and per-unit errors.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/page_token.h"
#include "common/rpc/context.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"
#include "common/telemetry/telemetry.h"
#include "jingzhun/common/v1/job.pb.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::jobs {

struct JobTag {
  static constexpr char kCollection[] = "jobs";
};
using JobId = Id<JobTag>;

struct NewJob {
  std::string kind;  // "import_households"
  RegionCode region;
  std::string params;  // serialized message, for the runner only
  std::string created_by;
  bool receives_input = false;  // true: RECEIVING until FinishInput
};

// What a runner sees of its job. Progress and checkpoint are written in the runner's own
// transaction, so that work and its record are one.
class JobRun {
 public:
  virtual ~JobRun() = default;
  virtual JobId id() const = 0;
  virtual RegionCode region() const = 0;
  virtual const std::string& params() const = 0;
  virtual const std::string& created_by() const = 0;
  // As the last Checkpoint before this run left it; empty at the first run.
  virtual const std::string& state() const = 0;
  virtual absl::Time deadline() const = 0;  // for transactions; renewed with the lease

  // Input bytes from `offset`, up to about 1 MiB; empty at the end.
  virtual absl::StatusOr<std::string> ReadInput(int64_t offset) = 0;
  virtual int64_t input_size() const = 0;

  struct Progress {
    std::string state;
    int64_t done_count = 0;
    int64_t total_count = 0;
    std::vector<common::v1::JobError> errors;  // new ones since the last checkpoint
  };
  // Call it in the transaction that did the work. ABORTED (JOB_LEASE_LOST) when another worker took
  // over: return that. CANCELLED (JOB_CANCELLED) when the job was cancelled: undo or finish what
  // must be, then return that.
  virtual absl::Status Checkpoint(sql::Transaction& tx, const Progress& progress) = 0;
};

// Does the work; called again, with the last state, after a crash. The message becomes Job.result.
using RunFn =
    std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(JobRun& run)>;

struct JobsOptions {
  int workers = 2;
  absl::Duration lease = absl::Seconds(15);
  absl::Duration poll = absl::Milliseconds(200);
  int64_t max_input_bytes = int64_t{2} << 30;
  int64_t max_kept_errors = 10'000;
  // UNAVAILABLE, ABORTED, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED from a runner are tried again
  // after `retry`, which doubles up to 30 s; after max_attempts runs without a checkpoint in
  // between the job fails.
  int max_attempts = 8;
  absl::Duration retry = absl::Seconds(1);
  telemetry::Metrics* metrics = nullptr;  // jz_jobs_ended{kind,state}
};

// Thread-safe.
class Jobs {
 public:
  static std::unique_ptr<Jobs> Create(sql::Database& db, sql::IdAllocator& ids,
                                      const PageTokens& page_tokens, JobsOptions options = {},
                                      const Clock& clock = Clock::Real());
  virtual ~Jobs() = default;

  virtual void Register(const std::string& kind, RunFn run) = 0;  // before StartWorkers
  virtual void StartWorkers() = 0;
  virtual void StopWorkers() = 0;  // waits for the current checkpoint

  // Creates a job inside the caller's transaction.
  virtual absl::StatusOr<JobId> Add(sql::Transaction& tx, const NewJob& job, absl::Time now) = 0;
  // Appends input of a RECEIVING job; each call is durable. RESOURCE_EXHAUSTED
  // (JOB_INPUT_TOO_LARGE).
  virtual absl::Status AppendInput(JobId id, absl::string_view bytes, absl::Time deadline) = 0;
  virtual absl::Status FinishInput(JobId id, absl::Time deadline) = 0;
  // Forgets a job whose upload was cut.
  virtual absl::Status DropInput(JobId id, absl::Time deadline) = 0;

  // Handlers of the RPCs that every service with jobs has; scoped.
  virtual absl::StatusOr<common::v1::Job> Get(const rpc::CallContext& ctx,
                                              const common::v1::GetJobRequest& request) = 0;
  virtual absl::StatusOr<common::v1::Job> Cancel(const rpc::CallContext& ctx,
                                                 const common::v1::CancelJobRequest& request) = 0;
  virtual absl::StatusOr<common::v1::ListJobErrorsResponse> ListErrors(
      const rpc::CallContext& ctx, const common::v1::ListJobErrorsRequest& request) = 0;
};

}  // namespace jz::jobs
