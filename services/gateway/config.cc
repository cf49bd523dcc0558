#include "services/gateway/config.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

// Flags whose type is not the configuration's.
struct RawConfig {
  std::string targets;
  int max_body_bytes = 0;
  int max_upload_mib = 0;
  int max_buffered_mib = 0;
  absl::Duration idle_timeout;
  absl::Duration header_timeout;
  absl::Duration stall_timeout;
};

void Declare(config::Options& options, GatewayConfig& config, RawConfig& raw) {
  const absl::Duration second = absl::Seconds(1);
  const absl::Duration hour = absl::Hours(1);
  options.Text("listen", &config.http.listen, "127.0.0.1:0", "address to serve HTTP on");
  options.Text("metrics-listen", &config.metrics_listen, "", "address to serve metrics on");
  options.Required("descriptors", &config.descriptors, "descriptor set of the suite's protos");
  options.Required("targets", &raw.targets,
                   "addresses of the services: funds=127.0.0.1:9003,evaluation=…");
  options.Text("tls-ca-file", &config.tls_ca_file, "", "certificate authority of the services");
  options.Number("threads", &config.http.threads, 2, 1, 64, "threads that serve connections");
  options.Number("max-connections", &config.http.max_connections, 4096, 1, 1'000'000,
                 "connections at a time; more are refused");
  options.Number("max-header-bytes", &config.http.limits.max_header_bytes, 16 << 10, 1024, 1 << 20,
                 "request line and headers");
  options.Number("max-body-bytes", &raw.max_body_bytes, 4 << 20, 1024, 1 << 30,
                 "body of a request, uploads excepted");
  options.Number("max-upload-mib", &raw.max_upload_mib, 2048, 1, 1 << 20, "body of an upload");
  options.Number("max-buffered-mib", &raw.max_buffered_mib, 256, 1, 1 << 20,
                 "bodies held in memory at a time, all requests together");
  options.Number("max-response-bytes", &config.max_response_bytes, 16 << 20, 1024, 1 << 30,
                 "one message of a service's answer");
  options.Duration("request-timeout", &config.calls.request_timeout, absl::Seconds(30), second,
                   hour, "calls with one answer");
  options.Duration("stream-timeout", &config.calls.stream_timeout, hour, second, absl::Hours(24),
                   "streams of answers");
  options.Duration("upload-timeout", &config.calls.upload_timeout, hour, second, absl::Hours(24),
                   "uploads");
  options.Duration("idle-timeout", &raw.idle_timeout, absl::Seconds(75), second, hour,
                   "connections between requests");
  options.Duration("header-timeout", &raw.header_timeout, absl::Seconds(10), second, hour,
                   "headers of a request");
  options.Duration("stall-timeout", &raw.stall_timeout, absl::Seconds(60), second, hour,
                   "bodies and answers without progress");
  options.Duration("drain-grace", &config.drain_grace, absl::Seconds(10), absl::ZeroDuration(),
                   absl::Minutes(10), "time for running requests after SIGTERM");
  options.Text("log-level", &config.log_level, "info", "debug, info, warning or error");
}

absl::Status TargetsError(absl::string_view problem) {
  return InvalidArgument("TARGETS_INVALID", {}, problem);
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ParseTargets(absl::string_view text) {
  std::map<std::string, std::string> targets;
  for (absl::string_view entry : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const absl::string_view service = absl::StripAsciiWhitespace(parts.first);
    const absl::string_view address = absl::StripAsciiWhitespace(parts.second);
    if (service.empty() || address.empty()) {
      return TargetsError("--targets must be a list of service=address");
    }
    if (!targets.emplace(std::string(service), std::string(address)).second) {
      return TargetsError("--targets names a service twice");
    }
  }
  if (targets.empty()) return TargetsError("--targets names no service");
  return targets;
}

absl::StatusOr<GatewayConfig> ReadConfig(int argc, const char* const* argv, std::string* printed) {
  GatewayConfig config;
  RawConfig raw;
  config::Options options("gateway");
  Declare(options, config, raw);
  JZ_RETURN_IF_ERROR(options.Parse(argc, argv));
  JZ_ASSIGN_OR_RETURN(config.targets, ParseTargets(raw.targets));
  config.calls.max_body_bytes = static_cast<uint64_t>(raw.max_body_bytes);
  config.calls.max_upload_bytes = static_cast<uint64_t>(raw.max_upload_mib) << 20;
  config.calls.max_buffered_bytes = static_cast<uint64_t>(raw.max_buffered_mib) << 20;
  config.http.limits.idle_timeout = absl::ToChronoMilliseconds(raw.idle_timeout);
  config.http.limits.header_timeout = absl::ToChronoMilliseconds(raw.header_timeout);
  config.http.limits.stall_timeout = absl::ToChronoMilliseconds(raw.stall_timeout);
  *printed = options.Printed();
  return config;
}

}  // namespace jz::gateway
