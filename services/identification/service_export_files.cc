// Files as streams: they end with a message that says so, and a cut one does not.
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/domain/table_writer.h"
#include "services/identification/export_job.h"
#include "services/identification/service_export.h"
#include "services/identification/sheet_export.h"
#include "services/identification/store/export_store.h"

namespace jz::identification {
namespace {

constexpr size_t kChunkBytes = 256 << 10;
constexpr char kAuditPermission[] = "identification.exports.audit";

// The one way in which a file goes out.
class FileStream {
 public:
  FileStream(FileWriter& writer, std::string content_type) : writer_(writer) {
    chunk_.set_content_type(std::move(content_type));
  }

  absl::Status Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      const absl::string_view piece = bytes.substr(0, kChunkBytes);
      chunk_.set_data(std::string(piece));
      JZ_RETURN_IF_ERROR(writer_.Write(chunk_));
      chunk_.Clear();
      bytes.remove_prefix(piece.size());
    }
    return absl::OkStatus();
  }

  absl::Status End(int64_t rows) {
    chunk_.set_complete(true);
    chunk_.set_row_count(rows);
    return writer_.Write(chunk_);
  }

 private:
  FileWriter& writer_;
  v1::FileChunk chunk_;
};

// The record of one export or download: begun before anything goes out, ended whatever happens.
class AccessRecord {
 public:
  static absl::StatusOr<AccessRecord> Begin(const Deps& deps, const rpc::CallContext& ctx,
                                            ExportAccessRow row) {
    JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, deps.ids.Next(row.region, 1, ctx.deadline));
    row.id = ExportAccessId(ids.front());
    row.subject = ctx.subject();
    row.begun_at = ctx.now;
    JZ_RETURN_IF_ERROR(deps.db.Run(
        ctx.deadline, [&](sql::Transaction& tx) { return InsertExportAccess(tx, row); }));
    return AccessRecord(deps, std::move(row));
  }

  absl::Status End(int64_t rows, bool complete) {
    row_.row_count = rows;
    row_.complete = complete;
    row_.ended_at = deps_->clock.Now();
    // A deadline of its own: the caller of a cut stream is gone.
    return deps_->db.Run(absl::Now() + absl::Seconds(10),
                         [&](sql::Transaction& tx) { return UpdateExportAccess(tx, row_); });
  }

 private:
  AccessRecord(const Deps& deps, ExportAccessRow row) : deps_(&deps), row_(std::move(row)) {}

  const Deps* deps_;
  ExportAccessRow row_;
};

absl::Status SendSheet(const Deps& deps, const rpc::CallContext& ctx, const v1::ExportSpec& spec,
                       FileStream& stream, int64_t& rows) {
  JZ_ASSIGN_OR_RETURN(auto sheet, SheetExport::Open(deps, spec, ctx.deadline));
  JZ_RETURN_IF_ERROR(stream.Write(sheet->writer().Begin()));
  ExportPosition after;
  for (bool last = false; !last;) {
    JZ_ASSIGN_OR_RETURN(ExportPage page, sheet->Read(after, ctx.deadline));
    JZ_RETURN_IF_ERROR(stream.Write(page.bytes));
    rows += page.rows;
    after = page.next;
    last = page.last;
  }
  return stream.Write(sheet->writer().End(rows));
}

std::string ContentTypeOf(const v1::ExportSpec& spec) {
  return TableWriter(TableFormatOf(spec.format()), {}).content_type();
}

absl::Status ExportNotFound() { return NotFound("EXPORT_NOT_FOUND", {}, "there is no such file"); }

}  // namespace

absl::Status ExportSheet(const Deps& deps, const rpc::CallContext& ctx,
                         const v1::ExportSheetRequest& request, FileWriter& writer) {
  JZ_ASSIGN_OR_RETURN(RegionCode region, CheckExport(ctx, request.spec()));
  JZ_ASSIGN_OR_RETURN(AccessRecord record,
                      AccessRecord::Begin(deps, ctx,
                                          {.region = region,
                                           .kind = v1::EXPORT_ACCESS_KIND_STREAM,
                                           .spec = request.spec().SerializeAsString()}));
  int64_t rows = 0;
  FileStream stream(writer, ContentTypeOf(request.spec()));
  const absl::Status sent = SendSheet(deps, ctx, request.spec(), stream, rows);
  const absl::Status recorded = record.End(rows, sent.ok());
  JZ_RETURN_IF_ERROR(sent);
  JZ_RETURN_IF_ERROR(recorded);
  return stream.End(rows);
}

