// GetJob, CancelJob and ListJobErrors.
#include <thread>

#include "tests/store/jobs/job_fixture.h"

namespace jz::testing {
namespace {

using common::v1::JOB_STATE_CANCELLED;
using common::v1::JOB_STATE_QUEUED;
using common::v1::JOB_STATE_SUCCEEDED;
using Result = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

class HandlersTest : public JobsTest {
 protected:
  HandlersTest() : jobs_(NewJobs()) {
    jobs_->Register("count", [this](jobs::JobRun& run) -> Result {
      std::vector<common::v1::JobError> errors(250);
      for (int i = 0; i < 250; ++i) errors[i].set_row(i + 2);
      JZ_RETURN_IF_ERROR(DoUnit(*db_, run, 0, errors));
      return Result(nullptr);
    });
  }
  absl::StatusOr<common::v1::ListJobErrorsResponse> ListErrors(const rpc::CallContext& context,
                                                               jobs::JobId id, int size,
                                                               const std::string& token = "") {
    common::v1::ListJobErrorsRequest request;
    request.set_name(id.Name());
    request.set_page_size(size);
    request.set_page_token(token);
    return jobs_->ListErrors(context, request);
  }

  std::unique_ptr<jobs::Jobs> jobs_;
};

TEST_F(HandlersTest, AJobOutsideTheScopeIsNotFound) {
  const jobs::JobId id = Add(*jobs_);
  common::v1::GetJobRequest get;
  get.set_name(id.Name());
  common::v1::CancelJobRequest cancel;
  cancel.set_name(id.Name());
  cancel.set_request_id("r-1");
  for (const auto& context : {Context({"520102000000"}), Context({}), Context({"520111001002"})}) {
    EXPECT_EQ(ReasonOf(jobs_->Get(context, get).status()), "JOB_NOT_FOUND");
    EXPECT_EQ(ReasonOf(jobs_->Cancel(context, cancel).status()), "JOB_NOT_FOUND");
    EXPECT_EQ(ReasonOf(ListErrors(context, id, 10).status()), "JOB_NOT_FOUND");
  }
  EXPECT_EQ(Get(*jobs_, id).state(), JOB_STATE_QUEUED);
  EXPECT_TRUE(jobs_->Get(Context({"520111000000"}), get).ok());
}

TEST_F(HandlersTest, NamesAreChecked) {
  common::v1::GetJobRequest request;
  for (const char* name : {"", "jobs/", "households/0000000000001", "jobs/UPPER", "5"}) {
    request.set_name(name);
    EXPECT_EQ(jobs_->Get(Context(), request).status().code(), absl::StatusCode::kInvalidArgument)
        << name;
  }
  request.set_name("jobs/0000000000007");
  EXPECT_EQ(ReasonOf(jobs_->Get(Context(), request).status()), "JOB_NOT_FOUND");
}

TEST_F(HandlersTest, CancelOfAWaitingJobEndsItAtOnce) {
  const jobs::JobId id = Add(*jobs_);
  auto job = Cancel(*jobs_, id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), JOB_STATE_CANCELLED);
  EXPECT_TRUE(job->has_ended_at());
  jobs_->StartWorkers();
  const jobs::JobId next = Add(*jobs_);
  EXPECT_EQ(WaitForEnd(*jobs_, next).state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Get(*jobs_, id).state(), JOB_STATE_CANCELLED);
}

TEST_F(HandlersTest, CancelGivesTheSameAnswerToTheSameRequest) {
  const jobs::JobId id = Add(*jobs_);
  std::vector<std::string> answers(16);
  std::vector<std::thread> callers;
  for (std::string& answer : answers) {
    callers.emplace_back([&] {
      auto job = Cancel(*jobs_, id);
      answer = job.ok() ? job->SerializeAsString() : job.status().ToString();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(answers, ::testing::Each(answers[0]));
  EXPECT_EQ(Get(*jobs_, id).state(), JOB_STATE_CANCELLED);
  const jobs::JobId other = Add(*jobs_);
  EXPECT_EQ(ReasonOf(Cancel(*jobs_, other).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(Cancel(*jobs_, other, "").status()), "REQUEST_ID_REQUIRED");
}

TEST_F(HandlersTest, CancelOfAnEndedJobChangesNothing) {
  const jobs::JobId id = Add(*jobs_);
  jobs_->StartWorkers();
  ASSERT_EQ(WaitForEnd(*jobs_, id).state(), JOB_STATE_SUCCEEDED);
  auto job = Cancel(*jobs_, id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Get(*jobs_, id).state(), JOB_STATE_SUCCEEDED);
}

TEST_F(HandlersTest, ErrorsAreListedInPages) {
  const jobs::JobId id = Add(*jobs_);
  jobs_->StartWorkers();
  ASSERT_EQ(WaitForEnd(*jobs_, id).error_count(), 250);
  std::vector<int64_t> rows;
  std::string token;
  int pages = 0;
  do {
    auto page = ListErrors(Context(), id, 0, token);  // 0: a hundred
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->errors_size(), 100);
    for (const auto& error : page->errors()) rows.push_back(error.row());
    token = page->next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(rows.size(), 250u);
  for (int i = 0; i < 250; ++i) EXPECT_EQ(rows[i], i + 2);
}

TEST_F(HandlersTest, PageTokensOfAnotherListAreRefused) {
  const jobs::JobId id = Add(*jobs_);
  const jobs::JobId other = Add(*jobs_);
  jobs_->StartWorkers();
  ASSERT_EQ(WaitForEnd(*jobs_, id).error_count(), 250);
  const std::string token = ListErrors(Context(), id, 10)->next_page_token();
  ASSERT_NE(token, "");
  EXPECT_EQ(ReasonOf(ListErrors(Context(), other, 10, token).status()), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(ListErrors(Context(), id, 10, "AAAA").status()), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(ListErrors(Context(), id, -1).status()), "PAGE_SIZE_NEGATIVE");
}

}  // namespace
}  // namespace jz::testing
