// What a server needs before it starts, and what it shows without a token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "tests/rpc/frame/echo_server.h"
#include "tests/rpc/frame/raw_call.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<pb::EchoResponse> Nothing(const rpc::CallContext&, const pb::EchoRequest&) {
  return pb::EchoResponse();
}

class Start : public ::testing::Test {
 protected:
  absl::Status Try(std::vector<rpc::Router> routers, const std::string& listen = "127.0.0.1:0") {
    rpc::ServerOptions options;
    options.service = "testing";
    options.listen = listen;
    return rpc::Server::Start(options, std::move(routers), *authenticator_, *metrics_).status();
  }

  TestKeys keys_;
  std::unique_ptr<auth::Authenticator> authenticator_ = *auth::Authenticator::Create(keys_.auth());
  std::unique_ptr<telemetry::Metrics> metrics_ = telemetry::Metrics::Create();
};

TEST_F(Start, ListsEverythingThatIsWrongWithTheRoutes) {
  rpc::Router faulty("jingzhun.testing.v1.FaultyService");
  faulty.Unary<pb::EchoRequest, pb::EchoResponse>("Open", Nothing);
  faulty.Unary<pb::EchoRequest, pb::EchoResponse>("Converse", Nothing);
  faulty.Unary<pb::EchoRequest, pb::EchoResponse>("Invented", Nothing);
  rpc::Router mistyped(kEchoService);
  for (const char* method : {"Echo", "GetEcho", "Forbid", "Hurry", "StreamEchoes", "Upload"}) {
    mistyped.Unary<pb::EchoRequest, pb::EchoRequest>(
        method,
        [](const rpc::CallContext&,
           const pb::EchoRequest& request) -> absl::StatusOr<pb::EchoRequest> { return request; });
  }
  mistyped.Unary<pb::EchoRequest, pb::EchoResponse>("Echo", Nothing);
  const absl::Status status = Try({faulty, mistyped, rpc::Router("jingzhun.testing.v1.Nowhere")});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ROUTES_INVALID");
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("FaultyService.Open declares no permission"));
  EXPECT_THAT(text, HasSubstr("FaultyService.Converse is routed as unary"));
  EXPECT_THAT(text, HasSubstr("FaultyService.Invented is not in the proto"));
  EXPECT_THAT(text, HasSubstr("FaultyService.Missing is not routed"));
  EXPECT_THAT(text, HasSubstr("EchoService.Echo is routed twice"));
  EXPECT_THAT(text, HasSubstr("EchoService.GetEcho has the response type"));
  EXPECT_THAT(text, HasSubstr("EchoService.Upload is routed as unary"));
  EXPECT_THAT(text, HasSubstr("Nowhere is not a service"));
}

TEST_F(Start, FailsWhenTheAddressIsTaken) {
  EchoServer first;
  const absl::Status status = Try({EchoRouter()}, absl::StrCat("127.0.0.1:", first.port()));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ADDRESS_TAKEN");
}

TEST(Reflection, ListsTheServicesWithoutAToken) {
  EchoServer echo;
  // ServerReflectionRequest{list_services: "*"}
  const RawAnswer answer =
      ConverseRaw({.port = echo.port(),
                   .method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                   .bytes = std::string("\x3A\x01*", 3)});
  EXPECT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_THAT(answer.bytes, HasSubstr(kEchoService));
  EXPECT_THAT(answer.bytes, HasSubstr("grpc.health.v1.Health"));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("FaultyService")));
}

TEST(Server, AnswersAnUnknownMethodWithUnimplemented) {
  EchoServer echo;
  const RawAnswer answer =
      CallRaw({.port = echo.port(), .method = "/jingzhun.testing.v1.EchoService/Nothing"});
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kUnimplemented);
}

TEST(Server, LogsOneLinePerCallWithoutItsContents) {
  EchoServer echo;
  telemetry::StartLogging("testing", telemetry::Severity::kInfo);
  ::testing::internal::CaptureStderr();
  const Client client = echo.NewClient();
  ASSERT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("top secret")).ok());
  ASSERT_FALSE(client.Call<pb::EchoResponse>("Forbid", EchoOf("top secret")).ok());
  telemetry::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  telemetry::StartLogging("", telemetry::Severity::kWarning);

  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_THAT(log, HasSubstr(R"("method":"/jingzhun.testing.v1.EchoService/Echo","code":"OK")"));
  EXPECT_THAT(log, HasSubstr(R"("code":"PERMISSION_DENIED","reason":"PERMISSION_MISSING")"));
  EXPECT_THAT(log, HasSubstr(R"("subject":"caller-1")"));
  EXPECT_THAT(log, HasSubstr(R"("peer":"ipv4:127.0.0.1:)"));
  EXPECT_THAT(log, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace jz::testing
