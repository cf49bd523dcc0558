#include "services/identification/export_job.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/export_storage.pb.h"
#include "services/identification/sealed_bytes.h"
#include "services/identification/sheet_export.h"
#include "services/identification/store/export_store.h"
#include "services/identification/upload.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr size_t kPartBytes = 1 << 20;
// Parts outlive their file, however long the job takes.
constexpr absl::Duration kPartKept = absl::Hours(24 * 8);
constexpr int kSweep = 32;

std::string PartContext(int64_t job, int64_t offset) {
  return absl::StrCat("export_file.", job, ".", offset);
}

absl::Status Sweep(const Deps& deps, jobs::JobRun& run) {
  int64_t deleted = kSweep;
  while (deleted == kSweep) {
    JZ_ASSIGN_OR_RETURN(deleted, deps.db.Transact(run.deadline(), [&](sql::Transaction& tx) {
      return DeleteExpiredParts(tx, deps.clock.Now(), kSweep);
    }));
  }
  return absl::OkStatus();
}

class ExportRun {
 public:
  ExportRun(const Deps& deps, jobs::JobRun& run, const v1::ExportJobParams& params,
            v1::ExportJobState state)
      : deps_(deps), run_(run), params_(params), state_(std::move(state)) {}

  absl::Status Write() {
    JZ_ASSIGN_OR_RETURN(auto sheet, SheetExport::Open(deps_, params_.spec(), run_.deadline()));
    std::string bytes;
    if (state_.byte_count() == 0) {
      bytes = sheet->writer().Begin();
      JZ_ASSIGN_OR_RETURN(int64_t total, sheet->CountUnits(run_.deadline()));
      state_.set_total_count(total);
    }
    for (bool last = false; !last;) {
      const ExportPosition after{.region = RegionCode::FromNumber(state_.after_region()),
                                 .household = state_.after_household()};
      JZ_ASSIGN_OR_RETURN(ExportPage page, sheet->Read(after, run_.deadline()));
      last = page.last;
      bytes += page.bytes;
      state_.set_after_region(page.next.region.number());
      state_.set_after_household(page.next.household);
      state_.set_row_count(state_.row_count() + page.rows);
      state_.set_done_count(state_.done_count() + page.units);
      if (last) bytes += sheet->writer().End(state_.row_count());
      if (last || bytes.size() >= kPartBytes) JZ_RETURN_IF_ERROR(SavePart(bytes, last));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status SavePart(std::string& bytes, bool last) {
    const int64_t offset = state_.byte_count();
    const absl::Time now = deps_.clock.Now();
    ExportPart part{
        .job = run_.id().value(), .start_offset = offset, .expires_at = now + kPartKept};
    JZ_ASSIGN_OR_RETURN(part.sealed, SealBytes(deps_.sealer, PartContext(part.job, offset), bytes));
    state_.set_byte_count(offset + static_cast<int64_t>(bytes.size()));
    std::optional<ExportFile> file;
    if (last) {
      JZ_ASSIGN_OR_RETURN(file, FileOf(bytes, offset, now));
      state_.set_ended(true);
    }
    bytes.clear();
    return deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(InsertExportPart(tx, part));
      if (file) {
        JZ_RETURN_IF_ERROR(InsertExportFile(tx, *file));
        JZ_RETURN_IF_ERROR(UpdateExportAccess(tx, {.id = ExportAccessId(params_.access()),
                                                   .job = part.job,
                                                   .ended_at = now,
                                                   .row_count = file->row_count,
                                                   .complete = true}));
      }
      return run_.Checkpoint(tx,
                             {.state = state_.SerializeAsString(),
                              .done_count = state_.done_count(),
                              .total_count = std::max(state_.total_count(), state_.done_count()),
                              .errors = {}});
    });
  }

  // With the digest of the parts that are stored, and of the last one.
  absl::StatusOr<ExportFile> FileOf(absl::string_view last, int64_t stored, absl::Time now) {
    FileDigest digest;
    for (int64_t offset = 0; offset < stored;) {
      JZ_ASSIGN_OR_RETURN(std::string bytes, ReadExportFile(deps_, run_.id().value(), offset,
                                                            stored, run_.deadline()));
      digest.Add(bytes);
      offset += static_cast<int64_t>(bytes.size());
    }
    digest.Add(last);
    return ExportFile{.job = run_.id().value(),
                      .region = run_.region(),
                      .created_by = run_.created_by(),
                      .spec = params_.spec().SerializeAsString(),
                      .row_count = state_.row_count(),
                      .byte_count = state_.byte_count(),
                      .sha256 = digest.Finish(),
                      .expires_at = now + kExportKept};
  }

  const Deps& deps_;
  jobs::JobRun& run_;
  const v1::ExportJobParams& params_;
  v1::ExportJobState state_;
};

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ResultOf(const Deps& deps,
                                                                    jobs::JobRun& run) {
  JZ_ASSIGN_OR_RETURN(auto file, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return FindExportFile(tx, auth::RegionScope({run.region()}), run.id().value());
  }));
  if (!file) return Internal("EXPORT_STATE_BROKEN", "an export that has ended has no file");
  auto result = std::make_unique<v1::StartExportResult>();
  result->set_row_count(file->row_count);
  result->set_byte_count(file->byte_count);
  result->set_sha256(absl::BytesToHexString(file->sha256));
  *result->mutable_expire_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(file->expires_at));
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunExport(const Deps& deps,
                                                                     jobs::JobRun& run) {
  v1::ExportJobParams params;
  v1::ExportJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("EXPORT_STATE_BROKEN", "params or state of an export do not parse");
  }
  JZ_RETURN_IF_ERROR(Sweep(deps, run));
  if (!state.ended()) {
    JZ_RETURN_IF_ERROR(ExportRun(deps, run, params, std::move(state)).Write());
  }
  return ResultOf(deps, run);
}

absl::StatusOr<std::string> ReadExportFile(const Deps& deps, int64_t job, int64_t offset,
                                           int64_t byte_count, absl::Time deadline) {
  if (offset >= byte_count) return std::string();
  JZ_ASSIGN_OR_RETURN(auto part, deps.db.Fetch(deadline, [&](sql::Transaction& tx) {
    return FindExportPart(tx, job, offset);
  }));
  if (!part) return FailedPrecondition("EXPORT_EXPIRED", {}, "the file is kept no longer");
  JZ_ASSIGN_OR_RETURN(std::string bytes,
                      OpenBytes(deps.sealer, PartContext(job, part->start_offset), part->sealed));
  const auto skip = static_cast<size_t>(offset - part->start_offset);
  if (skip >= bytes.size()) {
    return FailedPrecondition("EXPORT_EXPIRED", {}, "the file is kept no longer");
  }
  return bytes.substr(skip);
}

}  // namespace jz::identification
