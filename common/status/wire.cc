#include "common/status/wire.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"

namespace jz {
namespace {

constexpr char kErrorInfoType[] = "type.googleapis.com/google.rpc.ErrorInfo";

// What such an error says was written for the log and may quote SQL or data.
bool HidesMessage(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

std::string Domain(absl::string_view service) {
  if (service.find('.') != absl::string_view::npos) return std::string(service);
  return absl::StrCat(service, ".jingzhun");
}

google::rpc::ErrorInfo CompleteInfo(const absl::Status& status, absl::string_view service) {
  google::rpc::ErrorInfo info;
  if (auto payload = status.GetPayload(kErrorInfoType); payload.has_value()) {
    if (!info.ParseFromString(std::string(*payload))) info.Clear();
  }
  if (info.reason().empty()) info.set_reason(absl::StatusCodeToString(status.code()));
  // A peer's error that is passed on keeps the peer's domain.
  if (info.domain().empty()) info.set_domain(Domain(service));
  return info;
}

}  // namespace

google::rpc::Status ToWire(const absl::Status& status, absl::string_view domain) {
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  if (status.ok()) return wire;
  wire.set_message(HidesMessage(status.code()) ? "internal error" : std::string(status.message()));
  wire.add_details()->PackFrom(CompleteInfo(status, domain));
  status.ForEachPayload([&wire](absl::string_view type, const absl::Cord& payload) {
    if (type == kErrorInfoType) return;
    auto* detail = wire.add_details();
    detail->set_type_url(std::string(type));
    detail->set_value(std::string(payload));
  });
  return wire;
}

absl::Status FromWire(const google::rpc::Status& wire) {
  if (wire.code() == 0) return absl::OkStatus();
  const bool known =
      wire.code() > 0 && wire.code() <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  absl::Status status(
      known ? static_cast<absl::StatusCode>(wire.code()) : absl::StatusCode::kUnknown,
      wire.message());
  for (const auto& detail : wire.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace jz
