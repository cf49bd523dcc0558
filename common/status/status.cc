#include "common/status/status.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace jz {
namespace {

constexpr char kErrorInfoType[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kBadRequestType[] = "type.googleapis.com/google.rpc.BadRequest";

constexpr size_t kMaxViolations = 100;
// The details travel in HTTP/2 trailers, in base64, and clients refuse more than 8 KiB of them.
constexpr size_t kMaxViolationBytes = 5000;

template <class Message>
void Attach(absl::Status& status, absl::string_view type, const Message& message) {
  status.SetPayload(type, absl::Cord(message.SerializeAsString()));
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  if (auto payload = status.GetPayload(kErrorInfoType); payload.has_value()) {
    if (!info.ParseFromString(std::string(*payload))) info.Clear();
  }
  return info;
}

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): its values are moved.
absl::Status MakeError(absl::StatusCode code, absl::string_view reason, Metadata metadata,
                       absl::string_view message) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  for (auto& [key, value] : metadata) (*info.mutable_metadata())[key] = std::move(value);
  Attach(status, kErrorInfoType, info);
  return status;
}

absl::Status InvalidArgument(absl::string_view reason, Metadata metadata,
                             absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, std::move(metadata), message);
}

absl::Status FailedPrecondition(absl::string_view reason, Metadata metadata,
                                absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, std::move(metadata), message);
}

absl::Status NotFound(absl::string_view reason, Metadata metadata, absl::string_view message) {
  return MakeError(absl::StatusCode::kNotFound, reason, std::move(metadata), message);
}

absl::Status AlreadyExists(absl::string_view reason, Metadata metadata, absl::string_view message) {
  return MakeError(absl::StatusCode::kAlreadyExists, reason, std::move(metadata), message);
}

absl::Status PermissionDenied(absl::string_view reason, Metadata metadata,
                              absl::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, std::move(metadata), message);
}

absl::Status Unauthenticated(absl::string_view reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, {}, message);
}

absl::Status Aborted(absl::string_view reason, Metadata metadata, absl::string_view message) {
  return MakeError(absl::StatusCode::kAborted, reason, std::move(metadata), message);
}

absl::Status ResourceExhausted(absl::string_view reason, Metadata metadata,
                               absl::string_view message) {
  return MakeError(absl::StatusCode::kResourceExhausted, reason, std::move(metadata), message);
}

absl::Status Unavailable(absl::string_view reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, {}, message);
}

absl::Status DeadlineExceeded(absl::string_view reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, reason, {}, message);
}

absl::Status Internal(absl::string_view reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, reason, {}, message);
}

void Violations::Add(absl::string_view field, absl::string_view rule,
                     absl::string_view description) {
  items_.push_back({std::string(field), std::string(rule), std::string(description)});
}

absl::Status Violations::ToStatus() const {
  if (items_.empty()) return absl::OkStatus();
  google::rpc::BadRequest details;
  size_t bytes = 0;
  for (const Item& item : items_) {
    // FieldViolation of this protobuf package has no reason of its own, so the rule leads the text.
    std::string description = absl::StrCat(item.rule, ": ", item.description);
    bytes += item.field.size() + description.size() + 8;
    bool full = details.field_violations_size() == kMaxViolations || bytes > kMaxViolationBytes;
    if (full && details.field_violations_size() > 0) break;
    auto* violation = details.add_field_violations();
    violation->set_field(item.field);
    violation->set_description(std::move(description));
  }
  const Item& first = items_.front();
  std::string message =
      absl::StrCat(items_.size(), items_.size() == 1 ? " violation" : " violations",
                   " in the request; first: ", first.field, ": ", first.description);
  absl::Status status =
      InvalidArgument("INVALID_REQUEST", {{"violations", absl::StrCat(items_.size())}}, message);
  Attach(status, kBadRequestType, details);
  return status;
}

std::string ReasonOf(const absl::Status& status) { return InfoOf(status).reason(); }

std::string MetadataOf(const absl::Status& status, absl::string_view key) {
  const google::rpc::ErrorInfo info = InfoOf(status);
  auto found = info.metadata().find(std::string(key));
  return found == info.metadata().end() ? "" : found->second;
}

}  // namespace jz
