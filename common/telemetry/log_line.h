// The text of a log line. Apart from the queue that carries it, so that it can be tested as a
// function.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/telemetry/telemetry.h"

namespace jz::telemetry {

struct LogLine {
  absl::Time at;
  Severity severity = Severity::kInfo;
  absl::string_view service = {};
  absl::string_view message = {};
  absl::Span<const Field> fields = {};
};

// {"time":"2024-01-02T03:04:05.123456Z","severity":"info","service":"funds","message":"…",…}; no
// newline.
std::string ToJson(const LogLine& line);

// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonText(absl::string_view text, std::string& out);

}  // namespace jz::telemetry
