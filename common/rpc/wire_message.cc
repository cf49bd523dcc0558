#include "common/rpc/wire_message.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <string>

#include "common/status/status.h"

namespace jz::rpc {

absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  // The reader does not change the buffer; its parameter only lacks the const.
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  return InvalidArgument("MESSAGE_MALFORMED", {{"type", message.GetDescriptor()->full_name()}},
                         "the bytes are not a message of this type");
}

absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer& bytes) {
  bool own = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::MessageLite>(message,
                                                                                     &bytes, &own);
  if (status.ok()) return absl::OkStatus();
  return Internal("MESSAGE_UNSERIALIZABLE", status.error_message());
}

}  // namespace jz::rpc
