#include "services/gateway/call_timeout.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

// Seconds without a unit, or a Go duration ("500ms", "1m30s").
std::optional<absl::Duration> ParseRequestTimeout(absl::string_view text) {
  double seconds = 0;
  const bool plain = !text.empty() && absl::c_all_of(text, [](char c) {
    return absl::ascii_isdigit(c) || c == '.';
  });
  if (plain && absl::SimpleAtod(text, &seconds)) return absl::Seconds(seconds);
  absl::Duration duration;
  if (!plain && absl::ParseDuration(text, &duration)) return duration;
  return std::nullopt;
}

absl::Duration DefaultOf(const Route& route, const CallLimits& limits) {
  switch (route.kind) {
    case Route::Kind::kServerStream:
      return limits.stream_timeout;
    case Route::Kind::kUpload:
      return limits.upload_timeout;
    case Route::Kind::kUnary:
      break;
  }
  return limits.request_timeout;
}

}  // namespace

std::optional<absl::Duration> ParseGrpcTimeout(absl::string_view text) {
  int64_t count = 0;
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  const absl::string_view digits = text.substr(0, text.size() - 1);
  if (!absl::c_all_of(digits, absl::ascii_isdigit) || !absl::SimpleAtoi(digits, &count)) {
    return std::nullopt;
  }
  switch (text.back()) {
    case 'H':
      return absl::Hours(count);
    case 'M':
      return absl::Minutes(count);
    case 'S':
      return absl::Seconds(count);
    case 'm':
      return absl::Milliseconds(count);
    case 'u':
      return absl::Microseconds(count);
    case 'n':
      return absl::Nanoseconds(count);
    default:
      return std::nullopt;
  }
}

absl::StatusOr<absl::Duration> CallTimeout(const Route& route, const HttpRequest& request,
                                           const CallLimits& limits) {
  const absl::Duration usual = DefaultOf(route, limits);
  const bool has_own = route.max_deadline > absl::ZeroDuration();
  const absl::Duration most = has_own ? route.max_deadline : usual;
  std::optional<absl::Duration> wish;
  if (!request.request_timeout.empty()) {
    wish = ParseRequestTimeout(request.request_timeout);
  } else if (!request.grpc_timeout.empty()) {
    wish = ParseGrpcTimeout(request.grpc_timeout);
  } else {
    return std::min(usual, most);
  }
  if (!wish.has_value() || *wish <= absl::ZeroDuration()) {
    return InvalidArgument("TIMEOUT_INVALID", {}, "the timeout header is not a positive duration");
  }
  if (*wish > most) {
    return InvalidArgument("TIMEOUT_TOO_LONG", {{"most", absl::FormatDuration(most)}},
                           absl::StrCat("the timeout is longer than ", absl::FormatDuration(most)));
  }
  return *wish;
}

}  // namespace jz::gateway
