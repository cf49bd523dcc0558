// Uploaded input.
#include "tests/store/jobs/job_fixture.h"

namespace jz::testing {
namespace {

using common::v1::JOB_STATE_QUEUED;
using common::v1::JOB_STATE_RECEIVING;
using common::v1::JOB_STATE_SUCCEEDED;
using Result = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

class InputTest : public JobsTest {
 protected:
  jobs::JobId AddReceiving(jobs::Jobs& jobs) {
    return Add(jobs, jobs::NewJob{.kind = "count",
                                  .region = Region(kVillage),
                                  .params = "",
                                  .created_by = "clerk-1",
                                  .receives_input = true});
  }
  std::string ReasonOfGet(jobs::Jobs& jobs, jobs::JobId id) {
    common::v1::GetJobRequest request;
    request.set_name(id.Name());
    return ReasonOf(jobs.Get(Context(), request).status());
  }
};

// Reads everything, as an importer does.
Result ReadAll(jobs::JobRun& run, std::string& out) {
  while (true) {
    JZ_ASSIGN_OR_RETURN(std::string piece, run.ReadInput(static_cast<int64_t>(out.size())));
    EXPECT_LE(piece.size(), size_t{1} << 20);
    if (piece.empty()) return Result(nullptr);
    out += piece;
  }
}

std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

TEST_F(InputTest, ComesBackAsItWasSent) {
  auto jobs = NewJobs();
  std::string read;
  jobs->Register("count", [&](jobs::JobRun& run) -> Result {
    EXPECT_EQ(run.input_size(), (5 << 20) + 12);
    auto from_the_middle = run.ReadInput(7);
    EXPECT_EQ(from_the_middle.value_or("?").substr(0, 5), Pattern(12).substr(7));
    EXPECT_EQ(run.ReadInput(run.input_size()).value_or("?"), "");
    EXPECT_EQ(run.ReadInput(-1).value_or("?"), "");
    return ReadAll(run, read);
  });
  jobs->StartWorkers();
  const jobs::JobId id = AddReceiving(*jobs);
  const std::string large = Pattern(5 << 20);
  ASSERT_TRUE(jobs->AppendInput(id, Pattern(12), Soon()).ok());
  ASSERT_TRUE(jobs->AppendInput(id, "", Soon()).ok());
  ASSERT_TRUE(jobs->AppendInput(id, large, Soon()).ok());
  EXPECT_EQ(Get(*jobs, id).state(), JOB_STATE_RECEIVING);
  ASSERT_TRUE(jobs->FinishInput(id, Soon()).ok());
  EXPECT_EQ(WaitForEnd(*jobs, id).state(), JOB_STATE_SUCCEEDED);
  jobs->StopWorkers();
  EXPECT_TRUE(read == Pattern(12) + large);
  // Nobody needs it any more.
  EXPECT_EQ(Number("SELECT COUNT(*) FROM job_input"), 0);
  EXPECT_EQ(Number("SELECT SUM(has_input) FROM job"), 0);
}

TEST_F(InputTest, IsRefusedAfterTheEnd) {
  auto jobs = NewJobs();
  const jobs::JobId id = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->FinishInput(id, Soon()).ok());
  ASSERT_TRUE(jobs->FinishInput(id, Soon()).ok());  // a repetition is harmless
  EXPECT_EQ(Get(*jobs, id).state(), JOB_STATE_QUEUED);
  EXPECT_EQ(ReasonOf(jobs->AppendInput(id, "late", Soon())), "JOB_NOT_RECEIVING");
  EXPECT_EQ(ReasonOf(jobs->DropInput(id, Soon())), "JOB_NOT_RECEIVING");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM job_input"), 0);
}

TEST_F(InputTest, HasALimit) {
  jobs::JobsOptions options = FastOptions();
  options.max_input_bytes = 100;
  auto jobs = NewJobs(options);
  const jobs::JobId id = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->AppendInput(id, std::string(60, 'x'), Soon()).ok());
  absl::Status status = jobs->AppendInput(id, std::string(41, 'x'), Soon());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "JOB_INPUT_TOO_LARGE");
  EXPECT_TRUE(jobs->AppendInput(id, std::string(40, 'x'), Soon()).ok());
  EXPECT_EQ(Number("SELECT SUM(LENGTH(bytes)) FROM job_input"), 100);
}

TEST_F(InputTest, OfAnUnknownJobIsNotFound) {
  auto jobs = NewJobs();
  EXPECT_EQ(ReasonOf(jobs->AppendInput(jobs::JobId(5), "x", Soon())), "JOB_NOT_FOUND");
  EXPECT_EQ(ReasonOf(jobs->FinishInput(jobs::JobId(5), Soon())), "JOB_NOT_FOUND");
}

TEST_F(InputTest, ThatWasCutIsForgottenWithItsJob) {
  auto jobs = NewJobs();
  const jobs::JobId id = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->AppendInput(id, Pattern(3 << 20), Soon()).ok());
  ASSERT_TRUE(jobs->DropInput(id, Soon()).ok());
  ASSERT_TRUE(jobs->DropInput(id, Soon()).ok());
  EXPECT_EQ(ReasonOfGet(*jobs, id), "JOB_NOT_FOUND");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM job_input"), 0);
}

TEST_F(InputTest, IsDroppedByAWorkerWhenNothingCameForAnHour) {
  auto jobs = NewJobs();
  jobs->Register("count", [](jobs::JobRun&) { return Result(nullptr); });
  const jobs::JobId abandoned = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->AppendInput(abandoned, Pattern(1000), Soon()).ok());
  clock_.Advance(absl::Minutes(50));
  const jobs::JobId recent = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->AppendInput(recent, Pattern(10), Soon()).ok());
  clock_.Advance(absl::Minutes(11));
  jobs->StartWorkers();
  ASSERT_TRUE(Eventually([&] { return ReasonOfGet(*jobs, abandoned) == "JOB_NOT_FOUND"; }));
  EXPECT_EQ(Get(*jobs, recent).state(), JOB_STATE_RECEIVING);
  EXPECT_EQ(Number("SELECT SUM(LENGTH(bytes)) FROM job_input"), 10);
}

TEST_F(InputTest, OfAJobCancelledWhileReceivingIsDeletedByAWorker) {
  auto jobs = NewJobs();
  jobs->Register("count", [](jobs::JobRun&) { return Result(nullptr); });
  const jobs::JobId id = AddReceiving(*jobs);
  ASSERT_TRUE(jobs->AppendInput(id, Pattern(1000), Soon()).ok());
  ASSERT_TRUE(Cancel(*jobs, id).ok());
  EXPECT_EQ(ReasonOf(jobs->AppendInput(id, "more", Soon())), "JOB_NOT_RECEIVING");
  jobs->StartWorkers();
  EXPECT_TRUE(Eventually([&] { return Number("SELECT COUNT(*) FROM job_input") == 0; }));
  EXPECT_EQ(Get(*jobs, id).state(), common::v1::JOB_STATE_CANCELLED);
}

}  // namespace
}  // namespace jz::testing
