// HTTP itself: keep-alive, pipelining, limits, bad requests, clients that leave, draining.
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

constexpr char kGet[] = "/v1/sample/records/a";

TEST(GatewayConnection, ServesManyRequestsOnOneConnection) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  for (int i = 0; i < 50; ++i) {
    const HttpReply reply =
        connection.Call(gateway.WithToken({.target = absl::StrCat("/v1/sample/records/", i)}));
    ASSERT_EQ(reply.Json()["name"], absl::StrCat("records/", i));
  }
}

TEST(GatewayConnection, AnswersPipelinedRequestsInOrder) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests +=
        HttpConnection::Text(gateway.WithToken({.target = absl::StrCat("/v1/sample/records/", i)}));
    requests +=
        HttpConnection::Text(gateway.WithToken({.method = "POST",
                                                .target = "/v1/sample/everything:echo",
                                                .headers = {{"Content-Type", "application/json"}},
                                                .body = absl::StrCat("{\"int32Value\":", i, "}")}));
  }
  connection.Send(requests);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(connection.Read().Json()["name"], absl::StrCat("records/", i));
    ASSERT_EQ(connection.Read().Json()["int32Value"], i);
  }
}

TEST(GatewayConnection, ServesOnAfterAnErrorWhoseBodyWasRead) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  const HttpReply bad =
      connection.Call(gateway.WithToken({.method = "POST",
                                         .target = "/v1/sample/everything:echo",
                                         .headers = {{"Content-Type", "application/json"}},
                                         .body = "{"}));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(connection.Call(gateway.WithToken({.target = kGet})).status, 200);
}

TEST(GatewayConnection, ClosesWhenTheClientAsksForIt) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  const HttpReply reply =
      connection.Call(gateway.WithToken({.target = kGet, .headers = {{"Connection", "close"}}}));
  EXPECT_EQ(reply.Header("Connection"), "close");
  EXPECT_TRUE(connection.AtEnd());
}

TEST(GatewayConnection, ServesHttp10) {
  GatewayUnderTest gateway;
  HttpConnection connection = gateway.Connect();
  connection.Send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(connection.Read().status, 200);
  EXPECT_TRUE(connection.AtEnd());
}

