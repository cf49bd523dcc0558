#include "tests/rpc/frame/raw_call.h"

#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/support/sync_stream.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/wire_status.h"

namespace jz::testing {
namespace {

std::shared_ptr<grpc::Channel> Connect(int port) {
  grpc::ChannelArguments args;
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), args);
}

void Prepare(const RawCall& call, grpc::ClientContext& context) {
  if (call.timeout.has_value()) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + *call.timeout));
  }
  for (const auto& [name, value] : call.headers) context.AddMetadata(name, value);
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

}  // namespace

RawAnswer CallRaw(const RawCall& call) {
  auto channel = Connect(call.port);
  grpc::ClientContext context;
  Prepare(call, context);
  grpc::ByteBuffer answer;
  const grpc::internal::RpcMethod method(call.method.c_str(),
                                         grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall(channel.get(), method, &context,
                                                                BufferOf(call.bytes), &answer);
  return {rpc::FromGrpc(status), BytesOf(answer)};
}

RawAnswer ConverseRaw(const RawCall& call) {
  auto channel = Connect(call.port);
  grpc::ClientContext context;
  Prepare(call, context);
  const grpc::internal::RpcMethod method(call.method.c_str(),
                                         grpc::internal::RpcMethod::BIDI_STREAMING);
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          channel.get(), method, &context));
  stream->Write(BufferOf(call.bytes));
  stream->WritesDone();
  grpc::ByteBuffer answer;
  const bool answered = stream->Read(&answer);
  grpc::ByteBuffer rest;
  while (answered && stream->Read(&rest)) {
  }
  return {rpc::FromGrpc(stream->Finish()), BytesOf(answer)};
}

}  // namespace jz::testing
