// Uploads that become the input of a job. `Request` is a message of a client stream whose first one
// says what it is for and has `request_id`, and whose `data` are the bytes.
#pragma once

#include <memory>
#include <string>

#include "common/jobs/jobs.h"
#include "common/rpc/once.h"
#include "common/rpc/router.h"
#include "common/status/status.h"
#include "services/identification/deps.h"

namespace jz::identification {

// SHA-256 of a file that is never in memory as a whole.
class FileDigest {
 public:
  FileDigest();
  ~FileDigest();
  void Add(absl::string_view bytes);
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Input is appended in pieces of about this size: each is a durable write.
inline constexpr size_t kPieceBytes = 1 << 20;

// Stores the rest of the upload as the job's input; the file's digest.
template <class Request>
absl::StatusOr<std::string> ReceiveInput(const Deps& deps, const rpc::CallContext& ctx,
                                         jobs::JobId job, std::string piece,
                                         rpc::Reader<Request>& upload) {
  FileDigest digest;
  digest.Add(piece);
  Request message;
  bool more = true;
  while (more) {
    JZ_ASSIGN_OR_RETURN(more, upload.Read(message));
    if (more) {
      digest.Add(message.data());
      piece += message.data();
    }
    if (!piece.empty() && (!more || piece.size() >= kPieceBytes)) {
      JZ_RETURN_IF_ERROR(deps.jobs.AppendInput(job, piece, ctx.deadline));
      piece.clear();
    }
  }
  return digest.Finish();
}

// Which imports exclude each other: those of the same file for the same purpose. Empty: none does.
using ImportPurpose = std::string;

// ALREADY_EXISTS, reason IMPORT_UNDER_WAY, metadata job, while another import of the file is under
// way.
absl::Status ClaimFile(sql::Transaction& tx, jobs::JobId job, const ImportPurpose& purpose,
                       absl::string_view digest);

// The job that this upload belongs to: `job`, or the one of an earlier upload with the same
// request_id and the same file.
template <class Request>
absl::StatusOr<jobs::JobId> SettleUpload(const Deps& deps, const rpc::CallContext& ctx,
                                         jobs::JobId job, const ImportPurpose& purpose,
                                         Request head, std::string digest) {
  head.set_data(digest);
  auto settled = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::GetJobRequest>(
        tx, ctx, head, [&]() -> absl::StatusOr<common::v1::GetJobRequest> {
          if (!purpose.empty()) JZ_RETURN_IF_ERROR(ClaimFile(tx, job, purpose, digest));
          common::v1::GetJobRequest answer;
          answer.set_name(job.Name());
          return answer;
        });
  });
  JZ_RETURN_IF_ERROR(settled.status());
  return jobs::JobId::Parse(settled->name());
}

template <class Request>
absl::StatusOr<jobs::JobId> ReceiveAndSettle(const Deps& deps, const rpc::CallContext& ctx,
                                             jobs::JobId job, const ImportPurpose& purpose,
                                             const Request& head, rpc::Reader<Request>& upload) {
  JZ_ASSIGN_OR_RETURN(std::string digest, ReceiveInput(deps, ctx, job, head.data(), upload));
  JZ_ASSIGN_OR_RETURN(jobs::JobId settled,
                      SettleUpload(deps, ctx, job, purpose, head, std::move(digest)));
  // Also for an earlier upload: the server may have stopped between settling and this.
  absl::Status finished = deps.jobs.FinishInput(settled, ctx.deadline);
  if (ReasonOf(finished) == "JOB_NOT_RECEIVING") return settled;
  JZ_RETURN_IF_ERROR(finished);
  return settled;
}

// The job of an upload whose first message is `head`. An upload that is cut leaves nothing.
template <class Request>
absl::StatusOr<common::v1::Job> UploadJob(const Deps& deps, const rpc::CallContext& ctx,
                                          const jobs::NewJob& new_job, const ImportPurpose& purpose,
                                          const Request& head, rpc::Reader<Request>& upload) {
  JZ_ASSIGN_OR_RETURN(jobs::JobId job, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return deps.jobs.Add(tx, new_job, ctx.now);
  }));
  absl::StatusOr<jobs::JobId> settled = ReceiveAndSettle(deps, ctx, job, purpose, head, upload);
  if (!settled.ok() || *settled != job) {
    // A deadline of its own: the caller of a cut upload is gone.
    absl::Status dropped = deps.jobs.DropInput(job, absl::Now() + absl::Seconds(10));
    if (!dropped.ok() && settled.ok()) return dropped;
  }
  JZ_RETURN_IF_ERROR(settled.status());
  common::v1::GetJobRequest request;
  request.set_name(settled->Name());
  return deps.jobs.Get(ctx, request);
}

}  // namespace jz::identification
