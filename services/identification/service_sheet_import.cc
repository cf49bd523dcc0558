// Upload of national sheets, and the names that their columns have elsewhere.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_register.h"
#include "services/identification/sheet_job.h"
#include "services/identification/store/mapping_store.h"
#include "services/identification/upload.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxFileName = 200;
constexpr int kMaxColumns = 300;
constexpr int kMaxHeader = 100;

absl::Status MappingNotFound() {
  return NotFound("IMPORT_MAPPING_NOT_FOUND", {}, "there is no such mapping");
}

absl::StatusOr<std::string> ParseMappingName(absl::string_view name) {
  const bool prefix = absl::ConsumePrefix(&name, "importMappings/");
  const bool fits =
      !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
      });
  if (prefix && fits) return std::string(name);
  return InvalidArgument("RESOURCE_NAME_FORMAT", {},
                         "importMappings/ and 1 to 64 lower-case letters, digits and hyphens");
}

absl::StatusOr<v1::ImportMapping> ToMessage(const MappingRow& row) {
  v1::ImportMapping message;
  if (!message.ParseFromString(row.columns)) {
    return Internal("IMPORT_MAPPING_BROKEN", "a mapping does not parse");
  }
  message.set_name("importMappings/" + row.name);
  message.set_region_code(row.region.ToString());
  message.set_updated_by(row.updated_by);
  *message.mutable_update_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.updated_at));
  return message;
}

absl::StatusOr<v1::ImportMapping> LoadMapping(const Deps& deps, const rpc::CallContext& ctx,
                                              absl::string_view resource) {
  JZ_ASSIGN_OR_RETURN(std::string name, ParseMappingName(resource));
  JZ_ASSIGN_OR_RETURN(std::optional<MappingRow> row,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindMapping(tx, ctx.scope(), name);
                      }));
  if (!row) return MappingNotFound();
  return ToMessage(*row);
}

bool IsSheet(int kind) { return kind != v1::SHEET_KIND_UNSPECIFIED && v1::SheetKind_IsValid(kind); }

absl::StatusOr<RegionCode> CheckHead(const v1::ImportSheetRequest& head) {
  Violations violations;
  const RegionCode region = RegionFrom(head.region_code(), "region_code", violations);
  if (!IsSheet(head.kind()))
    violations.Add("kind", "SHEET_KIND_REQUIRED", "one of the five sheets");
  if (head.mode() != v1::IMPORT_MODE_VALIDATE && head.mode() != v1::IMPORT_MODE_COMMIT) {
    violations.Add("mode", "IMPORT_MODE_REQUIRED", "VALIDATE or COMMIT");
  }
  if (!v1::ImportAtomicity_IsValid(head.atomicity())) {
    violations.Add("atomicity", "IMPORT_ATOMICITY_UNKNOWN", "PER_FILE or PER_ROW");
  }
  if (head.max_duplicate_percent() < 0 || head.max_duplicate_percent() > 100) {
    violations.Add("max_duplicate_percent", "PERCENT_RANGE", "0 to 100");
  }
  if (CountCharacters(head.file_name()) > kMaxFileName || HasControlCharacter(head.file_name())) {
    violations.Add("file_name", "TEXT_FORMAT", "at most 200 characters, none of them a control");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return region;
}

absl::StatusOr<jobs::NewJob> JobFrom(const Deps& deps, const rpc::CallContext& ctx,
                                     const v1::ImportSheetRequest& head) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(head.request_id()));
  JZ_ASSIGN_OR_RETURN(RegionCode region, CheckHead(head));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  v1::SheetJobParams params;
  params.set_kind(head.kind());
  params.set_commit(head.mode() == v1::IMPORT_MODE_COMMIT);
  params.set_file_name(head.file_name());
  params.set_skip_errors(head.atomicity() == v1::IMPORT_ATOMICITY_PER_ROW);
  params.set_max_duplicate_percent(head.max_duplicate_percent());
  if (!head.mapping().empty()) {
    JZ_ASSIGN_OR_RETURN(v1::ImportMapping mapping, LoadMapping(deps, ctx, head.mapping()));
    if (mapping.kind() != head.kind()) {
      return FailedPrecondition("IMPORT_MAPPING_OF_OTHER_SHEET", {{"mapping", head.mapping()}},
                                "the mapping is for another sheet");
    }
    *params.mutable_columns() = mapping.columns();
  }
  return jobs::NewJob{.kind = kSheetJob,
                      .region = region,
                      .params = params.SerializeAsString(),
                      .created_by = ctx.subject(),
                      .receives_input = true};
}

