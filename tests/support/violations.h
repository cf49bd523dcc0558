// The field violations of an error.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace jz::testing {

// "field RULE" of each: {"meeting.votes_for VOTES"}; empty for an error without violations.
inline std::vector<std::string> ViolationsOf(const absl::Status& status) {
  std::vector<std::string> violations;
  auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad;
  if (!payload || !bad.ParseFromString(std::string(*payload))) return violations;
  for (const auto& violation : bad.field_violations()) {
    const std::string& text = violation.description();  // "RULE: in words"
    violations.push_back(absl::StrCat(violation.field(), " ", text.substr(0, text.find(':'))));
  }
  return violations;
}
template <class T>
std::vector<std::string> ViolationsOf(const absl::StatusOr<T>& result) {
  return ViolationsOf(result.status());
}

}  // namespace jz::testing
