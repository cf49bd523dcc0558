// The gateway's own pages, its health and its metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(GatewayPages, TheRootLeadsToTheDocs) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/");
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.Header("Location"), "/docs");
}

TEST(GatewayPages, TheDocsNeedNothingFromElsewhereAndNoInlineScript) {
  GatewayUnderTest gateway;
  const HttpReply page = gateway.Get("/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.Header("Content-Security-Policy"), HasSubstr("script-src 'self'"));
  EXPECT_THAT(page.Header("Content-Security-Policy"), Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.body, Not(HasSubstr("http")));
  EXPECT_THAT(page.body, Not(HasSubstr("style=")));
  EXPECT_THAT(page.body, HasSubstr("src=\"/docs/docs.js\""));
  EXPECT_EQ(gateway.Get("/docs/docs.js").Header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(gateway.Get("/docs/docs.css").Header("Content-Type"), "text/css; charset=utf-8");
}

TEST(GatewayPages, TheDocumentIsServed) {
  GatewayUnderTest gateway;
  const HttpReply reply = gateway.Get("/openapi.json");
  EXPECT_EQ(reply.Header("Content-Type"), "application/json");
  EXPECT_EQ(reply.Json()["openapi"], "3.0.3");
  EXPECT_TRUE(reply.Json()["paths"].contains("/v1/sample/records/{record}"));
}

TEST(GatewayPages, HealthShowsTheServices) {
  GatewayUnderTest gateway;
  EXPECT_EQ(gateway.Get("/v1/sample/records/a").status, 200);
  const HttpReply reply = gateway.Get("/healthz");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["status"], "SERVING");
  EXPECT_EQ(reply.Json()["services"]["sample"], "READY");
}

TEST(GatewayPages, MetricsCountByRouteAndCode) {
  GatewayUnderTest gateway(
      [](gateway::GatewayConfig& config) { config.metrics_listen = "127.0.0.1:0"; });
  HttpConnection connection = gateway.Connect();
  auto status = [&](const char* target) {
    return connection.Call(gateway.WithToken({.target = target})).status;
  };
  EXPECT_EQ(status("/v1/sample/records/a"), 200);
  EXPECT_EQ(status("/v1/sample/records/none"), 404);
  EXPECT_EQ(status("/secret/110105194912310021"), 404);
  // A request is counted once its answer is out, and before the next one of its connection is read.
  EXPECT_EQ(status("/healthz"), 200);
  HttpConnection scrape(gateway.app().metrics_port());
  const HttpReply reply = scrape.Call({.target = "/metrics"});
  EXPECT_TRUE(reply.complete);
  const std::string& metrics = reply.body;
  EXPECT_THAT(metrics, HasSubstr("GET /v1/sample/{name=records/*}"));
  EXPECT_THAT(metrics, HasSubstr("code=\"NOT_FOUND\""));
  EXPECT_THAT(metrics, Not(HasSubstr("110105194912310021")));
}

}  // namespace
}  // namespace jz::testing