absl::StatusOr<MappingRow> MappingFrom(const v1::ImportMapping& mapping,
                                       const rpc::CallContext& ctx) {
  Violations violations;
  MappingRow row{
      .name = "", .region = {}, .columns = "", .updated_by = ctx.subject(), .updated_at = ctx.now};
  if (auto name = ParseMappingName(mapping.name()); name.ok()) {
    row.name = *name;
  } else {
    violations.Add("mapping.name", "RESOURCE_NAME_FORMAT",
                   "importMappings/ and 1 to 64 lower-case letters, digits and hyphens");
  }
  row.region = RegionFrom(mapping.region_code(), "mapping.region_code", violations);
  if (!IsSheet(mapping.kind())) {
    violations.Add("mapping.kind", "SHEET_KIND_REQUIRED", "one of the five sheets");
  }
  if (mapping.columns().empty() || mapping.columns_size() > kMaxColumns) {
    violations.Add("mapping.columns", "BATCH_SIZE", "1 to 300");
  }
  for (const auto& [from, to] : mapping.columns()) {
    if (from.empty() || to.empty() || CountCharacters(from) > kMaxHeader ||
        CountCharacters(to) > kMaxHeader || HasControlCharacter(from) || HasControlCharacter(to)) {
      violations.Add("mapping.columns", "TEXT_FORMAT",
                     "1 to 100 characters, none of them a control");
      break;
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  v1::ImportMapping kept;
  kept.set_kind(mapping.kind());
  *kept.mutable_columns() = mapping.columns();
  row.columns = kept.SerializeAsString();
  return row;
}

}  // namespace

absl::StatusOr<common::v1::Job> ImportSheet(const Deps& deps, const rpc::CallContext& ctx,
                                            rpc::Reader<v1::ImportSheetRequest>& upload) {
  v1::ImportSheetRequest head;
  JZ_ASSIGN_OR_RETURN(bool any, upload.Read(head));
  if (!any) return InvalidArgument("UPLOAD_EMPTY", {}, "the first message names region and mode");
  JZ_ASSIGN_OR_RETURN(jobs::NewJob new_job, JobFrom(deps, ctx, head));
  const bool commit = head.mode() == v1::IMPORT_MODE_COMMIT;
  return UploadJob(deps, ctx, new_job,
                   commit ? absl::StrCat(kSheetJob, " ", head.kind(), " ", head.region_code()) : "",
                   head, upload);
}

absl::StatusOr<v1::ImportMapping> PutImportMapping(const Deps& deps, const rpc::CallContext& ctx,
                                                   const v1::PutImportMappingRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(MappingRow row, MappingFrom(request.mapping(), ctx));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(row.region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::ImportMapping>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::ImportMapping> {
          JZ_ASSIGN_OR_RETURN(std::optional<RegionCode> taken, LockMapping(tx, row.name));
          if (taken && !ctx.scope().Contains(*taken)) {
            return AlreadyExists("IMPORT_MAPPING_NAME_TAKEN", {}, "another region uses this name");
          }
          JZ_RETURN_IF_ERROR(UpsertMapping(tx, row));
          return ToMessage(row);
        });
  });
}

absl::StatusOr<v1::ImportMapping> GetImportMapping(const Deps& deps, const rpc::CallContext& ctx,
                                                   const v1::GetImportMappingRequest& request) {
  return LoadMapping(deps, ctx, request.name());
}

}  // namespace jz::identification
