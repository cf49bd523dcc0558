// Bodies that go into client streams.
#include <gtest/gtest.h>

#include <numeric>

#include "absl/strings/str_cat.h"
#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

constexpr char kImport[] = "/v1/sample/folders/f1/records:import";

std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 131) >> 3);
  return bytes;
}

uint32_t Checksum(const std::string& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), uint32_t{0},
                         [](uint32_t sum, char c) { return sum + static_cast<unsigned char>(c); });
}

TEST(GatewayUpload, SendsParametersThenTheFile) {
  GatewayUnderTest gateway;
  const std::string file = Bytes(3'000'000);
  const HttpReply reply = gateway.Call({.method = "POST",
                                        .target = absl::StrCat(kImport, "?title=%E5%86%8C"),
                                        .headers = {{"Content-Type", "text/csv"}},
                                        .body = file});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["parent"], "folders/f1");
  EXPECT_EQ(reply.Json()["title"], "册");
  EXPECT_EQ(reply.Json()["bytes"], "3000000");
  EXPECT_EQ(reply.Json()["checksum"], Checksum(file));
  EXPECT_EQ(gateway.state().imports_done, 1);
}

TEST(GatewayUpload, TakesChunkedBodiesAndContinue) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  std::string head = HttpConnection::Text(gateway.WithToken(
      {.method = "POST",
       .target = kImport,
       .headers = {{"Transfer-Encoding", "chunked"}, {"Expect", "100-continue"}}}));
  connection.Send(head);
  EXPECT_EQ(connection.ReadLine(), "HTTP/1.1 100 Continue\r\n");
  EXPECT_EQ(connection.ReadLine(), "\r\n");
  connection.Send("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n");
  EXPECT_EQ(connection.Read().Json()["bytes"], "11");
}

TEST(GatewayUpload, AnEmptyFileIsStillACall) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Call({.method = "POST", .target = kImport});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["parent"], "folders/f1");
  EXPECT_EQ(reply.Json()["bytes"], "0");
}

TEST(GatewayUpload, AnUploadThatIsCutLeavesNothing) {
  GatewayUnderTest gateway;
  {
    HttpConnection connection = gateway.Connect();
    connection.Send(HttpConnection::Text(gateway.WithToken(
        {.method = "POST", .target = kImport, .headers = {{"Content-Length", "1000000"}}})));
    connection.Send(Bytes(500'000));
    EXPECT_TRUE(gateway.state().import_begun.Wait());
  }
  EXPECT_TRUE(gateway.state().import_cut.Wait());
  EXPECT_EQ(gateway.state().imports_done, 0);
}

TEST(GatewayUpload, AChunkedUploadThatIsCutLeavesNothing) {
  GatewayUnderTest gateway;
  {
    HttpConnection connection = gateway.Connect();
    connection.Send(HttpConnection::Text(gateway.WithToken(
        {.method = "POST", .target = kImport, .headers = {{"Transfer-Encoding", "chunked"}}})));
    connection.Send(absl::StrCat("3e8\r\n", Bytes(1000), "\r\n"));
    EXPECT_TRUE(gateway.state().import_begun.Wait());
  }
  EXPECT_TRUE(gateway.state().import_cut.Wait());
  EXPECT_EQ(gateway.state().imports_done, 0);
}

TEST(GatewayUpload, BrokenChunksAreRefusedAndLeaveNothing) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(gateway.WithToken(
      {.method = "POST", .target = kImport, .headers = {{"Transfer-Encoding", "chunked"}}})));
  connection.Send("5\r\nhello\r\n");
  EXPECT_TRUE(gateway.state().import_begun.Wait());
  connection.Send("nonsense\r\n");
  const HttpReply reply = connection.Read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["reason"], "BODY_MALFORMED");
  EXPECT_TRUE(gateway.state().import_cut.Wait());
}

