#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"

namespace jz::telemetry {
namespace {

using ::testing::HasSubstr;

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::string Get(int port, const std::string& path) {
  const int fd = Connect(port);
  const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = read(fd, buffer, sizeof buffer)) > 0) {
    answer.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return answer;
}

TEST(Metrics, ServesWhatWasRecorded) {
  auto metrics = Metrics::Create();
  ASSERT_TRUE(metrics->Serve("127.0.0.1:0").ok());
  Metrics::Rpc& rpc = metrics->ForRpc("funds", "FundsService/GetAccount");
  rpc.Finished(absl::StatusCode::kOk, absl::Milliseconds(3));
  rpc.Finished(absl::StatusCode::kOk, absl::Milliseconds(30));
  rpc.Finished(absl::StatusCode::kNotFound, absl::Milliseconds(1));
  metrics->Count("jz_test_rows", {{"table", "household"}});
  metrics->Count("jz_test_rows", {{"table", "household"}}, 41);
  metrics->Count("jz_test_rows", {{"table", "person"}});
  metrics->Set("jz_test_lag", {}, 7.5);
  metrics->Set("jz_test_lag", {}, 2.5);

  const std::string text = Get(metrics->port(), "/metrics");
  EXPECT_THAT(text, HasSubstr("jz_rpc_duration_seconds_count{code=\"OK\",method=\"FundsService/"
                              "GetAccount\",service=\"funds\"} 2"));
  EXPECT_THAT(text, HasSubstr("code=\"NOT_FOUND\""));
  EXPECT_THAT(text, HasSubstr("le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("jz_test_rows{table=\"household\"} 42"));
  EXPECT_THAT(text, HasSubstr("jz_test_rows{table=\"person\"} 1"));
  EXPECT_THAT(text, HasSubstr("jz_test_lag 2.5"));
}

TEST(Metrics, ServesBesideClientsThatSayNothing) {
  auto metrics = Metrics::Create();
  ASSERT_TRUE(metrics->Serve("127.0.0.1:0").ok());
  metrics->Set("jz_test_lag", {}, 1);
  const int silent[] = {Connect(metrics->port()), Connect(metrics->port())};
  // Accepted in this order: both are being served when the request comes. 30 seconds is how long
  // they would keep a thread by default.
  const absl::Time begun = absl::Now();
  EXPECT_THAT(Get(metrics->port(), "/metrics"), HasSubstr("jz_test_lag 1"));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(20));
  for (int fd : silent) close(fd);
}

TEST(Metrics, GivesTheSameHandleForTheSameMethod) {
  auto metrics = Metrics::Create();
  EXPECT_EQ(&metrics->ForRpc("a", "b"), &metrics->ForRpc("a", "b"));
  EXPECT_NE(&metrics->ForRpc("a", "b"), &metrics->ForRpc("a", "c"));
}

TEST(Metrics, CountsFromManyThreads) {
  auto metrics = Metrics::Create();
  ASSERT_TRUE(metrics->Serve("127.0.0.1:0").ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        metrics->Count("jz_test_calls", {});
        metrics->ForRpc("s", "m").Finished(absl::StatusCode::kOk, absl::Milliseconds(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = Get(metrics->port(), "/metrics");
  EXPECT_THAT(text, HasSubstr("jz_test_calls 8000"));
  EXPECT_THAT(text, HasSubstr("service=\"s\"} 8000"));
}

TEST(Metrics, SaysWhenItsAddressIsTaken) {
  auto first = Metrics::Create();
  ASSERT_TRUE(first->Serve("127.0.0.1:0").ok());
  auto second = Metrics::Create();
  const absl::Status status = second->Serve(absl::StrCat("127.0.0.1:", first->port()));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "METRICS_ADDRESS_TAKEN");
}

}  // namespace
}  // namespace jz::telemetry
