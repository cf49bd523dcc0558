// absl::Status to and from google.rpc.Status: the one conversion at the edge and in clients.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"

namespace jz {

// `domain` is the service, for example "funds.jingzhun". An INTERNAL or UNKNOWN error loses its
// message.
google::rpc::Status ToWire(const absl::Status& status, absl::string_view domain);

// Keeps code, message and details: ReasonOf and MetadataOf work on the result.
absl::Status FromWire(const google::rpc::Status& wire);

}  // namespace jz