TEST(GatewayConnection, RefusesWhatIsNotHttp) {
  GatewayUnderTest gateway;
  const auto reply = [&](const std::string& text) {
    HttpConnection connection = gateway.Connect();
    connection.Send(text);
    return connection.Read();
  };
  EXPECT_EQ(reply("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(reply("GET / HTTP/2.0\r\n\r\n").status, 505);
  EXPECT_EQ(reply("GET / HTTP/1.1\r\n\r\n").Json()["reason"], "HEADER_INVALID");
  EXPECT_EQ(reply("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n").Json()["reason"], "TARGET_INVALID");
  EXPECT_EQ(reply("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n").status, 405);
  EXPECT_EQ(reply("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n").status, 400);
  EXPECT_EQ(reply("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status,
            400);
}

TEST(GatewayConnection, LimitsHeadersAndTarget) {
  GatewayUnderTest gateway;
  const HttpReply headers =
      gateway.Call({.target = kGet, .headers = {{"X-Long", std::string(20'000, 'x')}}});
  EXPECT_EQ(headers.status, 431);
  EXPECT_EQ(headers.Json()["reason"], "HEADER_TOO_LARGE");
  const HttpReply target =
      gateway.Get(absl::StrCat("/v1/sample/records/", std::string(9'000, 'x')));
  EXPECT_EQ(target.status, 414);
}

TEST(GatewayConnection, DoesNotWaitForeverForHeaders) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) {
    config.http.limits.header_timeout = std::chrono::milliseconds(200);
  });
  HttpConnection connection = gateway.Connect();
  connection.Send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(connection.Read().status, 408);
}

TEST(GatewayConnection, HeadersThatDripDoNotBuyTime) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) {
    config.http.limits.header_timeout = std::chrono::milliseconds(300);
  });
  std::vector<HttpConnection> drips;
  for (int i = 0; i < 20; ++i) drips.push_back(gateway.Connect());
  for (HttpConnection& drip : drips) drip.Send("GET / HTTP/1.1\r\nX-Drip: ");
  std::vector<std::thread> threads;
  std::atomic<int> cut_off = 0;
  for (HttpConnection& drip : drips) {
    threads.emplace_back([&] {
      // Would go on for ever: only the gateway can end it.
      while (drip.TrySend("x")) absl::SleepFor(absl::Milliseconds(20));
      ++cut_off;
    });
  }
  EXPECT_EQ(gateway.Get(kGet).status, 200);  // others are served meanwhile
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cut_off, 20);
}

TEST(GatewayConnection, ClosesIdleConnections) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) {
    config.http.limits.idle_timeout = std::chrono::milliseconds(200);
  });
  HttpConnection connection = gateway.Connect();
  EXPECT_TRUE(connection.AtEnd());
}

TEST(GatewayConnection, RefusesMoreConnectionsThanItsLimit) {
  GatewayUnderTest gateway([](gateway::GatewayConfig& config) { config.http.max_connections = 2; });
  HttpConnection first = gateway.Connect();
  HttpConnection second = gateway.Connect();
  EXPECT_EQ(first.Call({.target = "/healthz"}).status, 200);
  EXPECT_EQ(second.Call({.target = "/healthz"}).status, 200);
  HttpConnection third = gateway.Connect();
  const HttpReply refused = third.Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_EQ(first.Call({.target = "/healthz"}).status, 200);
}

TEST(GatewayConnection, AClientThatLeavesCancelsItsCall) {
  GatewayUnderTest gateway;
  {
    HttpConnection connection = gateway.Connect();
    connection.Send(HttpConnection::Text(gateway.WithToken({.target = "/v1/sample/waits/a"})));
    ASSERT_TRUE(gateway.state().wait_called.Wait());
  }
  // Its call would last 20 seconds; draining waits for calls, and this one is over long before.
  const absl::Time begin = absl::Now();
  gateway.app().Drain(absl::Minutes(1));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  gateway.state().wait_may_answer.Set();
}

TEST(GatewayConnection, DrainingFinishesTheRequestAtHandAndTakesNoMore) {
  GatewayUnderTest gateway;
  HttpConnection idle = gateway.Connect();
  EXPECT_EQ(idle.Call({.target = "/healthz"}).status, 200);
  HttpConnection busy = gateway.Connect();
  busy.Send(HttpConnection::Text(gateway.WithToken({.target = "/v1/sample/waits/a"})));
  ASSERT_TRUE(gateway.state().wait_called.Wait());
  std::thread drain([&] { gateway.app().Drain(absl::Seconds(30)); });
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_THROW(gateway.Connect(), std::exception);
  gateway.state().wait_may_answer.Set();
  const HttpReply reply = busy.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(busy.AtEnd());
  drain.join();
}

TEST(GatewayConnection, DrainingCutsWhatOutlastsItsGrace) {
  GatewayUnderTest gateway;
  HttpConnection busy = gateway.Connect();
  busy.Send(HttpConnection::Text(gateway.WithToken({.target = "/v1/sample/waits/a"})));
  ASSERT_TRUE(gateway.state().wait_called.Wait());
  gateway.app().Drain(absl::ZeroDuration());
  EXPECT_EQ(busy.Read().status, 0);
  gateway.state().wait_may_answer.Set();
}

TEST(GatewayConnection, ManyClientsAtOnceGetTheirOwnAnswers) {
  GatewayUnderTest gateway;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      HttpConnection connection = gateway.Connect();
      for (int i = 0; i < 50; ++i) {
        const std::string name = absl::StrCat("records/", t, "-", i);
        const HttpReply reply =
            connection.Call(gateway.WithToken({.target = absl::StrCat("/v1/sample/", name)}));
        if (reply.Json()["name"] != name) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace jz::testing
