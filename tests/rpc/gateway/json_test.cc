// JSON bodies, good and bad.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

constexpr char kEcho[] = "/v1/sample/everything:echo";

struct Case {
  std::string json;
  std::string field;
  std::string rule;
};

TEST(GatewayJson, CarriesEveryTypeExactly) {
  GatewayUnderTest gateway;
  const nlohmann::json sent = nlohmann::json::parse(R"({
    "int32Value": -2147483648, "int64Value": "-9223372036854775808", "uint32Value": 4294967295,
    "uint64Value": "18446744073709551615", "sint32Value": -1, "sint64Value": "9007199254740993",
    "fixed32Value": 1, "fixed64Value": "2", "sfixed32Value": -3, "sfixed64Value": "-4",
    "floatValue": 0.5, "doubleValue": 0.1, "boolValue": true, "stringValue": "精准 \" \\ \n 😀",
    "bytesValue": "AP8=", "state": "STATE_FINAL",
    "inner": {"text": "a", "count": 1, "below": {"text": "b", "count": 0, "below": null}},
    "texts": ["x", ""], "numbers": ["1", "-1"], "states": ["STATE_DRAFT"], "inners": [{"text": "c", "count": 2, "below": null}],
    "counts": {"one": "1"}, "choiceNumber": "9007199254740993", "at": "2017-06-14T08:00:00.123456Z",
    "within": "1.500s", "mask": "stringValue,inner.text", "wrappedNumber": "0", "wrappedBool": false,
    "wrappedText": "", "free": {"a": [1, "two", null, {"b": true}]}, "anything": [1, 2],
    "any": {"@type": "type.googleapis.com/jingzhun.sample.v1.Record", "name": "records/a",
            "text": "", "state": "STATE_DRAFT", "amountFen": "9007199254740993", "etag": ""},
    "inners_by_name": {}, "optionalNumber": 0})");
  const HttpReply reply = gateway.Post(kEcho, sent.dump());
  ASSERT_EQ(reply.status, 200) << reply.body;
  nlohmann::json got = reply.Json();
  for (const auto& [name, value] : sent.items()) {
    if (name == "inners_by_name" || name == "inner" || name == "inners") continue;
    EXPECT_EQ(got[name], value) << name;
  }
  EXPECT_EQ(got["inner"]["below"]["text"], "b");
  EXPECT_EQ(got["inners"][0]["count"], 2);
  EXPECT_EQ(got["innersByName"], nlohmann::json::object());
}

TEST(GatewayJson, TakesNumbersOf64BitsInBothForms) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Post(
      kEcho,
      R"({"int64Value": 9007199254740993, "uint64Value": 18446744073709551615, "numbers": [9007199254740993]})");
  EXPECT_EQ(reply.Json()["int64Value"], "9007199254740993");
  EXPECT_EQ(reply.Json()["uint64Value"], "18446744073709551615");
  EXPECT_EQ(reply.Json()["numbers"][0], "9007199254740993");
}

TEST(GatewayJson, TakesProtoNamesToo) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Post(kEcho, R"({"int32_value": 5})").Json()["int32Value"], 5);
}

TEST(GatewayJson, AnEmptyBodyIsAnEmptyMessage) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Call({.method = "POST", .target = kEcho});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["int64Value"], "0");
}

