#include <algorithm>
#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/telemetry/telemetry.h"

namespace jz::telemetry {
namespace {

bool IsLowerHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

// 16 hex digits, not all zero. Ids of traces are no secrets: a fast generator per thread will do.
std::string RandomHex16() {
  thread_local absl::InsecureBitGen generator;
  uint64_t value = 0;
  while (value == 0) value = absl::Uniform<uint64_t>(generator);
  return absl::StrCat(absl::Hex(value, absl::kZeroPad16));
}

}  // namespace

// https://www.w3.org/TR/trace-context/: version-traceid-parentid-flags. A later version may carry
// more behind the flags; the first four parts stay.
Trace ContinueTrace(absl::string_view traceparent) {
  constexpr size_t kLength = 55;
  Trace trace;
  absl::string_view flags = "01";
  const bool known_shape =
      traceparent.size() >= kLength && traceparent[2] == '-' && traceparent[35] == '-' &&
      traceparent[52] == '-' && IsLowerHex(traceparent.substr(0, 2)) &&
      traceparent.substr(0, 2) != "ff" && IsLowerHex(traceparent.substr(3, 32)) &&
      IsLowerHex(traceparent.substr(36, 16)) && IsLowerHex(traceparent.substr(53, 2)) &&
      (traceparent.size() == kLength ||
       (traceparent.substr(0, 2) != "00" && traceparent[kLength] == '-'));
  if (known_shape && !IsZero(traceparent.substr(3, 32)) && !IsZero(traceparent.substr(36, 16))) {
    trace.trace_id = std::string(traceparent.substr(3, 32));
    flags = traceparent.substr(53, 2);
  } else {
    trace.trace_id = RandomHex16() + RandomHex16();
  }
  trace.traceparent = absl::StrCat("00-", trace.trace_id, "-", RandomHex16(), "-", flags);
  return trace;
}

}  // namespace jz::telemetry
