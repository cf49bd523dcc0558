#include "services/gateway/parameters.h"

#include <gtest/gtest.h>

#include "sample.pb.h"
#include "services/gateway/wire_value.h"
#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

using jingzhun::sample::v1::Everything;

absl::StatusOr<Everything> Bind(absl::string_view query) {
  const RouteTable::Found found = SampleRoutes().Find("GET", "/v1/sample/everything");
  std::string wire;
  Violations violations;
  BindParameters(SampleSchema(), *found.route, {found.values, query}, &wire, &violations);
  if (!violations.empty()) return violations.ToStatus();
  Everything message;
  EXPECT_TRUE(message.ParseFromString(wire)) << query;
  return message;
}

TEST(Parameters, KeepExtremesOfEveryNumberType) {
  const Everything message =
      Bind(
          "int32_value=-2147483648&int64_value=9223372036854775807&uint32_value=4294967295"
          "&uint64_value=18446744073709551615&sint32_value=-2147483648"
          "&sint64_value=-9223372036854775808&fixed32_value=4294967295"
          "&fixed64_value=18446744073709551615&sfixed32_value=-2147483648"
          "&sfixed64_value=-9223372036854775808&float_value=-1.5&double_value=1e-300")
          .value();
  EXPECT_EQ(message.int32_value(), INT32_MIN);
  EXPECT_EQ(message.int64_value(), INT64_MAX);
  EXPECT_EQ(message.uint32_value(), UINT32_MAX);
  EXPECT_EQ(message.uint64_value(), UINT64_MAX);
  EXPECT_EQ(message.sint32_value(), INT32_MIN);
  EXPECT_EQ(message.sint64_value(), INT64_MIN);
  EXPECT_EQ(message.fixed32_value(), UINT32_MAX);
  EXPECT_EQ(message.fixed64_value(), UINT64_MAX);
  EXPECT_EQ(message.sfixed32_value(), INT32_MIN);
  EXPECT_EQ(message.sfixed64_value(), INT64_MIN);
  EXPECT_EQ(message.float_value(), -1.5F);
  EXPECT_EQ(message.double_value(), 1e-300);
}

TEST(Parameters, NumbersAreTheWholeTextAndInRange) {
  for (const char* query :
       {"int32_value=", "int32_value=+1", "int32_value=+", "int32_value=%201", "int32_value=1%20",
        "int32_value=0x1", "int32_value=1.0", "int32_value=2147483648", "uint32_value=-1",
        "uint64_value=18446744073709551616", "int64_value=9223372036854775808", "float_value=1e99",
        "double_value=1,5", "bool_value=TRUE", "bool_value=1"}) {
    EXPECT_FALSE(Bind(query).ok()) << query;
  }
}

TEST(Parameters, TakeFieldMasksInBothSpellings) {
  EXPECT_EQ(Bind("mask=stringValue,inner.text").value().mask().paths(0), "string_value");
  EXPECT_EQ(Bind("mask=string_value").value().mask().paths(0), "string_value");
}

TEST(Parameters, TakeBase64InBothAlphabets) {
  EXPECT_EQ(Bind("bytes_value=-_8%3D").value().bytes_value(), "\xfb\xff");
  EXPECT_EQ(Bind("bytes_value=%2B/8=").value().bytes_value(), "\xfb\xff");
}

TEST(Parameters, ReachIntoMessagesButNotThroughListsAndMaps) {
  EXPECT_EQ(Bind("inner.below.below.text=x").value().inner().below().below().text(), "x");
  for (const char* query : {"inners.text=x", "inners=x", "counts.a=1", "inner.nothing=1",
                            "string_value.x=1", "inner..text=1", ".inner=1", "any=1", "free=1"}) {
    EXPECT_FALSE(Bind(query).ok()) << query;
  }
}

TEST(Parameters, MembersOfAOneofExcludeEachOtherButNotThemselves) {
  EXPECT_FALSE(Bind("choice_text=a&choice_inner.text=b").ok());
  const Everything message = Bind("choice_inner.text=b&choice_inner.count=2").value();
  EXPECT_EQ(message.choice_inner().text(), "b");
  EXPECT_EQ(message.choice_inner().count(), 2);
}

TEST(FindBytes, FindsTheLastValueAndSurvivesGarbage) {
  std::string wire;
  AppendBytes(5, "old", &wire);
  AppendBytes(4, "other", &wire);
  AppendBytes(5, "new", &wire);
  EXPECT_EQ(FindBytes(wire, 5), "new");
  EXPECT_EQ(FindBytes(wire, 6), "");
  EXPECT_EQ(FindBytes("\x2a\xff\xff\xff\xff\x0f", 5), "");
  EXPECT_EQ(FindBytes("\x2a\x05"
                      "ab",
                      5),
            "");
  EXPECT_EQ(FindBytes("", 5), "");
}

}  // namespace
}  // namespace jz::gateway