TEST(GatewayJson, NamesTheFieldThatIsWrong) {
  GatewayUnderTest gateway;
  const Case cases[] = {
      {R"({"nothing": 1})", "nothing", "UNKNOWN_FIELD"},
      {R"({"inner": {"below": {"zip": 1}}})", "inner.below.zip", "UNKNOWN_FIELD"},
      {R"({"inners": [{}, {"zip": 1}]})", "inners[1].zip", "UNKNOWN_FIELD"},
      {R"({"int32Value": 1, "int32Value": 2})", "int32_value", "DUPLICATE_FIELD"},
      {R"({"int32Value": 1, "int32_value": 2})", "int32_value", "DUPLICATE_FIELD"},
      {R"({"counts": {"a": 1, "a": 2}})", "counts[a]", "DUPLICATE_FIELD"},
      {R"({"free": {"a": 1, "a": 2}})", "free.a", "DUPLICATE_FIELD"},
      {R"({"int32Value": "x"})", "int32_value", "WRONG_TYPE"},
      {R"({"int32Value": 1.5})", "int32_value", "WRONG_TYPE"},
      {R"({"int32Value": true})", "int32_value", "WRONG_TYPE"},
      {R"({"int32Value": 2147483648})", "int32_value", "OUT_OF_RANGE"},
      {R"({"uint32Value": -1})", "uint32_value", "OUT_OF_RANGE"},
      {R"({"int64Value": 9223372036854775808})", "int64_value", "OUT_OF_RANGE"},
      {R"({"int64Value": "9223372036854775808"})", "int64_value", "OUT_OF_RANGE"},
      {R"({"int64Value": -9223372036854775809})", "int64_value", "OUT_OF_RANGE"},
      {R"({"int64Value": 9007199254740993.0})", "int64_value", "OUT_OF_RANGE"},
      {R"({"uint64Value": 1e30})", "uint64_value", "OUT_OF_RANGE"},
      {R"({"doubleValue": 1e999})", "double_value", "OUT_OF_RANGE"},
      {R"({"boolValue": "yes"})", "bool_value", "WRONG_TYPE"},
      {R"({"boolValue": 1})", "bool_value", "WRONG_TYPE"},
      {R"({"stringValue": 5})", "string_value", "WRONG_TYPE"},
      {R"({"state": "STATE_NONE"})", "state", "UNKNOWN_ENUM"},
      {R"({"state": 77})", "state", "UNKNOWN_ENUM"},
      {R"({"texts": "a"})", "texts", "WRONG_TYPE"},
      {R"({"texts": {"a": 1}})", "texts", "WRONG_TYPE"},
      {R"({"texts": ["a", 1]})", "texts[1]", "WRONG_TYPE"},
      {R"({"texts": [null]})", "texts[0]", "WRONG_TYPE"},
      {R"({"numbers": [[1]]})", "numbers[0]", "WRONG_TYPE"},
      {R"({"inner": "a"})", "inner", "WRONG_TYPE"},
      {R"({"inner": []})", "inner", "WRONG_TYPE"},
      {R"({"stringValue": {}})", "string_value", "WRONG_TYPE"},
      {R"({"counts": []})", "counts", "WRONG_TYPE"},
      {R"({"counts": {"a": "b"}})", "counts[a]", "WRONG_TYPE"},
      {R"({"innersByName": {"a": {"zip": 1}}})", "inners_by_name[a].zip", "UNKNOWN_FIELD"},
      {R"({"at": 5})", "at", "WRONG_TYPE"},
      {R"({"at": "yesterday"})", "at", "INVALID_VALUE"},
      {R"({"bytesValue": "!"})", "bytes_value", "INVALID_VALUE"},
      {R"({"wrappedNumber": "x"})", "wrapped_number", "WRONG_TYPE"},
      {R"({"wrappedBool": {"value": true}})", "wrapped_bool", "WRONG_TYPE"},
  };
  for (const Case& bad : cases) {
    const HttpReply reply = gateway.Post(kEcho, bad.json);
    EXPECT_EQ(reply.status, 400) << bad.json;
    nlohmann::json violations = reply.Json()["violations"];
    ASSERT_EQ(violations.size(), 1U) << bad.json << reply.body;
    EXPECT_EQ(violations[0]["field"], bad.field) << bad.json;
    EXPECT_EQ(violations[0]["rule"], bad.rule) << bad.json;
  }
}

TEST(GatewayJson, NamesAllWrongFieldsAtOnce) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Post(
      kEcho,
      R"({"nothing": {"x": [1]}, "int32Value": "a", "inner": {"count": []}, "texts": [1, 2]})");
  EXPECT_EQ(reply.Json()["violations"].size(), 5U) << reply.body;
}

TEST(GatewayJson, ValuesAreNotRepeatedInErrors) {
  GatewayUnderTest gateway;
  for (const char* json :
       {R"({"int32Value": "110105194912310021"})", R"({"at": "110105194912310021"})",
        R"({"bytesValue": "110105194912310021!"})"}) {
    const HttpReply reply = gateway.Post(kEcho, json);
    EXPECT_EQ(reply.status, 400) << json;
    EXPECT_EQ(reply.body.find("110105194912310021"), std::string::npos) << reply.body;
  }
}

