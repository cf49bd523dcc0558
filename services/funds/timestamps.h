#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace jz::funds {

inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t micros = absl::ToUnixMicros(time);
  proto.set_seconds(micros / 1'000'000);
  proto.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
  return proto;
}

}  // namespace jz::funds
