// Starting exports, and the record of who exported what.
#include "services/identification/service_export.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/export_storage.pb.h"
#include "services/identification/export_job.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/export_store.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kFullPermission[] = "identification.exports.create_full";
constexpr int kMaxReason = 200;
constexpr int kMaxCodes = 100;

bool HasFilter(const v1::ExportSpec& spec) {
  return !spec.states().empty() || !spec.household_types().empty() ||
         spec.monitored() != v1::MONITORED_FILTER_UNSPECIFIED ||
         !spec.monitored_categories().empty();
}

void CheckFilter(const v1::ExportSpec& spec, Violations& violations) {
  for (int state : spec.states()) {
    if (state == v1::HOUSEHOLD_STATE_UNSPECIFIED || !v1::HouseholdState_IsValid(state)) {
      violations.Add("spec.states", "HOUSEHOLD_STATE_UNKNOWN", "no such state");
    }
  }
  if (spec.states_size() > kMaxCodes || spec.household_types_size() > kMaxCodes ||
      spec.monitored_categories_size() > kMaxCodes) {
    violations.Add("spec", "FILTER_TOO_LARGE", "at most 100 values");
  }
  if (!v1::MonitoredFilter_IsValid(spec.monitored())) {
    violations.Add("spec.monitored", "ENUM_UNKNOWN", "no such filter");
  }
  if (spec.kind() == v1::SHEET_KIND_VILLAGES && HasFilter(spec)) {
    violations.Add("spec.kind", "FILTER_NOT_EXPECTED", "villages are not filtered");
  }
}

absl::StatusOr<common::v1::Job> StartExport(const Deps& deps, const rpc::CallContext& ctx,
                                            const v1::StartExportRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(RegionCode region, CheckExport(ctx, request.spec()));
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, deps.ids.Next(region, 1, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::Job>(tx, ctx, request, [&]() -> absl::StatusOr<common::v1::Job> {
      v1::ExportJobParams params;
      *params.mutable_spec() = request.spec();
      params.set_access(ids.front());
      JZ_ASSIGN_OR_RETURN(jobs::JobId id, deps.jobs.Add(tx,
                                                        {.kind = kExportJob,
                                                         .region = region,
                                                         .params = params.SerializeAsString(),
                                                         .created_by = ctx.subject()},
                                                        ctx.now));
      JZ_RETURN_IF_ERROR(InsertExportAccess(tx, {.id = ExportAccessId(ids.front()),
                                                 .region = region,
                                                 .kind = v1::EXPORT_ACCESS_KIND_JOB,
                                                 .subject = ctx.subject(),
                                                 .spec = request.spec().SerializeAsString(),
                                                 .job = id.value(),
                                                 .begun_at = ctx.now}));
      common::v1::Job job;
      job.set_name(id.Name());
      job.set_kind(kExportJob);
      job.set_region_code(region.ToString());
      job.set_state(common::v1::JOB_STATE_QUEUED);
      job.set_created_by(ctx.subject());
      *job.mutable_created_at() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(ctx.now));
      return job;
    });
  });
}

absl::StatusOr<v1::ExportAccess> ToMessage(const ExportAccessRow& row) {
  v1::ExportAccess message;
  message.set_name(row.id.Name());
  message.set_kind(static_cast<v1::ExportAccessKind>(row.kind));
  message.set_subject(row.subject);
  *message.mutable_begin_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.begun_at));
  if (row.ended_at) {
    *message.mutable_end_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(*row.ended_at));
  }
  if (!message.mutable_spec()->ParseFromString(row.spec)) {
    return Internal("EXPORT_STATE_BROKEN", "what was exported does not parse");
  }
  if (row.job != 0) message.set_job(jobs::JobId(row.job).Name());
  message.set_row_count(row.row_count);
  message.set_complete(row.complete);
  return message;
}

