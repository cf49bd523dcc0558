// Routes, parameters and headers of calls with one answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string RuleOf(const HttpReply& reply, const std::string& field) {
  const nlohmann::json problem = reply.Json();
  for (const auto& violation : problem["violations"]) {
    if (violation["field"] == field) return violation["rule"];
  }
  return "";
}

TEST(GatewayCall, BindsPathAndAnswersInProto3Json) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/records/a%20b");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Type"), "application/json");
  EXPECT_EQ(reply.Json(), nlohmann::json::parse(R"({"name": "records/a b", "text": "正文",
      "state": "STATE_FINAL", "amountFen": "9007199254740993", "etag": "e1"})"));
}

TEST(GatewayCall, ServesAdditionalBindings) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/v1/sample/folders/f/records/r");
  EXPECT_EQ(reply.Json()["name"], "folders/f/records/r");
}

TEST(GatewayCall, BindsQueryParametersOfEveryType) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get(
      "/v1/sample/everything?int32_value=-1&int64Value=-9223372036854775808&uint64_value="
      "18446744073709551615&sint32_value=-2&fixed32_value=3&sfixed64_value=-4&double_value=0.5"
      "&bool_value=true&string_value=%E7%B2%BE+%E5%87%86&bytes_value=AP8&state=STATE_DRAFT"
      "&inner.text=a&inner.count=7&inner.below.text=b&texts=x&texts=y&numbers=1&numbers=2"
      "&states=2&states=STATE_DRAFT&choice_inner.text=c&at=2017-06-14T08:00:00Z&within=1.5s"
      "&mask=stringValue,inner&wrapped_number=5&wrapped_bool=false&optional_number=0");
  ASSERT_EQ(reply.status, 200) << reply.body;
  nlohmann::json json = reply.Json();
  EXPECT_EQ(json["int32Value"], -1);
  EXPECT_EQ(json["int64Value"], "-9223372036854775808");
  EXPECT_EQ(json["uint64Value"], "18446744073709551615");
  EXPECT_EQ(json["sint32Value"], -2);
  EXPECT_EQ(json["fixed32Value"], 3);
  EXPECT_EQ(json["sfixed64Value"], "-4");
  EXPECT_EQ(json["doubleValue"], 0.5);
  EXPECT_EQ(json["boolValue"], true);
  EXPECT_EQ(json["stringValue"], "精 准");
  EXPECT_EQ(json["bytesValue"], "AP8=");
  EXPECT_EQ(json["state"], "STATE_DRAFT");
  EXPECT_EQ(json["inner"]["text"], "a");
  EXPECT_EQ(json["inner"]["count"], 7);
  EXPECT_EQ(json["inner"]["below"]["text"], "b");
  EXPECT_EQ(json["texts"], nlohmann::json({"x", "y"}));
  EXPECT_EQ(json["numbers"], nlohmann::json({"1", "2"}));
  EXPECT_EQ(json["states"], nlohmann::json({"STATE_FINAL", "STATE_DRAFT"}));
  EXPECT_EQ(json["choiceInner"]["text"], "c");
  EXPECT_EQ(json["at"], "2017-06-14T08:00:00Z");
  EXPECT_EQ(json["within"], "1.500s");
  EXPECT_EQ(json["mask"], "stringValue,inner");
  EXPECT_EQ(json["wrappedNumber"], "5");
  EXPECT_EQ(json["wrappedBool"], false);
  EXPECT_EQ(json["optionalNumber"], 0);
}

TEST(GatewayCall, NamesEveryWrongParameterAtOnce) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get(
      "/v1/sample/everything?nothing=1&int32_value=2147483648&bool_value=yes&state=STATE_NONE"
      "&string_value=%FF&inner=x&counts=1&at=yesterday&bytes_value=%21&uint32_value=-1"
      "&double_value=1x&int64_value=1&int64Value=2&choice_text=a&choice_number=1&within=%zz");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["reason"], "INVALID_REQUEST");
  EXPECT_EQ(reply.Json()["domain"], "gateway.jingzhun");
  EXPECT_EQ(RuleOf(reply, "nothing"), "UNKNOWN_PARAMETER");
  for (const char* field : {"int32_value", "bool_value", "state", "inner", "counts", "at",
                            "bytes_value", "uint32_value", "double_value"}) {
    EXPECT_EQ(RuleOf(reply, field), "PARAMETER_VALUE") << field;
  }
  EXPECT_EQ(RuleOf(reply, "string_value"), "PARAMETER_ENCODING");
  EXPECT_EQ(RuleOf(reply, "within"), "PARAMETER_ENCODING");
  EXPECT_EQ(RuleOf(reply, "int64_value"), "DUPLICATE_PARAMETER");
  EXPECT_EQ(RuleOf(reply, "choice_number"), "PARAMETER_CONFLICT");
}

