#pragma once

#include "common/rpc/router.h"
#include "jingzhun/identification/v1/export.pb.h"
#include "services/identification/deps.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// RPCs of ExportService; see export.proto. `deps` must outlive the router.
rpc::Router ExportRouter(const Deps& deps);

using FileWriter = rpc::Writer<v1::FileChunk>;

// INVALID_REQUEST with every violation; PERMISSION_DENIED when region or purpose is not for the
// caller. The region.
absl::StatusOr<RegionCode> CheckExport(const rpc::CallContext& ctx, const v1::ExportSpec& spec);
// Full personal data needs a permission of its own.
absl::Status CheckPurpose(const rpc::CallContext& ctx, v1::ExportPurpose purpose);

absl::Status ExportSheet(const Deps& deps, const rpc::CallContext& ctx,
                         const v1::ExportSheetRequest& request, FileWriter& writer);
absl::Status DownloadExport(const Deps& deps, const rpc::CallContext& ctx,
                            const v1::DownloadExportRequest& request, FileWriter& writer);
absl::Status DownloadJobErrors(const Deps& deps, const rpc::CallContext& ctx,
                               const v1::DownloadJobErrorsRequest& request, FileWriter& writer);

}  // namespace jz::identification
