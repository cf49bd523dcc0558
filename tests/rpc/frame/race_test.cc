// Calls that end by several causes at once. gRPC aborts the process when a call is finished twice,
// and a drain never returns when one is not finished at all.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/rpc/frame/echo_server.h"
#include "tests/support/time_factor.h"

namespace jz::testing {
namespace {

constexpr int kThreads = 16;
constexpr int kRounds = 60;

void CallBriefly(const Client& client, std::mt19937& random, std::atomic<int>& answered) {
  const Client brief = client.WithTimeout(Allow(absl::Microseconds(500 + random() % 4000)));
  if (brief.Call<pb::EchoResponse>("Echo", EchoOf("x")).ok()) ++answered;
}

void ReadALittle(const Client& client, std::mt19937& random) {
  auto responses = client.ServerStream("StreamEchoes", EchoOf(std::string(2000, 'x'), 200));
  pb::EchoResponse response;
  const int reads = static_cast<int>(random() % 50);
  for (int i = 0; i < reads && responses->Read(response); ++i) {
  }
  if (random() % 2 == 0) responses->Cancel();
}

void WriteALittle(const Client& client, std::mt19937& random) {
  auto requests = client.ClientStream("Upload");
  const int writes = static_cast<int>(random() % 20);
  for (int i = 0; i < writes && requests->Write(EchoOf("x", 1)); ++i) {
  }
  pb::EchoResponse response;
  if (random() % 2 == 0) (void)requests->Finish(response);
}

TEST(Races, EveryCallEndsExactlyOnce) {
  EchoServer echo({}, {.threads = 4, .queue = 8, .stream_threads = 6});
  const Client client = echo.NewClient();
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < kRounds; ++i) {
        CallBriefly(client, random, answered);
        ReadALittle(client, random);
        WriteALittle(client, random);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(answered, 0);
  // Nothing hangs and nothing was lost: the server still serves, and has nothing left to wait for.
  EXPECT_TRUE(client.Call<pb::EchoResponse>("Echo", EchoOf("x")).ok());
  echo.server().Drain(absl::Seconds(30));
}

TEST(Races, ADrainAmidCallsEndsThemAll) {
  for (int round = 0; round < 10; ++round) {
    EchoServer echo({}, {.threads = 4, .queue = 16, .stream_threads = 4});
    const Client client = echo.NewClient();
    std::atomic<bool> over = false;
    std::atomic<int> answered = 0;
    Signal under_way;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937 random(t);
        while (!over) {
          CallBriefly(client, random, answered);
          if (answered > 5) under_way.Set();
          ReadALittle(client, random);
          WriteALittle(client, random);
        }
      });
    }
    EXPECT_TRUE(under_way.Wait());
    echo.Stop();
    over = true;
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace jz::testing