TEST(GatewayCall, RefusesParametersThatBelongInPathOrBody) {
  GatewayUnderTest gateway;
  EXPECT_EQ(RuleOf(gateway.Get("/v1/sample/records/a?name=records/b"), "name"),
            "DUPLICATE_PARAMETER");
  EXPECT_EQ(RuleOf(gateway.Post("/v1/sample/everything:echo?state=1", "{}"), "state"),
            "PARAMETER_IN_BODY");
  EXPECT_EQ(RuleOf(gateway.Post("/v1/sample/records?record.text=a", "{}"), "record.text"),
            "PARAMETER_IN_BODY");
}

TEST(GatewayCall, RefusesBrokenEscapesInThePath) {
  GatewayUnderTest gateway;
  EXPECT_EQ(RuleOf(gateway.Get("/v1/sample/records/%zz"), "name"), "PARAMETER_ENCODING");
  EXPECT_EQ(RuleOf(gateway.Get("/v1/sample/records/%ff%fe"), "name"), "PARAMETER_ENCODING");
}

TEST(GatewayCall, BindsABodyFieldBesideQueryParameters) {
  GatewayUnderTest gateway;
  const HttpReply reply =
      gateway.Post("/v1/sample/records?request_id=r1", R"({"text": "t", "amountFen": "-5"})");
  EXPECT_EQ(reply.Json()["text"], "t");
  EXPECT_EQ(reply.Json()["amountFen"], "-5");
  EXPECT_EQ(reply.Json()["etag"], "r1");
}

TEST(GatewayCall, ThePathWinsOverTheBody) {
  GatewayUnderTest gateway;
  const HttpReply reply =
      gateway.Call({.method = "PATCH",
                    .target = "/v1/sample/records/a?update_mask=text,amount_fen",
                    .headers = {{"Content-Type", "application/json"}},
                    .body = R"({"name": "records/b", "text": "t"})"});
  EXPECT_EQ(reply.Json()["name"], "records/a");
  EXPECT_EQ(reply.Json()["text"], "t|2");
}

TEST(GatewayCall, ABodyFieldCannotReachOtherFields) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Post("/v1/sample/records", R"({}, "requestId": "stolen")");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["reason"], "JSON_SYNTAX");
}

TEST(GatewayCall, SlashesStayInPathsOfAnyDepth) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Get("/v1/sample/files/a/b%20c/d%2Fe").Json()["text"], "a/b c/d%2Fe");
}

TEST(GatewayCall, AnswersWithOneFieldWhenTheRouteSaysSo) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Get("/v1/sample/texts?texts=a&texts=%5D%22").body, R"(["a","]\""])");
  EXPECT_EQ(gateway.Get("/v1/sample/texts").body, "[]");
}

TEST(GatewayCall, PassesOnTokenTraceAndDeadline) {
  GatewayUnderTest gateway;
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const HttpReply reply =
      gateway.Call({.target = "/v1/sample/records/a",
                    .headers = {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"},
                                {"X-Request-Timeout", "2.5"}}});
  EXPECT_EQ(reply.Header("X-Trace-Id"), trace);
  std::lock_guard lock(gateway.state().mutex);
  EXPECT_THAT(gateway.state().last_traceparent, StartsWith("00-" + trace));
  EXPECT_EQ(gateway.state().last_subject, "user-1");
  EXPECT_GT(gateway.state().last_timeout, absl::Milliseconds(500));
  EXPECT_LE(gateway.state().last_timeout, absl::Milliseconds(2600));
}