absl::StatusOr<v1::ListExportAccessesResponse> ListAccesses(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListExportAccessesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  ExportAccessPage page{.before = pages.Number(0) == 0 ? absl::FromUnixMicros(INT64_MAX / 2)
                                                       : absl::FromUnixMicros(pages.Number(0)),
                        .before_id = ExportAccessId(pages.Number(1)),
                        .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<ExportAccessRow> rows,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListExportAccesses(tx, scope, page);
                      }));
  v1::ListExportAccessesResponse response;
  response.set_next_page_token(pages.Next(rows, [](const ExportAccessRow& row) {
    return std::vector<std::string>{absl::StrCat(absl::ToUnixMicros(row.begun_at)),
                                    absl::StrCat(row.id.value())};
  }));
  for (const ExportAccessRow& row : rows) {
    JZ_ASSIGN_OR_RETURN(*response.add_accesses(), ToMessage(row));
  }
  return response;
}

}  // namespace

absl::Status CheckPurpose(const rpc::CallContext& ctx, v1::ExportPurpose purpose) {
  if (purpose != v1::EXPORT_PURPOSE_REGISTER_WORK || ctx.principal->Holds(kFullPermission)) {
    return absl::OkStatus();
  }
  return PermissionDenied("EXPORT_FULL_NOT_PERMITTED", {{"permission", kFullPermission}},
                          "personal data in full needs a permission of its own");
}

absl::StatusOr<RegionCode> CheckExport(const rpc::CallContext& ctx, const v1::ExportSpec& spec) {
  Violations violations;
  const RegionCode region = RegionFrom(spec.region_code(), "spec.region_code", violations);
  if (spec.kind() == v1::SHEET_KIND_UNSPECIFIED || !v1::SheetKind_IsValid(spec.kind())) {
    violations.Add("spec.kind", "SHEET_KIND_REQUIRED", "one of the five sheets");
  }
  if (!v1::ExportFormat_IsValid(spec.format())) {
    violations.Add("spec.format", "ENUM_UNKNOWN", "no such format");
  }
  if (spec.purpose() == v1::EXPORT_PURPOSE_UNSPECIFIED ||
      !v1::ExportPurpose_IsValid(spec.purpose())) {
    violations.Add("spec.purpose", "EXPORT_PURPOSE_REQUIRED", "what the file is for");
  }
  if (spec.purpose() == v1::EXPORT_PURPOSE_PUBLICITY &&
      spec.kind() != v1::SHEET_KIND_MONITORED_OBJECTS) {
    violations.Add("spec.purpose", "EXPORT_PURPOSE_OF_SHEET", "monitored objects only");
  }
  CheckText(spec.reason(), kMaxReason, "spec.reason", "REASON_REQUIRED", violations);
  CheckFilter(spec, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  JZ_RETURN_IF_ERROR(CheckPurpose(ctx, spec.purpose()));
  return region;
}

rpc::Router ExportRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.ExportService");
  auto stream = [&]<class Request>(const char* name,
                                   absl::Status (*handler)(const Deps&, const rpc::CallContext&,
                                                           const Request&, FileWriter&)) {
    router.ServerStream<Request, v1::FileChunk>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request,
                               FileWriter& writer) { return handler(deps, ctx, request, writer); });
  };
  stream("ExportSheet", ExportSheet);
  stream("DownloadExport", DownloadExport);
  stream("DownloadJobErrors", DownloadJobErrors);
  router.Unary<v1::StartExportRequest, common::v1::Job>(
      "StartExport", [&deps](const rpc::CallContext& ctx, const v1::StartExportRequest& request) {
        return StartExport(deps, ctx, request);
      });
  router.Unary<v1::ListExportAccessesRequest, v1::ListExportAccessesResponse>(
      "ListExportAccesses",
      [&deps](const rpc::CallContext& ctx, const v1::ListExportAccessesRequest& request) {
        return ListAccesses(deps, ctx, request);
      });
  return router;
}

}  // namespace jz::identification
