// What the adaptor refuses before a handler runs, and how errors reach the caller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "common/rpc/call.h"
#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "tests/rpc/frame/echo_server.h"
#include "tests/rpc/frame/raw_call.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kEcho[] = "/jingzhun.testing.v1.EchoService/Echo";

MATCHER_P2(Fails, code, reason, "") {
  const absl::Status& status = arg;
  *result_listener << status << " with reason " << ReasonOf(status);
  return status.code() == code && ReasonOf(status) == reason;
}

absl::Status CallEcho(const Client& client, absl::string_view method = "Echo") {
  return client.Call<pb::EchoResponse>(method, EchoOf("hello")).status();
}

TEST(Admission, PassesTheCallerAndTheTraceToTheHandler) {
  rpc::CallContext seen;
  Signal handled;  // not only gRPC says that the handler is done: the thread sanitizer does not
                   // know gRPC
  EchoServer echo({.unary = [&](const rpc::CallContext& ctx, const pb::EchoRequest&) {
    seen = ctx;
    handled.Set();
    return pb::EchoResponse();
  }});
  const Client client = echo.NewClient();
  rpc::CallOptions options = client.Options();
  options.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  ASSERT_TRUE(client.channel().Call<pb::EchoResponse>(kEcho, EchoOf("x"), options).ok());
  ASSERT_TRUE(handled.Wait());

  EXPECT_EQ(seen.subject(), "caller-1");
  EXPECT_TRUE(seen.scope().Contains(*RegionCode::Parse("520300000000")));
  EXPECT_EQ(seen.method, kEcho);
  EXPECT_EQ(seen.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_THAT(seen.traceparent, ::testing::StartsWith("00-0af7651916cd43dd8448eb211c80319c-"));
  EXPECT_THAT(seen.traceparent, Not(HasSubstr("b7ad6b7169203331")));
  EXPECT_LT(absl::AbsDuration(seen.deadline - options.deadline), absl::Seconds(1));
  EXPECT_LT(absl::AbsDuration(seen.now - absl::Now()), absl::Seconds(10));
}

TEST(Admission, StartsATraceWhenTheCallerHasNone) {
  std::string trace_id;
  Signal handled;
  EchoServer echo({.unary = [&](const rpc::CallContext& ctx, const pb::EchoRequest&) {
    trace_id = ctx.trace_id;
    handled.Set();
    return pb::EchoResponse();
  }});
  ASSERT_TRUE(CallEcho(echo.NewClient()).ok());
  ASSERT_TRUE(handled.Wait());
  EXPECT_EQ(trace_id.size(), 32u);
}

TEST(Admission, RefusesACallWithoutDeadline) {
  EchoServer echo;
  const RawAnswer answer = CallRaw({.port = echo.port(),
                                    .method = kEcho,
                                    .headers = {{"authorization", "Bearer " + echo.Token()}},
                                    .timeout = std::nullopt});
  EXPECT_THAT(answer.status, Fails(absl::StatusCode::kInvalidArgument, "DEADLINE_REQUIRED"));
}

TEST(Admission, RefusesADeadlineOverTheMaximum) {
  EchoServer echo;
  const absl::Status status = CallEcho(echo.NewClient().WithTimeout(absl::Seconds(90)));
  EXPECT_THAT(status, Fails(absl::StatusCode::kInvalidArgument, "DEADLINE_TOO_LONG"));
  EXPECT_EQ(MetadataOf(status, "max_deadline_ms"), "60000");
  EXPECT_TRUE(CallEcho(echo.NewClient().WithTimeout(absl::Seconds(60))).ok());
}

TEST(Admission, RefusesADeadlineOverTheMaximumOfTheMethod) {
  EchoServer echo;
  EXPECT_THAT(CallEcho(echo.NewClient().WithTimeout(absl::Seconds(10)), "Hurry"),
              Fails(absl::StatusCode::kInvalidArgument, "DEADLINE_TOO_LONG"));
  EXPECT_TRUE(CallEcho(echo.NewClient().WithTimeout(absl::Seconds(2)), "Hurry").ok());
}

TEST(Admission, ChecksDeadlinesByRealTime) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const absl::Duration most = absl::Seconds(60);
  EXPECT_TRUE(rpc::CheckDeadline(now, now + absl::Seconds(60), most).ok());
  EXPECT_THAT(rpc::CheckDeadline(now, now, most),
              Fails(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
  EXPECT_THAT(rpc::CheckDeadline(now, now - absl::Seconds(1), most),
              Fails(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
  EXPECT_THAT(rpc::CheckDeadline(now, absl::InfiniteFuture(), most),
              Fails(absl::StatusCode::kInvalidArgument, "DEADLINE_REQUIRED"));
  EXPECT_THAT(rpc::CheckDeadline(now, now + absl::Seconds(70), most),
              Fails(absl::StatusCode::kInvalidArgument, "DEADLINE_TOO_LONG"));
}

TEST(Admission, RefusesBadTokens) {
  EchoServer echo;
  const Client client = echo.NewClient();
  const TokenSpec spec{.roles = {"caller"}, .regions = {"520000000000"}};
  constexpr auto kCode = absl::StatusCode::kUnauthenticated;
  EXPECT_THAT(CallEcho(client.WithToken("")), Fails(kCode, "TOKEN_MISSING"));
  EXPECT_THAT(CallEcho(client.WithToken("nonsense")), Fails(kCode, "TOKEN_MALFORMED"));
  EXPECT_THAT(CallEcho(client.WithToken(echo.keys().ExpiredToken(spec))),
              Fails(kCode, "TOKEN_EXPIRED"));
  EXPECT_THAT(CallEcho(client.WithToken(echo.keys().ForeignToken(spec))),
              Fails(kCode, "TOKEN_SIGNATURE"));
}

TEST(Admission, RefusesAMissingPermissionBeforeItLooksAtTheRequest) {
  EchoServer echo;
  const absl::Status status = CallEcho(echo.NewClient(), "Forbid");
  EXPECT_THAT(status, Fails(absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
  EXPECT_EQ(MetadataOf(status, "permission"), "testing.echo.forbid");

  const RawAnswer garbage = CallRaw({.port = echo.port(),
                                     .method = "/jingzhun.testing.v1.EchoService/Forbid",
                                     .bytes = "\xFF\xFF\xFF",
                                     .headers = {{"authorization", "Bearer " + echo.Token()}}});
  EXPECT_THAT(garbage.status, Fails(absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING"));
}

TEST(Admission, RefusesStreamsLikeCalls) {
  EchoServer echo;
  const Client nobody = echo.NewClient().WithToken("");
  pb::EchoResponse response;
  auto responses = nobody.ServerStream("StreamEchoes", EchoOf("x", 3));
  EXPECT_FALSE(responses->Read(response));
  EXPECT_THAT(responses->Finish(), Fails(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
  auto requests = nobody.ClientStream("Upload");
  EXPECT_THAT(requests->Finish(response),
              Fails(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
}

TEST(Admission, RefusesBytesThatAreNoMessage) {
  std::atomic<int> handled = 0;
  EchoServer echo({.unary = [&](const rpc::CallContext&, const pb::EchoRequest&) {
    ++handled;
    return pb::EchoResponse();
  }});
  for (const std::string bytes : {"\xFF\xFF\xFF", "\x0A\x7Fshort", "\x0A\x02\xC0\x80"}) {
    const RawAnswer answer = CallRaw({.port = echo.port(),
                                      .method = kEcho,
                                      .bytes = bytes,
                                      .headers = {{"authorization", "Bearer " + echo.Token()}}});
    EXPECT_THAT(answer.status, Fails(absl::StatusCode::kInvalidArgument, "MESSAGE_MALFORMED"));
  }
  EXPECT_EQ(handled, 0);
}

TEST(Admission, RefusesAMessageOverTheLimit) {
  EchoServer echo({}, {.max_message_bytes = 64 << 10});
  const Client client = echo.NewClient();
  EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf(std::string(60 << 10, 'x'))).ok());
  const absl::Status status =
      client.Call<pb::EchoResponse>("Echo", EchoOf(std::string(80 << 10, 'x'))).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(CallEcho(client).ok());
}

// A handler that waits until the test lets it go.
class Busy : public ::testing::Test {
 protected:
  EchoHandlers Handlers() {
    return {.unary = [this](const rpc::CallContext&, const pb::EchoRequest& request) {
      {
        std::lock_guard lock(mutex_);
        handled_.push_back(request.text());
      }
      if (request.text() == "block") {
        started_.Set();
        EXPECT_TRUE(release_.Wait());
      }
      return pb::EchoResponse();
    }};
  }

  int64_t Handled(const std::string& text) {
    std::lock_guard lock(mutex_);
    return std::count(handled_.begin(), handled_.end(), text);
  }

  Signal started_;
  Signal release_;

 private:
  std::mutex mutex_;
  std::vector<std::string> handled_;
};

TEST_F(Busy, RefusesACallAtOnceWhenTheQueueIsFull) {
  EchoServer echo(Handlers(), {.threads = 1, .queue = 1});
  const Client client = echo.NewClient();
  std::thread blocked(
      [&] { EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("block")).ok()); });
  ASSERT_TRUE(started_.Wait());
  // Of two more at most one fits into the queue; the other is refused while the thread is taken.
  std::array<absl::Status, 2> answers;
  Signal refused;
  std::vector<std::thread> more;
  for (absl::Status& answer : answers) {
    more.emplace_back([&] {
      answer = CallEcho(client);
      if (!answer.ok()) refused.Set();
    });
  }
  EXPECT_TRUE(refused.Wait());
  release_.Set();
  blocked.join();
  for (std::thread& thread : more) thread.join();

  const absl::Status& busy = answers[0].ok() ? answers[1] : answers[0];
  const absl::Status& served = answers[0].ok() ? answers[0] : answers[1];
  EXPECT_TRUE(served.ok()) << served;
  EXPECT_THAT(busy, Fails(absl::StatusCode::kResourceExhausted, "SERVER_BUSY"));
  google::rpc::RetryInfo retry;
  const auto payload = busy.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  ASSERT_TRUE(payload.has_value());
  ASSERT_TRUE(retry.ParseFromString(std::string(*payload)));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
}

TEST_F(Busy, DoesNotStartACallWhoseDeadlinePassedInTheQueue) {
  EchoServer echo(Handlers(), {.threads = 1, .queue = 8});
  const Client client = echo.NewClient();
  std::thread blocked(
      [&] { EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("block")).ok()); });
  ASSERT_TRUE(started_.Wait());
  const absl::Status late = client.WithTimeout(absl::Milliseconds(100))
                                .Call<pb::EchoResponse>("Echo", EchoOf("late"))
                                .status();
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  // The caller's clock is ahead of the server's by the way of the request: a second one bridges
  // that.
  (void)client.WithTimeout(absl::Seconds(1)).Call<pb::EchoResponse>("Echo", EchoOf("later"));
  release_.Set();
  blocked.join();
  // The queue is in order: when this one is answered, the late one has been looked at.
  EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("next")).ok());
  EXPECT_EQ(Handled("late"), 0);
  EXPECT_EQ(Handled("block"), 1);
  EXPECT_EQ(Handled("next"), 1);
}

TEST(HandlerErrors, KeepReasonMetadataAndViolations) {
  EchoServer echo({.unary = [](const rpc::CallContext&,
                               const pb::EchoRequest&) -> absl::StatusOr<pb::EchoResponse> {
    Violations violations;
    violations.Add("households[3].region_code", "REGION_CODE_FORMAT", "12 digits are wanted");
    violations.Add("request_id", "REQUIRED", "is missing");
    return violations.ToStatus();
  }});
  const absl::Status status = CallEcho(echo.NewClient());
  EXPECT_THAT(status, Fails(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value());
  ASSERT_TRUE(bad.ParseFromString(std::string(*payload)));
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(0).field(), "households[3].region_code");

  google::rpc::ErrorInfo info;
  const auto error_info = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  ASSERT_TRUE(error_info.has_value());
  ASSERT_TRUE(info.ParseFromString(std::string(*error_info)));
  EXPECT_EQ(info.domain(), "testing.jingzhun");
}

TEST(HandlerErrors, ArriveHoweverLongTheyAre) {
  EchoServer echo({.unary = [](const rpc::CallContext&,
                               const pb::EchoRequest&) -> absl::StatusOr<pb::EchoResponse> {
    Violations violations;
    const std::string text(200, 'v');
    for (int i = 0; i < 500; ++i) violations.Add(absl::StrCat("rows[", i, "]"), "WRONG", text);
    absl::Status status = violations.ToStatus();
    status.SetPayload("type.googleapis.com/testing.Huge", absl::Cord(std::string(50'000, 'p')));
    return status;
  }});
  EXPECT_THAT(CallEcho(echo.NewClient()),
              Fails(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST(HandlerErrors, HideInternalMessagesButNameTheTrace) {
  EchoServer echo({.unary = [](const rpc::CallContext&,
                               const pb::EchoRequest&) -> absl::StatusOr<pb::EchoResponse> {
    return Internal("SQL_FAILED", "SELECT secret FROM person");
  }});
  const Client client = echo.NewClient();
  rpc::CallOptions options = client.Options();
  options.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const absl::Status status =
      client.channel().Call<pb::EchoResponse>(kEcho, EchoOf("x"), options).status();
  EXPECT_THAT(status, Fails(absl::StatusCode::kInternal, "SQL_FAILED"));
  EXPECT_EQ(status.message(), "internal error, trace 0af7651916cd43dd8448eb211c80319c");
}

TEST(HandlerErrors, AnExceptionEndsItsCallOnly) {
  EchoServer echo({.unary = [](const rpc::CallContext&,
                               const pb::EchoRequest& request) -> absl::StatusOr<pb::EchoResponse> {
    if (request.text() == "hello") throw std::bad_alloc();
    return pb::EchoResponse();
  }});
  const Client client = echo.NewClient();
  EXPECT_THAT(CallEcho(client), Fails(absl::StatusCode::kInternal, "HANDLER_EXCEPTION"));
  EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("fine")).ok());
}

}  // namespace
}  // namespace jz::testing
