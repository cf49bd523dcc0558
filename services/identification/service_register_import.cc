// Upload of register files.
#include <openssl/evp.h>

#include "common/rpc/once.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/import_job.h"
#include "services/identification/service_register.h"

namespace jz::identification {
namespace {

// Input is appended in pieces of about this size: each is a durable write.
constexpr size_t kPieceBytes = 1 << 20;
constexpr int kMaxFileName = 200;

// The digest of a file that is never in memory as a whole.
class FileDigest {
 public:
  FileDigest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  std::string Finish() {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size);
    digest.resize(size);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

absl::StatusOr<jobs::NewJob> JobFrom(const rpc::CallContext& ctx,
                                     const v1::ImportHouseholdsRequest& head) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(head.request_id()));
  Violations violations;
  absl::StatusOr<RegionCode> region = RegionCode::Parse(head.region_code());
  if (!region.ok()) {
    violations.Add("region_code", "REGION_CODE_FORMAT", "a region code has 12 digits and no gap");
  }
  if (head.mode() != v1::IMPORT_MODE_VALIDATE && head.mode() != v1::IMPORT_MODE_COMMIT) {
    violations.Add("mode", "IMPORT_MODE_REQUIRED", "VALIDATE or COMMIT");
  }
  if (CountCharacters(head.file_name()) > kMaxFileName || HasControlCharacter(head.file_name())) {
    violations.Add("file_name", "TEXT_FORMAT", "at most 200 characters, none of them a control");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(*region));
  v1::ImportJobParams params;
  params.set_commit(head.mode() == v1::IMPORT_MODE_COMMIT);
  params.set_file_name(head.file_name());
  return jobs::NewJob{.kind = kImportJob,
                      .region = *region,
                      .params = params.SerializeAsString(),
                      .created_by = ctx.subject(),
                      .receives_input = true};
}

// Stores the rest of the upload as the job's input; the file's digest.
absl::StatusOr<std::string> Receive(const Deps& deps, const rpc::CallContext& ctx, jobs::JobId job,
                                    std::string piece,
                                    rpc::Reader<v1::ImportHouseholdsRequest>& upload) {
  FileDigest digest;
  digest.Add(piece);
  v1::ImportHouseholdsRequest message;
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

// The job that this upload belongs to: `job`, or the one of an earlier upload with the same
// request_id.
absl::StatusOr<jobs::JobId> Settle(const Deps& deps, const rpc::CallContext& ctx, jobs::JobId job,
                                   v1::ImportHouseholdsRequest head, std::string digest) {
  head.set_data(std::move(digest));
  auto settled = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::GetJobRequest>(tx, ctx, head,
                                                [&]() -> absl::StatusOr<common::v1::GetJobRequest> {
                                                  common::v1::GetJobRequest answer;
                                                  answer.set_name(job.Name());
                                                  return answer;
                                                });
  });
  JZ_RETURN_IF_ERROR(settled.status());
  return jobs::JobId::Parse(settled->name());
}

absl::StatusOr<jobs::JobId> ReceiveAndSettle(const Deps& deps, const rpc::CallContext& ctx,
                                             jobs::JobId job,
                                             const v1::ImportHouseholdsRequest& head,
                                             rpc::Reader<v1::ImportHouseholdsRequest>& upload) {
  JZ_ASSIGN_OR_RETURN(std::string digest, Receive(deps, ctx, job, head.data(), upload));
  JZ_ASSIGN_OR_RETURN(jobs::JobId settled, Settle(deps, ctx, job, head, std::move(digest)));
  // Also for an earlier upload: the server may have stopped between settling and this.
  absl::Status finished = deps.jobs.FinishInput(settled, ctx.deadline);
  if (ReasonOf(finished) == "JOB_NOT_RECEIVING") return settled;
  JZ_RETURN_IF_ERROR(finished);
  return settled;
}

}  // namespace

absl::StatusOr<common::v1::Job> ImportHouseholds(const Deps& deps, const rpc::CallContext& ctx,
                                                 rpc::Reader<v1::ImportHouseholdsRequest>& upload) {
  v1::ImportHouseholdsRequest head;
  JZ_ASSIGN_OR_RETURN(bool any, upload.Read(head));
  if (!any) return InvalidArgument("UPLOAD_EMPTY", {}, "the first message names region and mode");
  JZ_ASSIGN_OR_RETURN(jobs::NewJob new_job, JobFrom(ctx, head));
  JZ_ASSIGN_OR_RETURN(jobs::JobId job, deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return deps.jobs.Add(tx, new_job, ctx.now);
  }));
  absl::StatusOr<jobs::JobId> settled = ReceiveAndSettle(deps, ctx, job, head, upload);
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
