// Streams of answers: lines of JSON and raw bytes.
#include <gtest/gtest.h>

#include <thread>

#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

TEST(GatewayStream, SendsOneMessageALine) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records:stream?count=1000&size=10");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(reply.Header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(reply.Header("Transfer-Encoding"), "chunked");
  const std::vector<std::string> lines = Lines(reply.body);
  ASSERT_EQ(lines.size(), 1000U);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(nlohmann::json::parse(lines[i])["amountFen"], std::to_string(i + 1));
  }
}

TEST(GatewayStream, AnEmptyStreamIsAnEmptyAnswer) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records:stream");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(reply.body, "");
}

TEST(GatewayStream, AnErrorBeforeTheFirstMessageIsAProblem) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records:stream?fail=true");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Header("Content-Type"), "application/problem+json");
  EXPECT_EQ(reply.Json()["reason"], "STREAM_BROKE");
}

TEST(GatewayStream, AnErrorLaterIsTheLastLineAndTheAnswerIsCut) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records:stream?count=3&fail=true");
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.complete);
  const std::vector<std::string> lines = Lines(reply.body);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(nlohmann::json::parse(lines[3])["error"]["reason"], "STREAM_BROKE");
}

TEST(GatewayStream, TheConnectionServesOnAfterAStream) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  for (int i = 0; i < 3; ++i) {
    const HttpReply stream =
        connection.Call(gateway.WithToken({.target = "/v1/sample/records:stream?count=5"}));
    EXPECT_EQ(Lines(stream.body).size(), 5U);
    EXPECT_EQ(connection.Call(gateway.WithToken({.target = "/v1/sample/records/a"})).status, 200);
  }
}

TEST(GatewayStream, AClientThatDoesNotReadHoldsTheServiceBack) {
  GatewayUnderTest gateway;
  constexpr int64_t kCount = 2000;
  constexpr int64_t kSize = 64 << 10;
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(
      gateway.WithToken({.target = "/v1/sample/records:stream?count=2000&size=65536"})));
  // A stream of the same length that is read has come to its end: this one, begun earlier, would
  // have, too. What it has sent fills the buffers on the way: far less than its 128 MB.
  GatewayUnderTest other;
  const HttpReply read = other.Get("/v1/sample/records:stream?count=2000&size=65536");
  EXPECT_EQ(Lines(read.body).size(), static_cast<size_t>(kCount));
  EXPECT_LT(gateway.state().streamed * kSize, 32 << 20);
  const HttpReply reply = connection.Read();
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(Lines(reply.body).size(), static_cast<size_t>(kCount));
}

TEST(GatewayStream, AClientThatLeavesEndsTheCall) {
  GatewayUnderTest gateway;
  {
    HttpConnection connection = gateway.Connect();
    connection.Send(HttpConnection::Text(
        gateway.WithToken({.target = "/v1/sample/records:stream?count=1000000&size=65536"})));
    EXPECT_NE(connection.ReadLine(), "");
  }
  EXPECT_TRUE(gateway.state().stream_ended.Wait());
  EXPECT_LT(gateway.state().streamed, 1'000'000);
}

TEST(GatewayStream, AServiceThatEndsMidwayIsNotTakenForAnEnd) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(
      gateway.WithToken({.target = "/v1/sample/records:stream?count=1000000&size=65536"})));
  std::atomic<int64_t>& streamed = gateway.state().streamed;
  for (int64_t seen = streamed; seen < 10; seen = streamed) streamed.wait(seen);
  std::thread stop([&] { gateway.backend().Stop(); });
  const HttpReply reply = connection.Read();
  stop.join();
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.complete);
  const std::vector<std::string> lines = Lines(reply.body);
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(nlohmann::json::parse(lines.back()).contains("error")) << lines.back().substr(0, 200);
}

TEST(GatewayStream, AClientThatStallsIsCutOff) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) {
    config.http.limits.stall_timeout = std::chrono::milliseconds(300);
  });
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(
      gateway.WithToken({.target = "/v1/sample/records:stream?count=1000000&size=65536"})));
  EXPECT_TRUE(gateway.state().stream_ended.Wait());
}

TEST(GatewayStream, DownloadsBytesAsTheyAre) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records:download?count=3");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(reply.body, "line 0\r\nline 1\r\nline 2\r\n");
  EXPECT_FALSE(gateway.Get("/v1/sample/records:download?count=3&fail=true").complete);
}

TEST(GatewayStream, NeedsHttp11) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send("GET /v1/sample/records:stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(connection.Read().status, 505);
}

}  // namespace
}  // namespace jz::testing
