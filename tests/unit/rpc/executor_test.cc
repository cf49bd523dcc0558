#include "common/rpc/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>

namespace jz::rpc {
namespace {

// Deletes itself, as calls do.
class Do final : public Executor::Task {
 public:
  explicit Do(std::function<void()> body) : body_(std::move(body)) {}
  void Run() override {
    body_();
    delete this;
  }

 private:
  std::function<void()> body_;
};

bool Submit(Executor& executor, std::function<void()> body) {
  auto task = std::make_unique<Do>(std::move(body));
  if (!executor.Submit(*task)) return false;
  (void)task.release();
  return true;
}

TEST(Executor, RunsEverythingThatItTook) {
  std::atomic<int> ran = 0;
  int taken = 0;
  {
    Executor executor(4, 100'000);
    for (int i = 0; i < 20'000; ++i) taken += Submit(executor, [&] { ++ran; });
    executor.Stop();
  }
  EXPECT_EQ(taken, 20'000);
  EXPECT_EQ(ran, taken);
}

TEST(Executor, RunsInOrderOnOneThread) {
  std::vector<int> order;
  Executor executor(1, 1000);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(Submit(executor, [&, i] { order.push_back(i); }));
  executor.Stop();
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Executor, GivesEveryBlockingTaskAThread) {
  constexpr int kThreads = 16;
  Executor executor(kThreads, 0);
  std::atomic<int> inside = 0;
  std::promise<void> all_inside;
  std::shared_future<void> everybody = all_inside.get_future().share();
  for (int i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(Submit(executor, [&] {
      if (++inside == kThreads) all_inside.set_value();
      everybody.wait();  // would wait for ever if one had no thread
    }));
  }
  EXPECT_EQ(everybody.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  executor.Stop();
}

TEST(Executor, RefusesWhatDoesNotFit) {
  Executor executor(2, 3);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> ran = 0;
  const auto wait = [&] {
    released.wait();
    ++ran;
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Submit(executor, wait));
  EXPECT_FALSE(Submit(executor, wait));
  release.set_value();
  executor.Stop();
  EXPECT_EQ(ran, 5);
  EXPECT_FALSE(Submit(executor, [] {}));
}

TEST(Executor, TakesTasksFromManyThreads) {
  std::atomic<int64_t> ran = 0;
  std::atomic<int64_t> taken = 0;
  Executor executor(3, 50);
  std::vector<std::thread> submitters;
  for (int t = 0; t < 8; ++t) {
    submitters.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) taken += Submit(executor, [&] { ++ran; });
    });
  }
  for (std::thread& thread : submitters) thread.join();
  executor.Stop();
  EXPECT_EQ(ran, taken);
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace jz::rpc
