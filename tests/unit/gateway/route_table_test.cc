#include "services/gateway/route_table.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

// Routes of a service with these bindings, by method name "M0", "M1", …
struct Binding {
  const char* method;
  const char* path;
};

RouteTable TableOf(const std::vector<Binding>& bindings) {
  std::vector<Route> routes;
  for (const Binding& binding : bindings) {
    Route route;
    route.method = SampleSchema().services()[0]->method(0);
    route.http_method = binding.method;
    route.path = PathTemplate::Parse(binding.path).value();
    routes.push_back(std::move(route));
  }
  return RouteTable::Make(std::move(routes)).value();
}

std::string PathOf(const RouteTable& table, const char* method, const char* path) {
  const RouteTable::Found found = table.Find(method, path);
  return found.route == nullptr ? "" : found.route->path.text;
}

TEST(RouteTable, PrefersLiteralsThenOneSegmentThenTheRest) {
  const RouteTable table = TableOf({{"GET", "/v1/**"}, {"GET", "/v1/*"}, {"GET", "/v1/a"}});
  EXPECT_EQ(PathOf(table, "GET", "/v1/a"), "/v1/a");
  EXPECT_EQ(PathOf(table, "GET", "/v1/b"), "/v1/*");
  EXPECT_EQ(PathOf(table, "GET", "/v1/a/b"), "/v1/**");
}

TEST(RouteTable, GoesBackFromALiteralThatLeadsNowhere) {
  const RouteTable table =
      TableOf({{"GET", "/v1/{a=*}/x"}, {"GET", "/v1/a/y"}, {"POST", "/v1/a/x"}});
  EXPECT_EQ(PathOf(table, "GET", "/v1/a/x"), "/v1/{a=*}/x");
  EXPECT_EQ(PathOf(table, "POST", "/v1/a/x"), "/v1/a/x");
}

TEST(RouteTable, KnowsVerbsFromColonsInValues) {
  const RouteTable table = TableOf({{"GET", "/v1/{n=items/*}"}, {"GET", "/v1/{n=items/*}:check"}});
  EXPECT_EQ(PathOf(table, "GET", "/v1/items/a:check"), "/v1/{n=items/*}:check");
  RouteTable::Found found = table.Find("GET", "/v1/items/a:b");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->path.verb, "");
  EXPECT_EQ(found.values[0], "items/a:b");
  EXPECT_EQ(table.Find("GET", "/v1/items/a:check").values[0], "items/a");
  EXPECT_EQ(PathOf(table, "GET", "/v1/items/:check"), "/v1/{n=items/*}");
}

TEST(RouteTable, GivesTheValuesOfVariables) {
  const RouteTable table = TableOf({{"GET", "/v1/{a=x/*}/y/{b}/{c=**}"}});
  const RouteTable::Found found = table.Find("GET", "/v1/x/1/y/2/3/4");
  ASSERT_EQ(found.values.size(), 3U);
  EXPECT_EQ(found.values[0], "x/1");
  EXPECT_EQ(found.values[1], "2");
  EXPECT_EQ(found.values[2], "3/4");
}

TEST(RouteTable, TellsTheMethodsOfAKnownPath) {
  const RouteTable table = TableOf({{"GET", "/v1/a"}, {"PATCH", "/v1/*"}, {"GET", "/v1/*"}});
  EXPECT_EQ(table.Find("PUT", "/v1/a").allowed, (std::vector<std::string>{"GET", "PATCH"}));
  EXPECT_TRUE(table.Find("PUT", "/v2/a").allowed.empty());
  EXPECT_TRUE(table.Find("GET", "/v1/a").allowed.empty());
}

TEST(RouteTable, EmptySegmentsMatchNothing) {
  const RouteTable table = TableOf({{"GET", "/v1/*"}, {"GET", "/v1/*/b"}});
  for (const char* path : {"/v1/", "/v1", "/", "//", "/v1//b", "/v1/a/"}) {
    EXPECT_EQ(PathOf(table, "GET", path), "") << path;
  }
}

TEST(RouteTable, RefusesTwoRoutesWithOnePath) {
  std::vector<Route> routes;
  for (const char* path : {"/v1/{a}/x", "/v1/{b}/x"}) {
    Route route;
    route.method = SampleSchema().services()[0]->method(0);
    route.http_method = "GET";
    route.path = PathTemplate::Parse(path).value();
    routes.push_back(std::move(route));
  }
  const auto table = RouteTable::Make(std::move(routes));
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(ReasonOf(table.status()), "HTTP_RULE");
}

}  // namespace
}  // namespace jz::gateway