TEST(GatewayUpload, AnUploadThatStallsIsRefusedAndLeavesNothing) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) {
    config.http.limits.stall_timeout = std::chrono::milliseconds(300);
  });
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(gateway.WithToken(
      {.method = "POST", .target = kImport, .headers = {{"Content-Length", "1000000"}}})));
  connection.Send(Bytes(1000));
  const HttpReply reply = connection.Read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.Json()["reason"], "REQUEST_TIMEOUT");
  EXPECT_TRUE(gateway.state().import_cut.Wait());
}

TEST(GatewayUpload, TheServicesRefusalComesBackBeforeTheFileIsThrough) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(
      gateway.WithToken({.method = "POST",
                         .target = absl::StrCat(kImport, "?refuse_after_bytes=1"),
                         .headers = {{"Content-Length", "100000000"}}})));
  connection.Send(Bytes(1000));
  const HttpReply reply = connection.Read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["reason"], "IMPORT_REFUSED");
  EXPECT_EQ(reply.Header("Connection"), "close");
}

TEST(GatewayUpload, AWrongTokenIsRefusedWithoutTheFile) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(
      {.method = "POST", .target = kImport, .headers = {{"Content-Length", "100000000"}}}));
  EXPECT_EQ(connection.Read().status, 401);
}

TEST(GatewayUpload, AServiceThatIsSlowHoldsTheClientBack) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  constexpr size_t kSize = 256 << 20;
  connection.Send(HttpConnection::Text(
      gateway.WithToken({.method = "POST",
                         .target = absl::StrCat(kImport, "?title=slow"),
                         .headers = {{"Content-Length", absl::StrCat(kSize)}}})));
  const size_t taken = connection.SendUntilBlocked(kSize, 500);
  EXPECT_LT(taken, size_t{64} << 20);
  gateway.state().import_may_read.Set();
  size_t left = kSize - taken;
  for (const std::string piece(1 << 20, 'a'); left > 0;) {
    const size_t size = std::min(left, piece.size());
    connection.Send(absl::string_view(piece).substr(0, size));
    left -= size;
  }
  EXPECT_EQ(connection.Read().Json()["bytes"], absl::StrCat(kSize));
}

TEST(GatewayUpload, RefusesFilesOverTheLimit) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.calls.max_upload_bytes = 100'000; });
  const HttpReply told =
      gateway.Call({.method = "POST", .target = kImport, .body = Bytes(100'001)});
  EXPECT_EQ(told.status, 413);
  HttpConnection connection = gateway.Connect();
  connection.Send(HttpConnection::Text(gateway.WithToken(
      {.method = "POST", .target = kImport, .headers = {{"Transfer-Encoding", "chunked"}}})));
  connection.Send("5\r\nhello\r\n");
  EXPECT_TRUE(gateway.state().import_begun.Wait());
  connection.TrySend(absl::StrCat("186a0\r\n", Bytes(100'000), "\r\n0\r\n\r\n"));
  EXPECT_EQ(connection.Read().status, 413);
  EXPECT_TRUE(gateway.state().import_cut.Wait());
  EXPECT_EQ(gateway.state().imports_done, 0);
  EXPECT_EQ(gateway.Call({.method = "POST", .target = kImport, .body = Bytes(100'000)}).status,
            200);
}

TEST(GatewayUpload, RefusesFormsAndBadParametersBeforeTheFile) {
  GatewayUnderTest gateway;
  const HttpReply form =
      gateway.Call({.method = "POST",
                    .target = kImport,
                    .headers = {{"Content-Type", "multipart/form-data; boundary=x"}},
                    .body = "x"});
  EXPECT_EQ(form.status, 415);
  const HttpReply bad =
      gateway.Call({.method = "POST", .target = absl::StrCat(kImport, "?data=x"), .body = "x"});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.Json()["violations"][0]["rule"], "PARAMETER_IN_BODY");
}

}  // namespace
}  // namespace jz::testing
