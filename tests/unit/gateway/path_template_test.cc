#include "services/gateway/path_template.h"

#include <gtest/gtest.h>

#include "services/gateway/openapi_path.h"

namespace jz::gateway {
namespace {

using Match = PathTemplate::Match;

TEST(PathTemplate, ReadsSegmentsVariablesAndVerb) {
  const PathTemplate path =
      PathTemplate::Parse("/v1/funds/{name=accounts/*/lines/*}:close").value();
  ASSERT_EQ(path.segments.size(), 6U);
  EXPECT_EQ(path.segments[2].literal, "accounts");
  EXPECT_EQ(path.segments[3].match, Match::kOne);
  EXPECT_EQ(path.verb, "close");
  ASSERT_EQ(path.variables.size(), 1U);
  EXPECT_EQ(path.variables[0].field_path, "name");
  EXPECT_EQ(path.variables[0].first, 2);
  EXPECT_EQ(path.variables[0].last, 6);
  EXPECT_FALSE(path.variables[0].single);
}

TEST(PathTemplate, AVariableWithoutPatternIsOneSegment) {
  const PathTemplate path = PathTemplate::Parse("/v1/{household.name}").value();
  EXPECT_EQ(path.variables[0].field_path, "household.name");
  EXPECT_TRUE(path.variables[0].single);
}

TEST(PathTemplate, TheRestReachesToTheEnd) {
  const PathTemplate path = PathTemplate::Parse("/v1/{path=files/**}:read").value();
  EXPECT_EQ(path.segments[2].match, Match::kRest);
  EXPECT_EQ(path.variables[0].last, -1);
  EXPECT_EQ(path.verb, "read");
}

TEST(PathTemplate, RefusesWhatIsMalformed) {
  for (const char* text :
       {"", "v1", "/", "//", "/v1/", "/v1/{", "/v1/{name", "/v1/{}", "/v1/{=a}", "/v1/{a={b}}",
        "/v1/**/a", "/v1/a*b", "/v1/{a}b", "/v1/a:", "/v1/a:b:c", "/v1/a:b/c", "/v1/{a=b"}) {
    const auto path = PathTemplate::Parse(text);
    EXPECT_FALSE(path.ok()) << text;
  }
}

TEST(OpenApiPath, NamesWildcardsAfterTheirCollections) {
  const auto shown = [](const char* text) {
    return ToOpenApiPath(PathTemplate::Parse(text).value()).path;
  };
  EXPECT_EQ(shown("/v1/x/{name=households/*}"), "/v1/x/households/{household}");
  EXPECT_EQ(shown("/v1/x/{name=batches/*}:submit"), "/v1/x/batches/{batch}:submit");
  EXPECT_EQ(shown("/v1/x/{name=policies/*/items/*}"), "/v1/x/policies/{policy}/items/{item}");
  EXPECT_EQ(shown("/v1/x/{record.name=records/*}"), "/v1/x/records/{record}");
  EXPECT_EQ(shown("/v1/x/{region_code}"), "/v1/x/{region_code}");
  EXPECT_EQ(shown("/v1/{path=**}"), "/v1/{path}");
  EXPECT_EQ(shown("/v1/{a=items/*}/{b=items/*}"), "/v1/items/{item}/items/{item_2}");
}

}  // namespace
}  // namespace jz::gateway
