// A worker process that is killed in the middle of a job, again and again.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/store/jobs/job_fixture.h"

namespace jz::testing {
namespace {

// Its standard input is a pipe, so that it ends with this process.
class WorkerProcess {
 public:
  explicit WorkerProcess(const sql::DatabaseOptions& database) {
    int pipe_ends[2];
    EXPECT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
    input_ = pipe_ends[1];
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "jobs_crash_worker")
            .string();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipe_ends[0], 0);
      execl(program.c_str(), program.c_str(), database.socket.c_str(), database.schema.c_str(),
            nullptr);
      _exit(127);
    }
    close(pipe_ends[0]);
  }
  ~WorkerProcess() {
    close(input_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  void Kill9() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
};

class CrashTest : public JobsTest {};

TEST_F(CrashTest, AJobGoesOnWhereTheKilledWorkerLeftItAndDoesNothingTwice) {
  const sql::DatabaseOptions options = PrivateMariaDb::Shared().NewSchema();
  db_ = sql::Database::Open(options).value();
  ASSERT_TRUE(sql::Migrate(*db_, "common", sql::Migrations()).ok());
  ASSERT_TRUE(sql::Migrate(*db_, "test", WorkMigrations()).ok());
  sql::IdAllocator ids(*db_);
  auto jobs = jobs::Jobs::Create(*db_, ids, page_tokens_, FastOptions(), clock_);
  const jobs::JobId id = Add(*jobs);
  for (int64_t kill_at : {1, 60, 120, 200, 300}) {
    WorkerProcess worker(options);
    ASSERT_TRUE(Eventually([&] { return Number("SELECT COUNT(*) FROM work") >= kill_at; }));
    worker.Kill9();
    EXPECT_EQ(Number("SELECT done_count - (SELECT COUNT(*) FROM work) FROM job"), 0);
  }
  WorkerProcess worker(options);
  common::v1::Job job = WaitForEnd(*jobs, id);
  EXPECT_EQ(job.state(), common::v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.done_count(), 400);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM work"), 400);
}

}  // namespace
}  // namespace jz::testing
