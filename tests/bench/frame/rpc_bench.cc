// Figure (a): a no-op RPC through the whole adaptor (token, permission, executor, metric, log line)
// against gRPC's own callback no-op, in one process and under the same load, round by round in
// turn.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/frame/bare_server.h"
#include "tests/bench/frame/unary_load.h"
#include "tests/rpc/frame/echo_server.h"

namespace jz::bench {
namespace {

constexpr double kGoal = 0.5;
constexpr int kRounds = 9;

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The log goes where it costs what a log costs, but not onto the screen.
void SendLogToNull() {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
}

int Run() {
  SendLogToNull();
  telemetry::StartLogging("bench", telemetry::Severity::kInfo);
  testing::EchoServer full({.unary = [](const rpc::CallContext&, const testing::pb::EchoRequest&) {
    return testing::pb::EchoResponse();
  }});
  const BareServer bare;
  LoadOptions load;
  load.method = absl::StrCat("/", testing::kEchoService, "/Echo");
  load.token = absl::StrCat("Bearer ", full.Token());

  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<double> ratios;
  int64_t failures = 0;
  for (int round = -1; round < kRounds; ++round) {
    load.port = bare.port();
    const LoadResult baseline = RunLoad(load);
    load.port = full.port();
    const LoadResult result = RunLoad(load);
    failures += baseline.failures + result.failures;
    if (round < 0) continue;  // connections, caches and threads warm up
    ours.push_back(result.calls_per_second);
    theirs.push_back(baseline.calls_per_second);
    ratios.push_back(result.calls_per_second / baseline.calls_per_second);
  }
  const double ratio = Median(ratios);
  const bool ok = ratio >= kGoal && failures == 0;
  std::printf(
      "{\"name\":\"frame.noop_rpc\",\"value\":%.0f,\"unit\":\"rpc/s\","
      "\"baseline\":\"bare gRPC callback no-op\",\"baseline_value\":%.0f,\"ratio\":%.3f,"
      "\"goal\":%.1f,\"ok\":%s}\n",
      Median(ours), Median(theirs), ratio, kGoal, ok ? "true" : "false");
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace jz::bench

int main() { return jz::bench::Run(); }
