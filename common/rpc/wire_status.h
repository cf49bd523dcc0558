// absl::Status to and from what gRPC sends: code, message and `grpc-status-details-bin`.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace jz::rpc {

// Errors whose message is for the log only.
bool IsInternal(absl::StatusCode code);

// `domain` is "funds.jingzhun". Internal errors show their trace id instead of their message. At
// most about 7 KiB: details that do not fit are left out, because a peer refuses trailers over 8
// KiB and the caller would see nothing of the error.
grpc::Status ToGrpc(const absl::Status& status, absl::string_view domain,
                    absl::string_view trace_id);

absl::Status FromGrpc(const grpc::Status& status);

}  // namespace jz::rpc
