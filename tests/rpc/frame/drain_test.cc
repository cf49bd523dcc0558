#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/status/status.h"
#include "tests/rpc/frame/echo_server.h"
#include "tests/rpc/frame/raw_call.h"

namespace jz::testing {
namespace {

// grpc.health.v1.HealthCheckResponse, field 1.
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

std::string Health(int port, const std::string& service = "") {
  std::string request;
  if (!service.empty()) {
    request = absl::StrCat("\x0A", std::string(1, static_cast<char>(service.size())), service);
  }
  return CallRaw({.port = port, .method = "/grpc.health.v1.Health/Check", .bytes = request}).bytes;
}

TEST(Drain, LetsRunningCallsEndAndRefusesNewOnes) {
  Signal started;
  Signal release;
  EchoServer echo({.unary = [&](const rpc::CallContext&, const pb::EchoRequest& request) {
    if (request.text() == "block") {
      started.Set();
      EXPECT_TRUE(release.Wait());
    }
    return pb::EchoResponse();
  }});
  const Client client = echo.NewClient();
  EXPECT_EQ(Health(echo.port()), kServing);
  EXPECT_EQ(Health(echo.port(), kEchoService), kServing);
  std::thread running(
      [&] { EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("block")).ok()); });
  ASSERT_TRUE(started.Wait());
  std::thread drain([&] { echo.server().Drain(absl::Seconds(30)); });
  absl::Status refused;
  do {
    refused = client.Call<pb::EchoResponse>("Echo", EchoOf("new")).status();
  } while (refused.ok());
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), "SERVER_DRAINING");
  EXPECT_EQ(Health(echo.port()), kNotServing);
  EXPECT_EQ(Health(echo.port(), kEchoService), kNotServing);
  release.Set();
  running.join();
  drain.join();
  EXPECT_EQ(client.Call<pb::EchoResponse>("Echo", EchoOf("gone")).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(Drain, EndsLongStreamsAtOnce) {
  EchoServer echo({.stream = [](const rpc::CallContext&, const pb::EchoRequest&,
                                rpc::Writer<pb::EchoResponse>& writer) {
    EXPECT_TRUE(writer.Write(pb::EchoResponse()).ok());
    while (!writer.ShouldEnd()) std::this_thread::yield();
    return absl::OkStatus();
  }});
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x"));
  pb::EchoResponse response;
  ASSERT_TRUE(responses->Read(response));  // from here on the channel does not try another server
  const absl::Time before = absl::Now();
  echo.server().Drain(absl::Seconds(60));
  EXPECT_LT(absl::Now() - before, absl::Seconds(20));
  const absl::Status status = responses->Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "SERVER_DRAINING");
}

TEST(Drain, EndsUploadsThatWait) {
  Signal started;
  EchoServer echo(
      {.upload = [&](const rpc::CallContext&,
                     rpc::Reader<pb::EchoRequest>& reader) -> absl::StatusOr<pb::EchoResponse> {
        started.Set();
        pb::EchoRequest request;
        auto more = reader.Read(request);
        EXPECT_FALSE(more.ok());
        return more.status();
      }});
  auto requests = echo.NewClient().ClientStream("Upload");
  ASSERT_TRUE(started.Wait());
  echo.server().Drain(absl::Seconds(60));
  pb::EchoResponse response;
  EXPECT_EQ(ReasonOf(requests->Finish(response)), "SERVER_DRAINING");
}

TEST(Drain, EndsAStreamWhoseReaderIsStuck) {
  Signal blocked;
  EchoServer echo({.stream = [&](const rpc::CallContext&, const pb::EchoRequest&,
                                 rpc::Writer<pb::EchoResponse>& writer) {
    pb::EchoResponse response;
    response.set_text(std::string(1 << 20, 'x'));
    absl::Status status;
    for (int i = 0; status.ok(); ++i) {
      status = writer.Write(response);
      if (i == 0) blocked.Set();
    }
    return status;
  }});
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x"));
  ASSERT_TRUE(blocked.Wait());
  echo.server().Drain(absl::Milliseconds(100));  // returns although nobody reads
  responses->Cancel();
}

TEST(Drain, MayBeRepeated) {
  EchoServer echo;
  echo.server().Drain(absl::Seconds(1));
  echo.server().Drain(absl::Seconds(1));
}

}  // namespace
}  // namespace jz::testing