TEST(GatewayCall, ACallWithoutATimeoutStillHasADeadline) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.calls.request_timeout = absl::Seconds(7); });
  EXPECT_EQ(gateway.Get("/v1/sample/records/a").status, 200);
  std::lock_guard lock(gateway.state().mutex);
  EXPECT_GT(gateway.state().last_timeout, absl::Seconds(2));
  EXPECT_LE(gateway.state().last_timeout, absl::Seconds(7) + absl::Milliseconds(100));
}

TEST(GatewayCall, RefusesTimeoutsThatAreNoneOrTooLong) {
  GatewayUnderTest gateway;
  const auto reason = [&](const char* header, const char* value) {
    return gateway.Call({.target = "/v1/sample/records/a", .headers = {{header, value}}})
        .Json()["reason"];
  };
  EXPECT_EQ(reason("X-Request-Timeout", "soon"), "TIMEOUT_INVALID");
  EXPECT_EQ(reason("X-Request-Timeout", "0"), "TIMEOUT_INVALID");
  EXPECT_EQ(reason("X-Request-Timeout", "-1"), "TIMEOUT_INVALID");
  EXPECT_EQ(reason("X-Request-Timeout", "-5s"), "TIMEOUT_INVALID");
  EXPECT_EQ(reason("X-Request-Timeout", "31s"), "TIMEOUT_TOO_LONG");
  EXPECT_EQ(reason("X-Request-Timeout", "99999999999999999999999"), "TIMEOUT_TOO_LONG");
  EXPECT_EQ(reason("Grpc-Timeout", "5"), "TIMEOUT_INVALID");
  EXPECT_EQ(reason("Grpc-Timeout", "1H"), "TIMEOUT_TOO_LONG");
}

TEST(GatewayCall, TheEtagFieldIsTheEtagHeader) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Get("/v1/sample/records/a").Header("ETag"), "\"e1\"");
  const HttpReply same = gateway.Call(
      {.target = "/v1/sample/records/a", .headers = {{"If-None-Match", "\"x\", W/\"e1\""}}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  const HttpReply changed =
      gateway.Call({.target = "/v1/sample/records/a", .headers = {{"If-None-Match", "\"e0\""}}});
  EXPECT_EQ(changed.status, 200);
}

TEST(GatewayCall, IfMatchBecomesTheRequestsEtag) {
  GatewayUnderTest gateway;
  const auto update = [&](const char* etag) {
    return gateway.Call({.method = "PATCH",
                         .target = "/v1/sample/records/a",
                         .headers = {{"Content-Type", "application/json"}, {"If-Match", etag}},
                         .body = "{}"});
  };
  EXPECT_EQ(update("\"e1\"").status, 200);
  EXPECT_EQ(update("\"e0\"").status, 412);
  EXPECT_EQ(update("\"e0\"").Json()["reason"], "ETAG_MISMATCH");
  EXPECT_EQ(update("e1").Json()["reason"], "IF_MATCH_INVALID");
  const HttpReply unsupported =
      gateway.Call({.target = "/v1/sample/everything", .headers = {{"If-Match", "\"e1\""}}});
  EXPECT_EQ(unsupported.Json()["reason"], "IF_MATCH_UNSUPPORTED");
}

TEST(GatewayCall, HeadAnswersWithoutABody) {
  GatewayUnderTest gateway;
  const HttpReply get = gateway.Get("/v1/sample/records/a");
  const HttpReply head = gateway.Call({.method = "HEAD", .target = "/v1/sample/records/a"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.Header("Content-Length"), std::to_string(get.body.size()));
}

TEST(GatewayCall, DeletesAndAnswersWithAnEmptyObject) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Call({.method = "DELETE", .target = "/v1/sample/records/a"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}");
}

TEST(GatewayCall, EveryAnswerKeepsBrowsersFromGuessingAndCaching) {
  GatewayUnderTest gateway;
  for (const char* target : {"/v1/sample/records/a", "/nowhere", "/docs", "/openapi.json"}) {
    const HttpReply reply = gateway.Get(target);
    EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(reply.Header("Cache-Control"), "no-store") << target;
    EXPECT_EQ(reply.Header("Referrer-Policy"), "no-referrer") << target;
    EXPECT_THAT(reply.Header("Content-Security-Policy"), HasSubstr("default-src 'none'")) << target;
    EXPECT_EQ(reply.Header("X-Trace-Id").size(), 32U) << target;
  }
}

}  // namespace
}  // namespace jz::testing
