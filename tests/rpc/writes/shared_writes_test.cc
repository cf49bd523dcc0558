// Writes by RPC that share a commit: each call has its own effect, answer and error.
#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include "common/status/status.h"
#include "tests/rpc/writes/items.h"
#include "tests/support/service_harness.h"

namespace jz::testing {
namespace {

class SharedWrites : public ::testing::Test {
 protected:
  absl::StatusOr<pb::Item> Create(const pb::CreateItemRequest& request) const {
    return client_.Call<pb::Item>("CreateItem", request);
  }
  // All at once; `request_of(i)` is what the caller number i asks for.
  std::vector<absl::StatusOr<pb::Item>> CreateTogether(
      int callers, const std::function<pb::CreateItemRequest(int)>& request_of) const {
    std::vector<absl::StatusOr<pb::Item>> answers(static_cast<size_t>(callers));
    std::latch start(callers);
    std::vector<std::thread> threads;
    threads.reserve(answers.size());
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        answers[static_cast<size_t>(i)] = Create(request_of(i));
      });
    }
    for (std::thread& thread : threads) thread.join();
    return answers;
  }
  int64_t Items() const { return Number(*db_, "SELECT COUNT(*) FROM item"); }
  int64_t Kept() const { return Number(*db_, "SELECT COUNT(*) FROM idempotency"); }

  std::unique_ptr<sql::Database> db_ = PrivateMariaDb::Shared().NewDatabase(ItemTable());
  const bench::ItemServer server_{*db_};
  const Client client_{server_.port(), bench::kItemService, server_.Token()};
};

TEST_F(SharedWrites, OneRequestIdOf32CallersHasOneEffectAndOneAnswer) {
  for (int round = 0; round < 5; ++round) {
    const auto answers = CreateTogether(
        32, [round](int) { return NewItem(absl::StrCat("round-", round), "the same for all"); });
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(answer->SerializeAsString(), answers[0]->SerializeAsString());
    }
    EXPECT_EQ(Items(), round + 1);
  }
}

TEST_F(SharedWrites, ARepetitionAmongFirstsIsAnsweredFromTheFirst) {
  const absl::StatusOr<pb::Item> first = Create(NewItem("request-0", "title 0"));
  ASSERT_TRUE(first.ok()) << first.status();
  const auto answers = CreateTogether(
      64, [](int i) { return NewItem(absl::StrCat("request-", i), absl::StrCat("title ", i)); });
  for (int i = 0; i < 64; ++i) {
    ASSERT_TRUE(answers[i].ok()) << answers[i].status();
    EXPECT_EQ(answers[i]->title(), absl::StrCat("title ", i));
  }
  EXPECT_EQ(answers[0]->name(), first->name());
  EXPECT_EQ(Items(), 64);
}

TEST_F(SharedWrites, ARequestIdIsNotUsedForAnotherBody) {
  ASSERT_TRUE(Create(NewItem("mine", "one")).ok());
  const absl::Status status = Create(NewItem("mine", "another")).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(Create(NewItem("", "nameless")).status()), "REQUEST_ID_REQUIRED");
  EXPECT_EQ(Items(), 1);
}

// The column holds 64 characters: the database refuses the whole statement.
TEST_F(SharedWrites, WhatTheDatabaseRefusesDoesNotSpoilItsNeighbours) {
  const std::string too_long(65, 'x');
  const auto bad = [](int i) { return i % 16 == 5; };
  const auto answers = CreateTogether(64, [&](int i) {
    return NewItem(absl::StrCat("request-", i), bad(i) ? too_long : absl::StrCat("title ", i));
  });
  for (int i = 0; i < 64; ++i) {
    if (bad(i)) {
      EXPECT_EQ(ReasonOf(answers[i].status()), "VALUE_TOO_LONG") << answers[i].status();
    } else {
      ASSERT_TRUE(answers[i].ok()) << answers[i].status();
      EXPECT_EQ(answers[i]->title(), absl::StrCat("title ", i));
    }
  }
  EXPECT_EQ(Items(), 60);
  EXPECT_EQ(Kept(), 60);
  // What was refused has left nothing: its request_id is free.
  EXPECT_TRUE(Create(NewItem("request-5", "short")).ok());
}

TEST_F(SharedWrites, NothingIsWrittenOutsideTheScope) {
  pb::CreateItemRequest request = NewItem("elsewhere", "a neighbour's");
  request.mutable_item()->set_region_code("230123101201");
  const absl::Status status = Create(request).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_EQ(ReasonOf(status), "REGION_OUT_OF_SCOPE");
  EXPECT_TRUE(absl::IsUnauthenticated(
      client_.WithToken("").Call<pb::Item>("CreateItem", NewItem("a", "b")).status()));
  EXPECT_EQ(Items() + Kept(), 0);
}

}  // namespace
}  // namespace jz::testing
