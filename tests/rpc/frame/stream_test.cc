#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/status/status.h"
#include "tests/rpc/frame/echo_server.h"

namespace jz::testing {
namespace {

std::vector<int64_t> ReadAll(rpc::RawResponses& responses) {
  std::vector<int64_t> counts;
  pb::EchoResponse response;
  while (responses.Read(response)) counts.push_back(response.count());
  return counts;
}

TEST(ServerStream, DeliversEverythingInOrder) {
  EchoServer echo;
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x", 5000));
  const std::vector<int64_t> counts = ReadAll(*responses);
  ASSERT_TRUE(responses->Finish().ok());
  ASSERT_EQ(counts.size(), 5000u);
  for (size_t i = 0; i < counts.size(); ++i) ASSERT_EQ(counts[i], static_cast<int64_t>(i) + 1);
}

TEST(ServerStream, MayBeEmpty) {
  EchoServer echo;
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x", 0));
  EXPECT_TRUE(ReadAll(*responses).empty());
  EXPECT_TRUE(responses->Finish().ok());
}

TEST(ServerStream, DeliversWhatWasWrittenBeforeAnError) {
  EchoServer echo({.stream = [](const rpc::CallContext&, const pb::EchoRequest&,
                                rpc::Writer<pb::EchoResponse>& writer) -> absl::Status {
    pb::EchoResponse response;
    for (int i = 1; i <= 3; ++i) {
      response.set_count(i);
      JZ_RETURN_IF_ERROR(writer.Write(response));
    }
    return NotFound("NO_MORE", {}, "the rest is gone");
  }});
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x"));
  EXPECT_THAT(ReadAll(*responses), ::testing::ElementsAre(1, 2, 3));
  EXPECT_EQ(ReasonOf(responses->Finish()), "NO_MORE");
}

// Whether the caller's clock or the server's is first: both end the call at its deadline.
MATCHER(EndedAtItsDeadline, "") {
  const absl::Status& status = arg;
  return status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kCancelled;
}

// Tells how a stream's handler ended, and after how many messages.
struct Outcome {
  Signal ended;
  std::atomic<int> written = 0;
  absl::Status status;
};

EchoHandlers::Stream WriteForEver(Outcome& outcome, size_t message_bytes) {
  return [&outcome, message_bytes](const rpc::CallContext&, const pb::EchoRequest&,
                                   rpc::Writer<pb::EchoResponse>& writer) {
    pb::EchoResponse response;
    response.set_text(std::string(message_bytes, 'x'));
    while (outcome.status.ok()) {
      outcome.status = writer.Write(response);
      if (outcome.status.ok()) ++outcome.written;
    }
    outcome.ended.Set();
    return outcome.status;
  };
}

TEST(ServerStream, WaitsForASlowReaderUntilTheDeadline) {
  Outcome outcome;
  EchoServer echo({.stream = WriteForEver(outcome, 64 << 10)});
  auto responses =
      echo.NewClient().WithTimeout(absl::Seconds(1)).ServerStream("StreamEchoes", EchoOf("x"));
  pb::EchoResponse first;
  ASSERT_TRUE(responses->Read(first));
  ASSERT_TRUE(outcome.ended.Wait());  // the caller reads no more, the deadline ends it
  EXPECT_THAT(outcome.status, EndedAtItsDeadline());
  // An unchecked writer would do tens of thousands in a second; the windows of HTTP/2 hold few.
  EXPECT_LT(outcome.written, 500);
}

TEST(ServerStream, TellsTheHandlerThatTheCallerIsGone) {
  Outcome outcome;
  EchoServer echo({.stream = WriteForEver(outcome, 1024)});
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x"));
  pb::EchoResponse response;
  ASSERT_TRUE(responses->Read(response));
  responses->Cancel();
  ASSERT_TRUE(outcome.ended.Wait());
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(responses->Finish().code(), absl::StatusCode::kCancelled);
}

TEST(ServerStream, TellsAHandlerThatDoesNotWrite) {
  Signal started;
  Signal ended;
  EchoServer echo({.stream = [&](const rpc::CallContext&, const pb::EchoRequest&,
                                 rpc::Writer<pb::EchoResponse>& writer) {
    started.Set();
    while (!writer.ShouldEnd()) std::this_thread::yield();
    ended.Set();
    return absl::OkStatus();
  }});
  auto responses = echo.NewClient().ServerStream("StreamEchoes", EchoOf("x"));
  ASSERT_TRUE(started.Wait());
  responses->Cancel();
  EXPECT_TRUE(ended.Wait());
}

TEST(ServerStream, IsRefusedWhenAllStreamThreadsAreTaken) {
  Signal started;
  Signal release;
  EchoServer echo(
      {.stream =
           [&](const rpc::CallContext&, const pb::EchoRequest&, rpc::Writer<pb::EchoResponse>&) {
             started.Set();
             EXPECT_TRUE(release.Wait());
             return absl::OkStatus();
           }},
      {.stream_threads = 1});
  const Client client = echo.NewClient();
  auto first = client.ServerStream("StreamEchoes", EchoOf("x"));
  ASSERT_TRUE(started.Wait());
  auto second = client.ServerStream("StreamEchoes", EchoOf("x"));
  const absl::Status refused = second->Finish();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "SERVER_BUSY");
  EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("calls go on")).ok());
  release.Set();
  EXPECT_TRUE(first->Finish().ok());
}

