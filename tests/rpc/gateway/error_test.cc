// Errors of services and of the gateway as problem details.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(GatewayErrors, CarryEverythingThatTheServiceSaid) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records/none");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.Header("Content-Type"), "application/problem+json");
  nlohmann::json problem = reply.Json();
  EXPECT_EQ(problem["type"], "urn:jingzhun:problem:sample.jingzhun:RECORD_NOT_FOUND");
  EXPECT_EQ(problem["title"], "Not found");
  EXPECT_EQ(problem["status"], 404);
  EXPECT_EQ(problem["detail"], "there is no such record");
  EXPECT_EQ(problem["instance"], reply.Header("X-Trace-Id"));
  EXPECT_EQ(problem["code"], "NOT_FOUND");
  EXPECT_EQ(problem["reason"], "RECORD_NOT_FOUND");
  EXPECT_EQ(problem["domain"], "sample.jingzhun");
  EXPECT_EQ(problem["metadata"], nlohmann::json({{"name", "records/none"}}));
  EXPECT_EQ(problem["violations"], nlohmann::json::array());
}

TEST(GatewayErrors, ListViolationsByFieldAndRule) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Post("/v1/sample/records:fail", R"({"fields": ["a", "b[3].c"]})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["violations"], nlohmann::json::parse(R"([
      {"field": "a", "rule": "REQUIRED", "description": "must be given"},
      {"field": "b[3].c", "rule": "REQUIRED", "description": "must be given"}])"));
}

TEST(GatewayErrors, FollowTheUsualTable) {
  GatewayUnderTest gateway;
  const std::pair<int, int> table[] = {
      {1, 499}, {2, 500},  {3, 400},  {4, 504},  {5, 404},  {6, 409},  {7, 403},  {8, 429},
      {9, 400}, {10, 409}, {11, 400}, {12, 501}, {13, 500}, {14, 503}, {15, 500}, {16, 401}};
  for (const auto& [code, status] : table) {
    const HttpReply reply = gateway.Post(
        "/v1/sample/records:fail", absl::StrCat("{\"code\":", code, ",\"reason\":\"AS_ASKED\"}"));
    EXPECT_EQ(reply.status, status) << code;
    EXPECT_EQ(reply.Json()["status"], status) << code;
    EXPECT_EQ(reply.Json()["reason"], "AS_ASKED") << code;
  }
}

TEST(GatewayErrors, SayWhenToComeBack) {
  GatewayUnderTest gateway;
  const HttpReply told = gateway.Post("/v1/sample/records:fail",
                                      R"({"code": 8, "reason": "QUEUE_FULL", "retryAfterS": 7})");
  EXPECT_EQ(told.status, 429);
  EXPECT_EQ(told.Header("Retry-After"), "7");
  const HttpReply untold =
      gateway.Post("/v1/sample/records:fail", R"({"code": 8, "reason": "QUEUE_FULL"})");
  EXPECT_EQ(untold.Header("Retry-After"), "");
}

TEST(GatewayErrors, InternalErrorsShowNothingOfTheInside) {
  GatewayUnderTest gateway;
  const HttpReply reply =
      gateway.Post("/v1/sample/records:fail", R"({"code": 13, "reason": "SQL"})");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, Not(HasSubstr("as asked")));
}

TEST(GatewayErrors, TokensAreTheServicesToJudge) {
  GatewayUnderTest gateway;
  const auto with = [&](const std::string& authorization) {
    return gateway.Connect().Call(
        {.target = "/v1/sample/records/a",
         .headers = authorization.empty() ? std::vector<std::pair<std::string, std::string>>{}
                                          : std::vector<std::pair<std::string, std::string>>{
                                                {"Authorization", authorization}}});
  };
  const HttpReply none = with("");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.Json()["reason"], "TOKEN_MISSING");
  EXPECT_EQ(none.Header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(with("Bearer x.y.z").status, 401);
  EXPECT_EQ(with("Bearer " + gateway.backend().ExpiredToken()).Json()["reason"], "TOKEN_EXPIRED");
  EXPECT_EQ(gateway.Get("/v1/sample/secrets/a").status, 403);
}

TEST(GatewayErrors, UnprintableOrRepeatedTokensAreRefusedBeforeTheService) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send(
      "GET /v1/sample/records/a HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer \xff\r\n\r\n");
  EXPECT_EQ(connection.Read().Json()["reason"], "HEADER_INVALID");
  const HttpReply twice = gateway.Connect().Call(
      {.target = "/v1/sample/records/a",
       .headers = {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}});
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(twice.Json()["metadata"]["header"], "Authorization");
}

TEST(GatewayErrors, KnowUnknownPathsFromWrongMethods) {
  GatewayUnderTest gateway;
  for (const char* target :
       {"/v2/sample/records/a", "/v1/sample/records/", "/v1/sample/records/a/b",
        "/v1/sample/records/a:unknownVerb/x", "/v1", "//"}) {
    const HttpReply reply = gateway.Get(target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.Json()["reason"], "ROUTE_NOT_FOUND") << target;
  }
  const HttpReply wrong = gateway.Call({.method = "PUT", .target = "/v1/sample/records/a"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.Header("Allow"), "DELETE, GET, PATCH, OPTIONS");
  EXPECT_EQ(wrong.Json()["reason"], "METHOD_NOT_ALLOWED");
  const HttpReply options = gateway.Call({.method = "OPTIONS", .target = "/v1/sample/records/a"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.Header("Allow"), "DELETE, GET, PATCH, OPTIONS");
  EXPECT_EQ(gateway.Call({.method = "POST", .target = "/docs"}).status, 405);
}

TEST(GatewayErrors, AServiceThatIsDownIsUnavailable) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Get("/v1/sample/records/a").status, 200);
  gateway.backend().Stop();
  const HttpReply reply = gateway.Get("/v1/sample/records/a");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.Json()["reason"], "SERVICE_UNREACHABLE");
  EXPECT_EQ(reply.Json()["domain"], "gateway.jingzhun");
  EXPECT_THAT(reply.body, Not(HasSubstr("127.0.0.1")));
  EXPECT_EQ(reply.Header("Retry-After"), "1");
}

TEST(GatewayErrors, ACallThatTakesTooLongEnds) {
  GatewayUnderTest gateway;
  const HttpReply reply =
      gateway.Call({.target = "/v1/sample/waits/a", .headers = {{"X-Request-Timeout", "200ms"}}});
  EXPECT_EQ(reply.status, 504);
  EXPECT_EQ(reply.Json()["code"], "DEADLINE_EXCEEDED");
  gateway.state().wait_may_answer.Set();
}

TEST(GatewayErrors, AnAnswerThatIsTooLargeIsAnErrorNotACrash) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.max_response_bytes = 1024; });
  const HttpReply reply =
      gateway.Post("/v1/sample/everything:echo",
                   absl::StrCat(R"({"stringValue": ")", std::string(5000, 'x'), "\"}"));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Json()["reason"], "MESSAGE_TOO_LARGE");
  EXPECT_EQ(gateway.Get("/v1/sample/records/a").status, 200);
}

}  // namespace
}  // namespace jz::testing
