#include "common/sql/idempotency.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

constexpr char kInsert[] = "INSERT INTO account (id, balance_fen) VALUES (?, 1)";
const RequestKey kKey = {.subject = "user/1", .method = "/funds/Post", .request_id = "r-1"};

class RunOnceTest : public ::testing::Test {
 protected:
  // Inserts account `id` and answers "made <id>".
  absl::StatusOr<std::string> Make(const RequestKey& key, const std::string& request, int id) {
    return db_->Transact(Soon(), [&](Transaction& tx) {
      return RunOnce(tx, key, request, absl::Now(), [&]() -> absl::StatusOr<std::string> {
        JZ_RETURN_IF_ERROR(tx.Execute(kInsert, {id}).status());
        return absl::StrCat("made ", id);
      });
    });
  }
  int64_t Accounts() { return Number(*db_, "SELECT COUNT(*) FROM account"); }

  std::unique_ptr<Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({AccountTable()});
};

TEST_F(RunOnceTest, AnswersARepetitionWithTheFirstAnswer) {
  EXPECT_EQ(*Make(kKey, "body", 1), "made 1");
  EXPECT_EQ(*Make(kKey, "body", 2), "made 1");
  EXPECT_EQ(Accounts(), 1);
}

TEST_F(RunOnceTest, KeepsAnswersOfSubjectsMethodsAndIdsApart) {
  int id = 0;
  for (const char* subject : {"a", "ab"}) {
    for (const char* method : {"m", "bm"}) {
      for (const char* request_id : {"r", "R"}) {
        ++id;
        RequestKey key = {.subject = subject, .method = method, .request_id = request_id};
        EXPECT_EQ(*Make(key, "body", id), absl::StrCat("made ", id));
      }
    }
  }
  EXPECT_EQ(Accounts(), 8);
}

TEST_F(RunOnceTest, RefusesAnotherRequestUnderTheSameId) {
  ASSERT_TRUE(Make(kKey, "body", 1).ok());
  absl::Status status = Make(kKey, "other body", 2).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  EXPECT_EQ(Accounts(), 1);
}

TEST_F(RunOnceTest, KeepsNothingOfAnEffectThatFails) {
  auto fail = [&](bool commit_all_the_same) {
    return db_->Run(Soon(), [&](Transaction& tx) -> absl::Status {
      absl::Status status =
          RunOnce(tx, kKey, "body", absl::Now(), [] {
            return absl::StatusOr<std::string>(FailedPrecondition("NO", {}, "no"));
          }).status();
      EXPECT_EQ(ReasonOf(status), "NO");
      return commit_all_the_same ? absl::OkStatus() : status;
    });
  };
  EXPECT_EQ(ReasonOf(fail(false)), "NO");
  EXPECT_TRUE(fail(true).ok());
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM idempotency"), 0);
  EXPECT_EQ(*Make(kKey, "other body", 1), "made 1");
}

TEST_F(RunOnceTest, KeepsBytesAndAnEmptyAnswer) {
  std::string bytes("\0\xff\n'", 4);
  for (const std::string& answer : {bytes, std::string()}) {
    RequestKey key = kKey;
    key.request_id = absl::StrCat("r-", answer.size());
    for (int round = 0; round < 2; ++round) {
      auto got = db_->Transact(Soon(), [&](Transaction& tx) {
        return RunOnce(tx, key, "body", absl::Now(), [&]() -> absl::StatusOr<std::string> {
          EXPECT_EQ(round, 0);
          return answer;
        });
      });
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(*got, answer);
    }
  }
}

TEST_F(RunOnceTest, GivesThirtyTwoThreadsOneEffectAndEqualAnswers) {
  constexpr int kThreads = 32;
  auto options = testing::PrivateMariaDb::Shared().NewSchema();
  options.pool_size = kThreads;
  db_ = *Database::Open(options);
  ASSERT_TRUE(Migrate(*db_, "common", Migrations()).ok());
  ASSERT_TRUE(Migrate(*db_, "test", {AccountTable()}).ok());
  std::latch start(kThreads);
  std::atomic<int> effects = 0;
  std::vector<std::string> answers(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      auto answer = db_->Transact(Soon(), [&](Transaction& tx) {
        return RunOnce(tx, kKey, "body", absl::Now(), [&]() -> absl::StatusOr<std::string> {
          ++effects;
          JZ_RETURN_IF_ERROR(tx.Execute(kInsert, {i}).status());
          return absl::StrCat("made ", i);
        });
      });
      answers[i] = answer.ok() ? *answer : answer.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(Accounts(), 1);
  std::set<std::string> different(answers.begin(), answers.end());
  EXPECT_EQ(different.size(), 1u) << *different.begin() << " | " << *different.rbegin();
  EXPECT_EQ(different.begin()->substr(0, 5), "made ");
}

TEST_F(RunOnceTest, LetsAWaiterTakeOverWhenTheFirstFails) {
  constexpr int kThreads = 8;
  std::latch start(kThreads);
  std::atomic<int> effects = 0;
  std::atomic<int> successes = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      auto answer = db_->Transact(Soon(), [&](Transaction& tx) {
        return RunOnce(tx, kKey, "body", absl::Now(), [&]() -> absl::StatusOr<std::string> {
          if (++effects == 1) return FailedPrecondition("NO", {}, "no");
          JZ_RETURN_IF_ERROR(tx.Execute(kInsert, {1}).status());
          return std::string("made");
        });
      });
      if (answer.ok()) ++successes;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(successes, kThreads - 1);
  EXPECT_EQ(Accounts(), 1);
}

TEST_F(RunOnceTest, ForgetsOnlyOldAnswers) {
  ASSERT_TRUE(Make(kKey, "body", 1).ok());
  EXPECT_EQ(*ForgetAnswers(*db_, absl::Now() - absl::Hours(24 * 30), Soon()), 0);
  EXPECT_EQ(*ForgetAnswers(*db_, absl::Now() + absl::Seconds(1), Soon()), 1);
  EXPECT_EQ(*Make(kKey, "body", 2), "made 2");
}

TEST(CheckRequestId, AcceptsOneToSixtyFourPrintableCharacters) {
  EXPECT_TRUE(CheckRequestId("a").ok());
  EXPECT_TRUE(CheckRequestId(std::string(64, 'x')).ok());
  EXPECT_EQ(ReasonOf(CheckRequestId("")), "REQUEST_ID_REQUIRED");
  EXPECT_EQ(ReasonOf(CheckRequestId(std::string(65, 'x'))), "REQUEST_ID_FORMAT");
  EXPECT_EQ(ReasonOf(CheckRequestId("a b")), "REQUEST_ID_FORMAT");
  EXPECT_EQ(ReasonOf(CheckRequestId("张")), "REQUEST_ID_FORMAT");
}

}  // namespace
}  // namespace jz::sql