TEST(Upload, SumsEverythingInOrder) {
  EchoServer echo;
  auto requests = echo.NewClient().ClientStream("Upload");
  for (int i = 1; i <= 5000; ++i) ASSERT_TRUE(requests->Write(EchoOf("x", i)));
  pb::EchoResponse response;
  ASSERT_TRUE(requests->Finish(response).ok());
  EXPECT_EQ(response.count(), 5000 * 5001 / 2);
}

TEST(Upload, MayBeEmpty) {
  EchoServer echo;
  pb::EchoResponse response;
  response.set_count(7);
  ASSERT_TRUE(echo.NewClient().ClientStream("Upload")->Finish(response).ok());
  EXPECT_EQ(response.count(), 0);
}

TEST(Upload, ThatIsCutNeverLooksWhole) {
  Signal ended;
  Signal read_one;
  absl::StatusOr<bool> last = true;
  EchoServer echo(
      {.upload = [&](const rpc::CallContext&,
                     rpc::Reader<pb::EchoRequest>& reader) -> absl::StatusOr<pb::EchoResponse> {
        pb::EchoRequest request;
        do {
          last = reader.Read(request);
          read_one.Set();
        } while (last.ok() && *last);
        ended.Set();
        return pb::EchoResponse();
      }});
  auto requests = echo.NewClient().ClientStream("Upload");
  ASSERT_TRUE(requests->Write(EchoOf("first half", 1)));
  ASSERT_TRUE(read_one.Wait());
  requests.reset();  // breaks off
  ASSERT_TRUE(ended.Wait());
  EXPECT_EQ(last.status().code(), absl::StatusCode::kCancelled);
}

TEST(Upload, ThatStopsEndsWithTheDeadline) {
  Signal ended;
  absl::StatusOr<bool> last = true;
  EchoServer echo(
      {.upload = [&](const rpc::CallContext&,
                     rpc::Reader<pb::EchoRequest>& reader) -> absl::StatusOr<pb::EchoResponse> {
        pb::EchoRequest request;
        do {
          last = reader.Read(request);
        } while (last.ok() && *last);
        ended.Set();
        return last.status();
      }});
  auto requests = echo.NewClient().WithTimeout(absl::Milliseconds(500)).ClientStream("Upload");
  ASSERT_TRUE(requests->Write(EchoOf("x", 1)));
  ASSERT_TRUE(ended.Wait());
  EXPECT_THAT(last.status(), EndedAtItsDeadline());
}

TEST(Upload, MayBeRefusedHalfWay) {
  EchoServer echo(
      {.upload = [&](const rpc::CallContext&,
                     rpc::Reader<pb::EchoRequest>& reader) -> absl::StatusOr<pb::EchoResponse> {
        pb::EchoRequest request;
        if (auto more = reader.Read(request); !more.ok()) return more.status();
        return FailedPrecondition("UPLOAD_REFUSED", {}, "not this one");
      }});
  auto requests = echo.NewClient().ClientStream("Upload");
  const pb::EchoRequest chunk = EchoOf(std::string(32 << 10, 'x'), 1);
  while (requests->Write(chunk)) {
  }
  pb::EchoResponse response;
  EXPECT_EQ(ReasonOf(requests->Finish(response)), "UPLOAD_REFUSED");
}

TEST(Upload, IsHeldBackByASlowHandler) {
  Signal release;
  EchoServer echo(
      {.upload = [&](const rpc::CallContext&,
                     rpc::Reader<pb::EchoRequest>& reader) -> absl::StatusOr<pb::EchoResponse> {
        EXPECT_TRUE(release.Wait());
        pb::EchoRequest request;
        pb::EchoResponse response;
        while (true) {
          auto more = reader.Read(request);
          if (!more.ok()) return more.status();
          if (!*more) return response;
          response.set_count(response.count() + 1);
        }
      }});
  auto requests = echo.NewClient().WithTimeout(absl::Seconds(60)).ClientStream("Upload");
  const pb::EchoRequest chunk = EchoOf(std::string(1 << 20, 'x'), 1);
  constexpr int kChunks = 64;
  std::atomic<int> sent = 0;
  Signal some_sent;
  std::thread sender([&] {
    while (sent < kChunks && requests->Write(chunk)) {
      ++sent;
      some_sent.Set();
    }
  });
  EXPECT_TRUE(some_sent.Wait());
  // The sender cannot be done: 64 MiB do not fit into the windows between the two.
  EXPECT_LT(sent, kChunks);
  release.Set();
  sender.join();
  pb::EchoResponse response;
  EXPECT_TRUE(requests->Finish(response).ok());
  EXPECT_EQ(response.count(), kChunks);
}

}  // namespace
}  // namespace jz::testing
