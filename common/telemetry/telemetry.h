// Logs (one JSON line each, to standard error), metrics (Prometheus, a port of their own) and trace
// ids.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace jz::telemetry {

enum class Severity { kDebug, kInfo, kWarning, kError };

using FieldValue = std::variant<int64_t, bool, absl::string_view>;
struct Field {
  absl::string_view key;
  FieldValue value;
};

// Asynchronous and bounded: under overload the oldest lines are dropped and counted. Never give it
// personal data. Thread-safe.
void Log(Severity severity, absl::string_view message, std::initializer_list<Field> fields = {});
// Once, at start. `service` is in every line.
void StartLogging(absl::string_view service, Severity least);
// Returns when what was logged so far is written (after a second at most). Done by itself at exit.
void FlushLog();

// W3C trace context.
struct Trace {
  std::string trace_id;     // 32 hex digits
  std::string traceparent;  // to pass on: same trace id, a new span id
};
// From a `traceparent` header; a new trace when it is absent or malformed.
Trace ContinueTrace(absl::string_view traceparent);

// One service's metrics. Thread-safe; the recording functions cost well under a microsecond.
class Metrics {
 public:
  static std::unique_ptr<Metrics> Create();
  virtual ~Metrics() = default;

  // Handle for a (service, method) pair: make it once, not per call. Lives as long as Metrics.
  class Rpc {
   public:
    virtual ~Rpc() = default;
    virtual void Finished(absl::StatusCode code, absl::Duration took) = 0;
  };
  virtual Rpc& ForRpc(absl::string_view service, absl::string_view method) = 0;

  // Counters and gauges by name ("jz_feed_lag_changes") and labels; registered on first use.
  using Labels = std::initializer_list<std::pair<std::string, std::string>>;
  virtual void Count(const std::string& name, Labels labels, double by = 1) = 0;
  virtual void Set(const std::string& name, Labels labels, double value) = 0;

  // Serves /metrics on `address` ("127.0.0.1:9101"; port 0 picks one). UNAVAILABLE when taken.
  virtual absl::Status Serve(const std::string& address) = 0;
  // The port that Serve took; 0 when nothing is served.
  virtual int port() const = 0;
};

}  // namespace jz::telemetry
