// Messages to and from the bytes that gRPC carries.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace jz::rpc {

// INVALID_ARGUMENT, reason MESSAGE_MALFORMED, when the bytes are not a message of that type.
absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);
absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer& bytes);

}  // namespace jz::rpc
