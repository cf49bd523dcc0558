#include "common/jobs/jobs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/jobs/input.h"
#include "common/jobs/store.h"
#include "common/jobs/worker.h"
#include "common/rpc/listing.h"
#include "common/sql/idempotency.h"
#include "common/status/status.h"

namespace jz::jobs {
namespace {

constexpr PageLimits kErrorPage = {.default_size = 100, .max_size = 1000};

class StoredJobs : public Jobs {
 public:
  StoredJobs(sql::Database& db, sql::IdAllocator& ids, const PageTokens& page_tokens,
             const JobsOptions& options, const Clock& clock)
      : db_(db),
        ids_(ids),
        page_tokens_(page_tokens),
        options_(options),
        clock_(clock),
        workers_(db, options, clock) {}

  void Register(const std::string& kind, RunFn run) override {
    workers_.Register(kind, std::move(run));
  }
  void StartWorkers() override { workers_.Start(); }
  void StopWorkers() override { workers_.Stop(); }

  absl::StatusOr<JobId> Add(sql::Transaction& tx, const NewJob& job, absl::Time now) override {
    JZ_ASSIGN_OR_RETURN(int64_t number, ids_.Next(job.region, tx.deadline()));
    const JobId id(number);
    JZ_RETURN_IF_ERROR(InsertJob(tx, id, job, now));
    return id;
  }

  absl::Status AppendInput(JobId id, absl::string_view bytes, absl::Time deadline) override {
    return db_.Run(deadline, [&](sql::Transaction& tx) {
      return AppendPieces(tx, id, bytes, options_.max_input_bytes, clock_.Now());
    });
  }

  absl::Status FinishInput(JobId id, absl::Time deadline) override {
    return db_.Run(deadline,
                   [&](sql::Transaction& tx) { return CloseInput(tx, id, clock_.Now()); });
  }

  absl::Status DropInput(JobId id, absl::Time deadline) override {
    return DropReceiving(db_, id, clock_.Now(), deadline);
  }

  absl::StatusOr<common::v1::Job> Get(const rpc::CallContext& ctx,
                                      const common::v1::GetJobRequest& request) override {
    JZ_ASSIGN_OR_RETURN(JobId id, JobId::Parse(request.name()));
    return db_.Fetch(ctx.deadline,
                     [&](sql::Transaction& tx) { return LoadJob(tx, id, ctx.scope()); });
  }

  absl::StatusOr<common::v1::Job> Cancel(const rpc::CallContext& ctx,
                                         const common::v1::CancelJobRequest& request) override {
    JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
    JZ_ASSIGN_OR_RETURN(JobId id, JobId::Parse(request.name()));
    const sql::RequestKey key = {
        .subject = ctx.subject(), .method = ctx.method, .request_id = request.request_id()};
    return db_.Transact(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<common::v1::Job> {
      auto effect = [&]() -> absl::StatusOr<std::string> {
        JZ_RETURN_IF_ERROR(LoadJob(tx, id, ctx.scope()).status());
        JZ_RETURN_IF_ERROR(RequestCancel(tx, id, ctx.now));
        JZ_ASSIGN_OR_RETURN(common::v1::Job job, LoadJob(tx, id, ctx.scope()));
        return job.SerializeAsString();
      };
      JZ_ASSIGN_OR_RETURN(std::string answer,
                          sql::RunOnce(tx, key, request.SerializeAsString(), ctx.now, effect));
      common::v1::Job job;
      if (!job.ParseFromString(answer)) {
        return Internal("IDEMPOTENCY_ANSWER_DAMAGED", "the kept answer of a cancel is damaged");
      }
      return job;
    });
  }

  absl::StatusOr<common::v1::ListJobErrorsResponse> ListErrors(
      const rpc::CallContext& ctx, const common::v1::ListJobErrorsRequest& request) override {
    JZ_ASSIGN_OR_RETURN(JobId id, JobId::Parse(request.name()));
    JZ_ASSIGN_OR_RETURN(rpc::ListPage page,
                        rpc::ListPage::Of(page_tokens_, ctx, request, kErrorPage));
    const int64_t after = page.Key(0).empty() ? -1 : page.Number(0);
    JZ_ASSIGN_OR_RETURN(auto errors, db_.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
      return LoadErrorsInScope(tx, id, ctx.scope(), after, page.limit());
    }));
    common::v1::ListJobErrorsResponse response;
    response.set_next_page_token(page.Next(errors, [](const auto& last) {
      return std::vector<std::string>{absl::StrCat(last.first)};
    }));
    for (auto& [seq, error] : errors) *response.add_errors() = std::move(error);
    return response;
  }

 private:
  using NumberedErrors = std::vector<std::pair<int64_t, common::v1::JobError>>;
  static absl::StatusOr<NumberedErrors> LoadErrorsInScope(sql::Transaction& tx, JobId id,
                                                          const auth::RegionScope& scope,
                                                          int64_t after, int limit) {
    JZ_RETURN_IF_ERROR(LoadJob(tx, id, scope).status());
    return LoadErrors(tx, id, after, limit);
  }

  sql::Database& db_;
  sql::IdAllocator& ids_;
  const PageTokens& page_tokens_;
  const JobsOptions options_;
  const Clock& clock_;
  WorkerPool workers_;
};

}  // namespace

std::unique_ptr<Jobs> Jobs::Create(sql::Database& db, sql::IdAllocator& ids,
                                   const PageTokens& page_tokens, JobsOptions options,
                                   const Clock& clock) {
  return std::make_unique<StoredJobs>(db, ids, page_tokens, options, clock);
}

}  // namespace jz::jobs