TEST(GatewayJson, RefusesWhatIsNotJson) {
  GatewayUnderTest gateway;
  const auto reason = [&](const std::string& body) -> std::string {
    const HttpReply reply = gateway.Post(kEcho, body);
    EXPECT_EQ(reply.status, 400) << body;
    return reply.Json()["reason"];
  };
  EXPECT_EQ(reason("{"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{} {}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{'int32Value': 1}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{int32Value: 1}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{\"int32Value\": 1,}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{\"int32Value\": 01}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("{\"doubleValue\": NaN}"), "JSON_SYNTAX");
  EXPECT_EQ(reason("[]"), "JSON_NOT_OBJECT");
  EXPECT_EQ(reason("null"), "JSON_NOT_OBJECT");
  EXPECT_EQ(reason("\"text\""), "JSON_NOT_OBJECT");
  EXPECT_EQ(reason("{\"stringValue\": \"\xff\"}"), "JSON_ENCODING");
  EXPECT_EQ(reason("{\"stringValue\": \"\xed\xa0\x80\"}"), "JSON_ENCODING");
}

TEST(GatewayJson, RefusesDeepNestingWithoutFallingIntoIt) {
  GatewayUnderTest gateway;
  const auto nested = [](int depth) {
    std::string json;
    for (int i = 1; i < depth; ++i) json += "{\"below\":";
    json += "{}" + std::string(depth - 1, '}');
    return absl::StrCat("{\"inner\":", json, "}");
  };
  EXPECT_EQ(gateway.Post(kEcho, nested(31)).status, 200);
  const HttpReply deep = gateway.Post(kEcho, nested(32));
  EXPECT_EQ(deep.status, 400);
  EXPECT_EQ(deep.Json()["reason"], "JSON_DEPTH");
  const HttpReply abyss =
      gateway.Post(kEcho, absl::StrCat("{\"free\":{\"a\":", std::string(1'000'000, '['), "}}"));
  EXPECT_EQ(abyss.status, 400);
  EXPECT_EQ(abyss.Json()["reason"], "JSON_DEPTH");
}

TEST(GatewayJson, ManyViolationsGiveABoundedAnswer) {
  GatewayUnderTest gateway;
  std::string json = "{";
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&json, i > 0 ? "," : "", "\"x", i, "\":1");
  const HttpReply reply = gateway.Post(kEcho, json + "}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_LT(reply.body.size(), 30'000U);
  EXPECT_GE(reply.Json()["violations"].size(), 10U);
}

TEST(GatewayJson, RefusesHugeBodies) {
  GatewayUnderTest gateway;
  const std::string huge = absl::StrCat(R"({"stringValue": ")", std::string(4 << 20, 'x'), "\"}");
  const HttpReply reply = gateway.Post(kEcho, huge);
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Json()["reason"], "BODY_TOO_LARGE");
  EXPECT_EQ(reply.Json()["metadata"]["limit_bytes"], "4194304");
}

TEST(GatewayJson, RefusesHugeBodiesThatHideTheirSize) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.calls.max_body_bytes = 50'000; });
  HttpConnection connection = gateway.Connect();
  connection.Send(absl::StrCat("POST ", kEcho,
                               " HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 6; ++i) {
    if (!connection.TrySend(absl::StrCat("2710\r\n", std::string(10'000, ' '), "\r\n"))) break;
  }
  EXPECT_EQ(connection.Read().Json()["reason"], "BODY_TOO_LARGE");
}

TEST(GatewayJson, TakesABodyOfExactlyTheLimit) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.calls.max_body_bytes = 50'000; });
  EXPECT_EQ(gateway.Post(kEcho, "{}" + std::string(49'998, ' ')).status, 200);
  EXPECT_EQ(gateway.Post(kEcho, "{}" + std::string(49'999, ' ')).status, 413);
}

TEST(GatewayJson, BodiesTogetherHaveALimit) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.calls.max_buffered_bytes = 100'000; });
  EXPECT_EQ(gateway.Post(kEcho, "{}" + std::string(60'000, ' ')).status, 200);
  const HttpReply reply = gateway.Post(kEcho, "{}" + std::string(200'000, ' '));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.Json()["reason"], "GATEWAY_BUSY");
  EXPECT_EQ(reply.Header("Retry-After"), "1");
  EXPECT_EQ(gateway.Post(kEcho, "{}" + std::string(60'000, ' ')).status, 200);
}

TEST(GatewayJson, RefusesOtherContentTypes) {
  GatewayUnderTest gateway;
  const auto status = [&](std::vector<std::pair<std::string, std::string>> headers) {
    return gateway.Call({.method = "POST", .target = kEcho, .headers = headers, .body = "{}"})
        .status;
  };
  EXPECT_EQ(status({}), 415);
  EXPECT_EQ(status({{"Content-Type", "text/plain"}}), 415);
  EXPECT_EQ(status({{"Content-Type", "application/x-www-form-urlencoded"}}), 415);
  EXPECT_EQ(status({{"Content-Type", "application/json; charset=gbk"}}), 415);
  EXPECT_EQ(status({{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}), 415);
  EXPECT_EQ(status({{"Content-Type", "Application/JSON; Charset=\"UTF-8\""}}), 200);
}

TEST(GatewayJson, RefusesABodyWhereNoneIsTaken) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Call({.target = "/v1/sample/records/a",
                                        .headers = {{"Content-Type", "application/json"}},
                                        .body = "{}"});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["reason"], "BODY_NOT_EXPECTED");
}

}  // namespace
}  // namespace jz::testing
