#pragma once

#include <gmock/gmock.h>

#include "absl/status/statusor.h"
#include "common/status/status.h"

namespace jz::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// EXPECT_THAT(client.Call<…>(…), Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
MATCHER_P2(Refused, code, reason, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString() << " reason " << ReasonOf(status);
  return status.code() == code && ReasonOf(status) == reason;
}

}  // namespace jz::testing
