#include "services/gateway/json_check.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

absl::Status Check(absl::string_view json) {
  return CheckJson(SampleSchema(),
                   SampleSchema().pool().FindMessageTypeByName("jingzhun.sample.v1.Everything"),
                   json);
}

TEST(CheckJson, AcceptsWhatProto3JsonAllows) {
  for (const char* json :
       {"{}", R"({"int64Value": "5", "int64_value": null} )", R"({"int32Value": 5.0})",
        R"({"int64Value": 9007199254740991.0})", R"({"doubleValue": 1e30})",
        R"({"int32Value": "5"})", R"({"int32Value": 1e3})", R"({"doubleValue": "NaN"})",
        R"({"doubleValue": "1.5"})", R"({"doubleValue": 5})", R"({"state": 2})",
        R"({"inner": null, "texts": null, "counts": null})", R"({"anything": null})",
        R"({"anything": {"a": [[]]}})", R"({"free": {"a": {"b": [1, "c", null]}}})",
        R"({"wrappedText": null})", R"({"innersByName": {"": {"text": "x"}}})",
        R"({"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}})"}) {
    // A field given twice is wrong even when one is null.
    const bool twice = absl::string_view(json).find("int64_value") != absl::string_view::npos;
    EXPECT_EQ(Check(json).ok(), !twice) << json << Check(json);
  }
}

TEST(CheckJson, RefusesValuesOfTheWrongKind) {
  for (const char* json : {R"({"int32Value": ""})",
                           R"({"int32Value": "0x1"})",
                           R"({"int32Value": " 1"})",
                           R"({"int32Value": -2147483649})",
                           R"({"uint64Value": "18446744073709551616"})",
                           R"({"uint64Value": 18446744073709551616})",
                           R"({"int64Value": -9223372036854775809})",
                           R"({"int64Value": 9007199254740994e0})",
                           R"({"doubleValue": "one"})",
                           R"({"doubleValue": false})",
                           R"({"boolValue": "true"})",
                           R"({"state": 1.5})",
                           R"({"state": true})",
                           R"({"inner": 1})",
                           R"({"texts": [[]]})",
                           R"({"numbers": [1, null]})",
                           R"({"counts": {"a": null}})",
                           R"({"free": []})",
                           R"({"free": 1})",
                           R"({"any": []})",
                           R"({"any": "x"})",
                           R"({"at": {}})",
                           R"({"mask": []})"}) {
    EXPECT_FALSE(Check(json).ok()) << json;
  }
}

TEST(CheckJson, GoesThirtyTwoDeepAndNoDeeper) {
  const auto lists = [](int depth) {
    return "{\"anything\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(Check(lists(kMaxJsonDepth)).ok());
  EXPECT_EQ(ReasonOf(Check(lists(kMaxJsonDepth + 1))), "JSON_DEPTH");
}

}  // namespace
}  // namespace jz::gateway
