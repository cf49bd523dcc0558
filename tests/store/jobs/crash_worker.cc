// Counts to 400 as a job, one checkpoint each, until it is killed or done. Arguments: socket,
// schema.
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/jobs/jobs.h"
#include "common/status/status.h"

namespace {

using Result = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

constexpr int64_t kUnits = 400;

Result Count(jz::sql::Database& db, jz::jobs::JobRun& run) {
  int64_t next = 0;
  if (!run.state().empty() && !absl::SimpleAtoi(run.state(), &next)) {
    return jz::Internal("STATE", "not a number");
  }
  for (; next < kUnits; ++next) {
    absl::Status status = db.Run(run.deadline(), [&](jz::sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(
          tx.Execute("INSERT INTO work (job_id, number) VALUES (?, ?)", {run.id(), next}).status());
      return run.Checkpoint(tx, {.state = absl::StrCat(next + 1),
                                 .done_count = next + 1,
                                 .total_count = kUnits,
                                 .errors = {}});
    });
    JZ_RETURN_IF_ERROR(status);
  }
  return Result(nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  jz::sql::DatabaseOptions options;
  options.socket = argv[1];
  options.user = "root";
  options.schema = argv[2];
  options.pool_size = 4;
  auto db = jz::sql::Database::Open(options);
  if (!db.ok()) return 3;
  jz::sql::IdAllocator ids(**db);
  jz::PageTokens page_tokens("0123456789abcdef");
  jz::jobs::JobsOptions job_options;
  job_options.lease = absl::Milliseconds(500);
  job_options.poll = absl::Milliseconds(5);
  auto jobs = jz::jobs::Jobs::Create(**db, ids, page_tokens, job_options);
  jobs->Register("count", [&](jz::jobs::JobRun& run) { return Count(**db, run); });
  jobs->StartWorkers();
  while (std::getchar() != EOF) {
  }
  jobs->StopWorkers();
  return 0;
}
