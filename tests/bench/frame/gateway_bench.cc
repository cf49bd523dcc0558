// Figure (e): a point read by REST through the gateway (HTTP, transcoding, the call behind it)
// against the same read by gRPC from the same server, under the same load, round by round in turn.
// All in one process.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/frame/http_load.h"
#include "tests/bench/frame/unary_load.h"
#include "tests/rpc/gateway/gateway_under_test.h"

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
  testing::GatewayUnderTest gateway;

  LoadOptions grpc;
  grpc.port = gateway.backend().port();
  grpc.method = "/jingzhun.sample.v1.SampleService/GetRecord";
  grpc.token = absl::StrCat("Bearer ", gateway.backend().Token());
  testing::sample::GetRecordRequest request;
  request.set_name("records/0a1b2c3d4e5f6");
  grpc.request = request.SerializeAsString();

  HttpLoadOptions rest;
  rest.port = gateway.port();
  rest.request = testing::HttpConnection::Text(
      gateway.WithToken({.target = absl::StrCat("/v1/sample/", request.name())}));

  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<double> ratios;
  int64_t failures = 0;
  for (int round = -1; round < kRounds; ++round) {
    const LoadResult baseline = RunLoad(grpc);
    const LoadResult result = RunHttpLoad(rest);
    failures += baseline.failures + result.failures;
    if (round < 0) continue;  // connections, caches and threads warm up
    ours.push_back(result.calls_per_second);
    theirs.push_back(baseline.calls_per_second);
    ratios.push_back(result.calls_per_second / baseline.calls_per_second);
  }
  const double ratio = Median(ratios);
  const bool ok = ratio >= kGoal && failures == 0;
  std::printf(
      "{\"name\":\"frame.rest_read\",\"value\":%.0f,\"unit\":\"req/s\","
      "\"baseline\":\"the same read by gRPC\",\"baseline_value\":%.0f,\"ratio\":%.3f,"
      "\"goal\":%.1f,\"ok\":%s}\n",
      Median(ours), Median(theirs), ratio, kGoal, ok ? "true" : "false");
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace jz::bench

int main() { return jz::bench::Run(); }
