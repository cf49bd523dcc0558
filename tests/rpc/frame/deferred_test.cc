// Methods whose answer comes after their handler has returned.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "tests/rpc/frame/echo_server.h"

namespace jz::testing {
namespace {

using EchoAnswer = rpc::Answer<pb::EchoResponse>;

// Calls that wait for their answer.
class Waiting {
 public:
  explicit Waiting(size_t expected) : expected_(expected) {}

  EchoHandlers::Deferred Handler() {
    return [this](const rpc::CallContext& ctx, const pb::EchoRequest& request, EchoAnswer answer) {
      std::lock_guard lock(mutex_);
      calls_.push_back({&ctx, &request, std::move(answer)});
      if (calls_.size() >= expected_) all_.Set();
    };
  }

  bool Full(absl::Duration timeout = absl::Seconds(30)) { return all_.Wait(timeout); }

  // When as many as expected are there: the last one first, each with its own text and the caller's
  // name.
  void AnswerAll() {
    ASSERT_TRUE(Full());
    std::lock_guard lock(mutex_);
    while (!calls_.empty()) {
      Call& call = calls_.back();
      pb::EchoResponse response;
      response.set_text(absl::StrCat(call.request->text(), " for ", call.ctx->subject()));
      call.answer(response);
      calls_.pop_back();
    }
  }

 private:
  struct Call {
    const rpc::CallContext* ctx;
    const pb::EchoRequest* request;
    EchoAnswer answer;
  };

  const size_t expected_;
  std::mutex mutex_;
  std::vector<Call> calls_;
  Signal all_;
};

TEST(Deferred, ManyCallsWaitAndHoldNoThread) {
  constexpr int kCalls = 50;
  Waiting waiting(kCalls);
  rpc::ServerOptions options;
  options.threads = 1;
  options.queue = kCalls;
  EchoServer echo({.deferred = waiting.Handler()}, options);
  const Client client = echo.NewClient();
  std::vector<std::thread> callers;
  callers.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    callers.emplace_back([&client, i] {
      const auto response = client.Call<pb::EchoResponse>("Echo", EchoOf(absl::StrCat(i)));
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->text(), absl::StrCat(i, " for caller-1"));
    });
  }
  waiting.AnswerAll();
  for (std::thread& caller : callers) caller.join();
}

TEST(Deferred, ErrorsReachTheCallerWithTheirReason) {
  EchoServer echo(
      {.deferred = [](const rpc::CallContext&, const pb::EchoRequest&, EchoAnswer answer) {
        answer(FailedPrecondition("NOT_TODAY", {{"day", "sunday"}}, "come back tomorrow"));
      }});
  const absl::Status status = echo.NewClient().Call<pb::EchoResponse>("Echo", EchoOf("x")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "NOT_TODAY");
  EXPECT_EQ(MetadataOf(status, "day"), "sunday");
}

TEST(Deferred, ACallWhoseAnswerIsDroppedFailsAtOnce) {
  EchoServer echo(
      {.deferred = [](const rpc::CallContext&, const pb::EchoRequest& request, EchoAnswer answer) {
        if (request.text() == "throw") throw std::runtime_error("out of luck");
        const EchoAnswer dropped = std::move(answer);
      }});
  const Client client = echo.NewClient();
  for (const char* text : {"drop", "throw"}) {
    const absl::Status status = client.Call<pb::EchoResponse>("Echo", EchoOf(text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << text;
    EXPECT_EQ(ReasonOf(status), "ANSWER_MISSING") << text;
  }
}

TEST(Deferred, ADrainWaitsForTheAnswer) {
  Waiting waiting(1);
  EchoServer echo({.deferred = waiting.Handler()});
  const Client client = echo.NewClient();
  std::thread caller([&client] {
    const auto response = client.Call<pb::EchoResponse>("Echo", EchoOf("x"));
    EXPECT_TRUE(response.ok()) << response.status();
  });
  ASSERT_TRUE(waiting.Full());
  std::atomic<bool> answered = false;
  std::thread drain([&] {
    echo.server().Drain(absl::Minutes(1));
    EXPECT_TRUE(answered);
  });
  absl::Status refused;  // once the drain has begun
  do refused = client.Call<pb::EchoResponse>("GetEcho", EchoOf("new")).status();
  while (refused.ok());
  answered = true;
  waiting.AnswerAll();
  caller.join();
  drain.join();
}

TEST(Deferred, AnAnswerToACallerWhoIsGoneIsHarmless) {
  Waiting waiting(1);
  EchoServer echo({.deferred = waiting.Handler()});
  const Client hasty = echo.NewClient().WithTimeout(absl::Milliseconds(200));
  do {  // a busy machine may not get as far as the handler
    const absl::Status status = hasty.Call<pb::EchoResponse>("Echo", EchoOf("x")).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  } while (!waiting.Full(absl::ZeroDuration()));
  waiting.AnswerAll();
  echo.Stop();  // returns when the call has ended
}

}  // namespace
}  // namespace jz::testing
