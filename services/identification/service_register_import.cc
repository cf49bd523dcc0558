// Upload of register files.
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/import_job.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_register.h"
#include "services/identification/upload.h"

namespace jz::identification {
namespace {

constexpr int kMaxFileName = 200;

absl::StatusOr<jobs::NewJob> JobFrom(const rpc::CallContext& ctx,
                                     const v1::ImportHouseholdsRequest& head) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(head.request_id()));
  Violations violations;
  const RegionCode region = RegionFrom(head.region_code(), "region_code", violations);
  if (head.mode() != v1::IMPORT_MODE_VALIDATE && head.mode() != v1::IMPORT_MODE_COMMIT) {
    violations.Add("mode", "IMPORT_MODE_REQUIRED", "VALIDATE or COMMIT");
  }
  if (CountCharacters(head.file_name()) > kMaxFileName || HasControlCharacter(head.file_name())) {
    violations.Add("file_name", "TEXT_FORMAT", "at most 200 characters, none of them a control");
  }
  if (!v1::ImportAtomicity_IsValid(head.atomicity())) {
    violations.Add("atomicity", "IMPORT_ATOMICITY_UNKNOWN", "PER_FILE or PER_ROW");
  }
  if (head.max_duplicate_percent() < 0 || head.max_duplicate_percent() > 100) {
    violations.Add("max_duplicate_percent", "PERCENT_RANGE", "0 to 100");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  v1::ImportJobParams params;
  params.set_commit(head.mode() == v1::IMPORT_MODE_COMMIT);
  params.set_file_name(head.file_name());
  params.set_skip_errors(head.atomicity() == v1::IMPORT_ATOMICITY_PER_ROW);
  params.set_max_duplicate_percent(head.max_duplicate_percent());
  return jobs::NewJob{.kind = kImportJob,
                      .region = region,
                      .params = params.SerializeAsString(),
                      .created_by = ctx.subject(),
                      .receives_input = true};
}

}  // namespace

absl::StatusOr<common::v1::Job> ImportHouseholds(const Deps& deps, const rpc::CallContext& ctx,
                                                 rpc::Reader<v1::ImportHouseholdsRequest>& upload) {
  v1::ImportHouseholdsRequest head;
  JZ_ASSIGN_OR_RETURN(bool any, upload.Read(head));
  if (!any) return InvalidArgument("UPLOAD_EMPTY", {}, "the first message names region and mode");
  JZ_ASSIGN_OR_RETURN(jobs::NewJob new_job, JobFrom(ctx, head));
  const bool commit = head.mode() == v1::IMPORT_MODE_COMMIT;
  return UploadJob(deps, ctx, new_job,
                   commit ? absl::StrCat(kImportJob, " ", head.region_code()) : "", head, upload);
}

}  // namespace jz::identification