absl::Status DownloadExport(const Deps& deps, const rpc::CallContext& ctx,
                            const v1::DownloadExportRequest& request, FileWriter& writer) {
  JZ_ASSIGN_OR_RETURN(jobs::JobId job, jobs::JobId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(auto file, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return FindExportFile(tx, ctx.scope(), job.value());
  }));
  if (!file) return ExportNotFound();
  v1::ExportSpec spec;
  if (!spec.ParseFromString(file->spec)) {
    return Internal("EXPORT_STATE_BROKEN", "what was exported does not parse");
  }
  if (!ctx.principal->Holds(kAuditPermission)) {
    if (file->created_by != ctx.subject()) {
      return PermissionDenied("EXPORT_OF_ANOTHER", {}, "somebody else asked for this file");
    }
    JZ_RETURN_IF_ERROR(CheckPurpose(ctx, spec.purpose()));
  }
  if (request.offset() < 0 || request.offset() > file->byte_count) {
    return InvalidArgument("OFFSET_RANGE", {{"bytes", absl::StrCat(file->byte_count)}},
                           "the file is not so long");
  }
  if (file->expires_at <= deps.clock.Now()) {
    return FailedPrecondition("EXPORT_EXPIRED", {}, "the file is kept no longer");
  }
  JZ_ASSIGN_OR_RETURN(AccessRecord record,
                      AccessRecord::Begin(deps, ctx,
                                          {.region = file->region,
                                           .kind = v1::EXPORT_ACCESS_KIND_DOWNLOAD,
                                           .spec = file->spec,
                                           .job = file->job}));
  FileStream stream(writer, ContentTypeOf(spec));
  const absl::Status sent = [&]() -> absl::Status {
    for (int64_t offset = request.offset(); offset < file->byte_count;) {
      JZ_ASSIGN_OR_RETURN(std::string bytes,
                          ReadExportFile(deps, file->job, offset, file->byte_count, ctx.deadline));
      JZ_RETURN_IF_ERROR(stream.Write(bytes));
      offset += static_cast<int64_t>(bytes.size());
    }
    return absl::OkStatus();
  }();
  const absl::Status recorded = record.End(file->row_count, sent.ok());
  JZ_RETURN_IF_ERROR(sent);
  JZ_RETURN_IF_ERROR(recorded);
  return stream.End(file->row_count);
}

absl::Status DownloadJobErrors(const Deps& deps, const rpc::CallContext& ctx,
                               const v1::DownloadJobErrorsRequest& request, FileWriter& writer) {
  const TableWriter table(TableFormat::kCsvUtf8, {"行号", "列", "错误代码", "错误说明", "message"});
  FileStream stream(writer, table.content_type());
  common::v1::ListJobErrorsRequest page;
  page.set_name(request.name());
  page.set_page_size(1000);
  std::string bytes = table.Begin();
  int64_t rows = 0;
  do {
    JZ_ASSIGN_OR_RETURN(common::v1::ListJobErrorsResponse errors, deps.jobs.ListErrors(ctx, page));
    for (const common::v1::JobError& error : errors.errors()) {
      const std::vector<TableCell> cells = {{.text = absl::StrCat(error.row())},
                                            {.text = error.column()},
                                            {.text = error.reason()},
                                            {.text = error.text_zh()},
                                            {.text = error.text_en()}};
      table.AppendRow(cells, bytes);
      ++rows;
    }
    JZ_RETURN_IF_ERROR(stream.Write(bytes));
    bytes.clear();
    page.set_page_token(errors.next_page_token());
  } while (!page.page_token().empty());
  return stream.End(rows);
}

}  // namespace jz::identification
