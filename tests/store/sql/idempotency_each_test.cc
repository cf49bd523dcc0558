// Several requests that share a transaction: sql::RunOnceEach, alone and behind a CoalescingWriter.
#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/sql/coalescing_writer.h"
#include "common/sql/idempotency.h"
#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

constexpr char kInsert[] = "INSERT INTO account (id, balance_fen) VALUES";

// Makes account `id`, and answers "made <id>".
struct Making {
  explicit Making(absl::string_view request_id, int id, absl::string_view body = "body") : id(id) {
    once.key = {
        .subject = "user/1", .method = "/funds/Make", .request_id = std::string(request_id)};
    once.request = std::string(body);
    once.expected_answer = absl::StrCat("made ", id);
  }
  std::string Answer() const {
    return once.answer.ok() ? *once.answer : ReasonOf(once.answer.status());
  }

  int id;
  OnceRequest once;
};

// Refuses ids above 1000.
absl::StatusOr<std::vector<absl::Status>> MakeAll(Transaction& tx,
                                                  absl::Span<Making* const> makings) {
  std::vector<OnceRequest*> requests;
  for (Making* making : makings) requests.push_back(&making->once);
  const auto effect = [&](absl::Span<OnceRequest* const> fresh) -> absl::Status {
    Values rows;
    for (Making* making : makings) {
      if (std::find(fresh.begin(), fresh.end(), &making->once) == fresh.end()) continue;
      if (making->id > 1000) {
        making->once.answer = FailedPrecondition("TOO_LARGE", {}, "too large");
      } else {
        rows.insert(rows.end(), {making->id, 1});
      }
    }
    return tx.InsertRows(kInsert, 2, rows).status();
  };
  JZ_RETURN_IF_ERROR(RunOnceEach(tx, absl::MakeConstSpan(requests), absl::Now(), effect));
  std::vector<absl::Status> statuses;
  for (Making* making : makings) statuses.push_back(making->once.answer.status());
  return statuses;
}

class RunOnceEachTest : public ::testing::Test {
 protected:
  absl::Status Make(std::vector<Making*> makings) {
    return db_->Run(Soon(), [&](Transaction& tx) {
      return MakeAll(tx, absl::MakeConstSpan(makings)).status();
    });
  }
  int64_t Accounts() { return Number(*db_, "SELECT COUNT(*) FROM account"); }
  int64_t Kept() { return Number(*db_, "SELECT COUNT(*) FROM idempotency"); }

  std::unique_ptr<Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({AccountTable()});
};

TEST_F(RunOnceEachTest, AnswersAllAndKeepsTheAnswers) {
  Making first("a", 1);
  Making second("b", 2);
  ASSERT_TRUE(Make({&first, &second}).ok());
  EXPECT_EQ(first.Answer(), "made 1");
  EXPECT_EQ(second.Answer(), "made 2");
  Making again("b", 3);
  ASSERT_TRUE(Make({&again}).ok());
  EXPECT_EQ(again.Answer(), "made 2");
  EXPECT_EQ(Accounts(), 2);
}

TEST_F(RunOnceEachTest, GivesTheSameKeyTwiceInABatchOneEffect) {
  Making first("a", 1);
  Making twin("a", 2);
  Making other("a", 3, "another body");
  ASSERT_TRUE(Make({&first, &twin, &other}).ok());
  EXPECT_EQ(first.Answer(), "made 1");
  EXPECT_EQ(twin.Answer(), "made 1");
  EXPECT_EQ(other.Answer(), "REQUEST_ID_REUSED");
  EXPECT_EQ(Accounts(), 1);
}

TEST_F(RunOnceEachTest, KeepsNothingOfWhatIsRefused) {
  Making good("a", 1);
  Making refused("b", 1001);
  Making nameless("", 2);
  ASSERT_TRUE(Make({&good, &refused, &nameless}).ok());
  EXPECT_EQ(good.Answer(), "made 1");
  EXPECT_EQ(refused.Answer(), "TOO_LARGE");
  EXPECT_EQ(nameless.Answer(), "REQUEST_ID_REQUIRED");
  EXPECT_EQ(Kept(), 1);
  Making again("b", 2, "smaller");
  ASSERT_TRUE(Make({&again}).ok());
  EXPECT_EQ(again.Answer(), "made 2");
}

TEST_F(RunOnceEachTest, KeepsAnAnswerThatWasNotExpected) {
  Making making("a", 1);
  const auto make = [&] {
    OnceRequest* requests[] = {&making.once};
    return db_->Run(Soon(), [&](Transaction& tx) {
      return RunOnceEach(tx, requests, absl::Now(), [](absl::Span<OnceRequest* const> fresh) {
        fresh[0]->answer = std::string("otherwise");
        return absl::OkStatus();
      });
    });
  };
  ASSERT_TRUE(make().ok());
  EXPECT_EQ(making.Answer(), "otherwise");
  making.once.answer = std::string();
  ASSERT_TRUE(Make({&making}).ok());
  EXPECT_EQ(making.Answer(), "otherwise");
}

TEST_F(RunOnceEachTest, ARepetitionAmongOthersFailsTheirTransactionWhole) {
  Making first("a", 1);
  ASSERT_TRUE(Make({&first}).ok());
  Making repeated("a", 2);
  Making fresh("b", 3);
  EXPECT_TRUE(absl::IsAlreadyExists(Make({&fresh, &repeated})));
  EXPECT_EQ(Accounts(), 1);
  EXPECT_EQ(Kept(), 1);
}

TEST_F(RunOnceEachTest, BehindAWriterManyRepetitionsHaveOneEffectEach) {
  constexpr int kThreads = 32;
  constexpr int kKeys = 8;  // each used by four threads
  constexpr int kRounds = 10;
  CoalescingWriter<Making> writer(*db_, {}, MakeAll);
  for (int round = 0; round < kRounds; ++round) {
    std::latch start(kThreads);
    std::vector<std::string> answers(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        Making making(absl::StrCat(round, "-", i % kKeys), round * kThreads + i);
        start.arrive_and_wait();
        const absl::Status status = writer.Write(making, Soon());
        answers[i] = status.ok() ? making.Answer() : status.ToString();
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int i = 0; i < kThreads; ++i) {
      EXPECT_EQ(answers[i].substr(0, 5), "made ");
      EXPECT_EQ(answers[i], answers[i % kKeys]);
    }
    EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), size_t{kKeys});
  }
  EXPECT_EQ(Accounts(), kKeys * kRounds);
}

}  // namespace
}  // namespace jz::sql
