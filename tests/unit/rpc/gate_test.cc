#include "common/rpc/gate.h"

#include <gtest/gtest.h>

#include <thread>

namespace jz::rpc {
namespace {

class Counted final : public Gate::Stream {
 public:
  void OnDrain() override { ++drains; }
  int drains = 0;
};

TEST(Gate, CountsAlsoWhatComesTooLate) {
  Gate gate;
  EXPECT_TRUE(gate.Enter());
  gate.Close();
  EXPECT_FALSE(gate.Enter());
  gate.Leave();
  EXPECT_FALSE(gate.WaitEmpty(absl::Milliseconds(1)));
  gate.Leave();
  EXPECT_TRUE(gate.WaitEmpty(absl::InfiniteDuration()));
}

TEST(Gate, WakesWhenTheLastCallLeaves) {
  Gate gate;
  ASSERT_TRUE(gate.Enter());
  gate.Close();
  std::thread last([&] { gate.Leave(); });
  EXPECT_TRUE(gate.WaitEmpty(absl::Seconds(30)));
  last.join();
}

TEST(Gate, TellsEachStreamOfTheDrainOnce) {
  Gate gate;
  Counted early;
  Counted ended;
  Counted late;
  gate.Add(early);
  gate.Add(ended);
  gate.Remove(ended);
  gate.Close();
  gate.Add(late);
  EXPECT_EQ(early.drains, 1);
  EXPECT_EQ(ended.drains, 0);
  EXPECT_EQ(late.drains, 1);
}

}  // namespace
}  // namespace jz::rpc
