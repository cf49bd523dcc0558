#include "common/rpc/wire_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/wire.h"

namespace jz::rpc {
namespace {

constexpr size_t kMaxMessageBytes = 1000;
constexpr size_t kMaxWireBytes = 6000;

// Does not cut a UTF-8 sequence.
void Truncate(std::string& text, size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
}

// Violations bounds its own size; this is for details that others attach.
void DropDetails(google::rpc::Status& wire) {
  while (wire.ByteSizeLong() > kMaxWireBytes && wire.details_size() > 1) {
    wire.mutable_details()->RemoveLast();
  }
  if (wire.ByteSizeLong() > kMaxWireBytes) wire.clear_details();
}

}  // namespace

bool IsInternal(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

grpc::Status ToGrpc(const absl::Status& status, absl::string_view domain,
                    absl::string_view trace_id) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status wire = ToWire(status, domain);
  if (IsInternal(status.code())) {
    wire.set_message(absl::StrCat("internal error, trace ", trace_id));
  }
  Truncate(*wire.mutable_message(), kMaxMessageBytes);
  DropDetails(wire);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status wire;
  const bool readable = !status.error_details().empty() &&
                        wire.ParseFromString(status.error_details()) &&
                        wire.code() == static_cast<int>(status.error_code());
  if (readable) return FromWire(wire);
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace jz::rpc
