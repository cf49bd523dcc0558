// What the loop around a transaction does when the world is against it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "common/sql/database.h"
#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"
#include "tests/support/socket_gate.h"

namespace jz::sql {
namespace {

using ::jz::testing::PrivateMariaDb;
using ::jz::testing::SocketGate;

constexpr char kAdd[] = "UPDATE account SET balance_fen = balance_fen + 1 WHERE id = ?";

// The command byte (a query) and its text; "COMMIT" alone is also part of "READ COMMITTED".
constexpr char kCommit[] =
    "\x03"
    "COMMIT";

class TransactionLoopTest : public ::testing::Test {
 protected:
  TransactionLoopTest() : options_(PrivateMariaDb::Shared().NewSchema()) {
    options_.pool_wait = absl::Milliseconds(50);
    options_.lock_wait = absl::Seconds(1);
    options_.pool_size = 4;
    db_ = Open(options_);
    EXPECT_TRUE(Migrate(*db_, "test", {AccountTable()}).ok());
    for (int id : {1, 2}) {
      EXPECT_TRUE(Do(*db_, "INSERT INTO account (id, balance_fen) VALUES (?, 0)", {id}).ok());
    }
  }
  static std::unique_ptr<Database> Open(const DatabaseOptions& options) {
    auto db = Database::Open(options);
    EXPECT_TRUE(db.ok()) << db.status();
    return *std::move(db);
  }
  int64_t Balance(int id) {
    return Number(*db_, "SELECT balance_fen FROM account WHERE id = ?", {id});
  }

  DatabaseOptions options_;
  std::unique_ptr<Database> db_;
};

TEST_F(TransactionLoopTest, RefusesWhenThePoolStaysBusy) {
  std::latch busy(4);
  std::promise<void> done;
  std::shared_future<void> finished = done.get_future().share();
  std::vector<std::thread> holders;
  holders.reserve(4);
  for (int i = 0; i < 4; ++i) {
    holders.emplace_back([&] {
      EXPECT_TRUE(db_->Run(Soon(),
                           [&](Transaction&) {
                             busy.count_down();
                             finished.wait();
                             return absl::OkStatus();
                           })
                      .ok());
    });
  }
  busy.wait();
  EXPECT_EQ(db_->pool_in_use(), 4);
  absl::Status late = Do(*db_, "SELECT 1");
  EXPECT_TRUE(absl::IsResourceExhausted(late)) << late;
  EXPECT_EQ(ReasonOf(late), "DATABASE_POOL_BUSY");
  absl::Status hurried =
      db_->Run(absl::Now() + absl::Milliseconds(5), [](Transaction&) { return absl::OkStatus(); });
  EXPECT_TRUE(absl::IsDeadlineExceeded(hurried)) << hurried;
  done.set_value();
  for (std::thread& holder : holders) holder.join();
  EXPECT_EQ(db_->pool_in_use(), 0);
  EXPECT_TRUE(Do(*db_, kAdd, {1}).ok());
}

TEST_F(TransactionLoopTest, RunsTheVictimOfADeadlockAgain) {
  std::atomic<int> runs = 0;
  std::latch both_hold_one(2);
  auto add_in_order = [&](int first, int second) {
    bool met = false;
    return db_->Run(Soon(), [&](Transaction& tx) {
      ++runs;
      JZ_RETURN_IF_ERROR(tx.Execute(kAdd, {first}).status());
      if (!met) both_hold_one.arrive_and_wait();
      met = true;
      return tx.Execute(kAdd, {second}).status();
    });
  };
  auto other = std::async(std::launch::async, [&] { return add_in_order(2, 1); });
  EXPECT_TRUE(add_in_order(1, 2).ok());
  EXPECT_TRUE(other.get().ok());
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(Balance(1), 2);
  EXPECT_EQ(Balance(2), 2);
}

TEST_F(TransactionLoopTest, CommitsNothingWhenABodyHidesADeadlock) {
  std::latch both_hold_one(2);
  auto add_in_order = [&](int first, int second) {
    bool met = false;
    return db_->Run(Soon(), [&](Transaction& tx) {
      JZ_RETURN_IF_ERROR(tx.Execute(kAdd, {first}).status());
      if (!met) both_hold_one.arrive_and_wait();
      met = true;
      tx.Execute(kAdd, {second}).IgnoreError();
      return absl::OkStatus();
    });
  };
  auto other = std::async(std::launch::async, [&] { return add_in_order(2, 1); });
  EXPECT_TRUE(add_in_order(1, 2).ok());
  EXPECT_TRUE(other.get().ok());
  EXPECT_EQ(Balance(1), 2);
  EXPECT_EQ(Balance(2), 2);
}

TEST_F(TransactionLoopTest, GivesUpOnALockAtTheDeadline) {
  absl::Status inner;
  ASSERT_TRUE(db_->Run(Soon(),
                       [&](Transaction& tx) {
                         EXPECT_TRUE(tx.Execute(kAdd, {1}).ok());
                         inner = db_->Run(
                             absl::Now() + absl::Milliseconds(1500),
                             [&](Transaction& late) { return late.Execute(kAdd, {1}).status(); });
                         return absl::OkStatus();
                       })
                  .ok());
  EXPECT_TRUE(absl::IsAborted(inner) || absl::IsDeadlineExceeded(inner)) << inner;
  EXPECT_EQ(Balance(1), 1);
}

TEST_F(TransactionLoopTest, RefusesAPastDeadlineAndStatementsAfterIt) {
  int runs = 0;
  absl::Status past = db_->Run(absl::Now() - absl::Seconds(1), [&](Transaction&) {
    ++runs;
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(past));
  EXPECT_EQ(runs, 0);
  absl::Status status = db_->Run(absl::Now() + absl::Milliseconds(200), [&](Transaction& tx) {
    EXPECT_TRUE(tx.Execute(kAdd, {1}).ok());
    EXPECT_TRUE(tx.Query("SELECT SLEEP(0.3)", {}, [](const Row&) {}).ok());
    tx.Execute(kAdd, {1}).IgnoreError();
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(Balance(1), 0);
}

TEST_F(TransactionLoopTest, StopsAStatementThatRunsOn) {
  absl::Time begin = absl::Now();
  absl::Status status = db_->Run(begin + absl::Milliseconds(500), [&](Transaction& tx) {
    EXPECT_TRUE(tx.Execute(kAdd, {1}).ok());
    return tx.Query("SELECT COUNT(*) FROM seq_1_to_1000000000 a, seq_1_to_1000000000 b", {},
                    [](const Row&) {});
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  EXPECT_EQ(Balance(1), 0);
}

TEST_F(TransactionLoopTest, KeepsNothingWhenTheConnectionDiesInTheMiddle) {
  absl::Status status = db_->Run(Soon(), [&](Transaction& tx) {
    JZ_RETURN_IF_ERROR(tx.Execute(kAdd, {1}).status());
    int64_t id = Number(tx, "SELECT CONNECTION_ID()");
    auto admin = Open(options_);
    EXPECT_TRUE(admin->ExecuteDdl(absl::StrCat("KILL CONNECTION ", id)).ok());
    return tx.Execute(kAdd, {2}).status();
  });
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ReasonOf(status), "DATABASE_UNAVAILABLE");
  EXPECT_EQ(Balance(1), 0);
  EXPECT_EQ(Balance(2), 0);
  EXPECT_TRUE(Do(*db_, kAdd, {1}).ok());
}

TEST_F(TransactionLoopTest, ReplacesConnectionsThatDiedWhileIdle) {
  auto admin = Open(options_);
  int64_t id = Number(*db_, "SELECT CONNECTION_ID()");
  ASSERT_TRUE(admin->ExecuteDdl(absl::StrCat("KILL CONNECTION ", id)).ok());
  EXPECT_TRUE(Do(*db_, kAdd, {1}).ok());
  EXPECT_EQ(Balance(1), 1);
}

TEST_F(TransactionLoopTest, SaysThatACommitIsUnknownWhenItsReplyIsLost) {
  SocketGate gate(PrivateMariaDb::Shared().socket());
  DatabaseOptions options = options_;
  options.socket = gate.socket();
  auto db = Open(options);
  int runs = 0;
  auto add = [&](Transaction& tx) {
    ++runs;
    return tx.Execute(kAdd, {1}).status();
  };
  gate.CutAt(kCommit, SocketGate::Cut::kBeforeReply);
  absl::Status unknown = db->Run(Soon(), add);
  EXPECT_TRUE(absl::IsUnavailable(unknown)) << unknown;
  EXPECT_EQ(ReasonOf(unknown), "COMMIT_UNKNOWN");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Balance(1), 1);  // it was stored; only the answer was lost

  gate.CutAt(kCommit, SocketGate::Cut::kBeforeRequest);
  EXPECT_EQ(ReasonOf(db->Run(Soon(), add)), "COMMIT_UNKNOWN");
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Balance(1), 1);

  EXPECT_TRUE(db->Run(Soon(), add).ok());
  EXPECT_EQ(Balance(1), 2);
  EXPECT_EQ(gate.cuts(), 2);
}

TEST(TransactionLoop, SurvivesTheDeathOfTheServer) {
  PrivateMariaDb::Options options;
  options.durable = true;
  PrivateMariaDb server(options);
  auto db = server.NewDatabase({AccountTable()});
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(Do(*db, "INSERT INTO account (id, balance_fen) VALUES (?, 1)", {i}).ok());
  }
  server.Kill9();
  absl::Status down = Do(*db, kAdd, {1});
  EXPECT_TRUE(absl::IsUnavailable(down)) << down;
  EXPECT_EQ(ReasonOf(down), "DATABASE_UNAVAILABLE");
  server.Restart();
  EXPECT_TRUE(Do(*db, kAdd, {1}).ok());
  EXPECT_EQ(Number(*db, "SELECT SUM(balance_fen) FROM account"), 21);
}

TEST(TransactionLoop, GivesUpOnAServerThatHangs) {
  PrivateMariaDb server;
  DatabaseOptions options = server.NewSchema();
  options.io_timeout = absl::Seconds(1);
  auto db = Database::Open(options);
  ASSERT_TRUE(db.ok()) << db.status();
  server.Freeze();
  absl::Status hangs = Do(**db, "SELECT 1");
  EXPECT_TRUE(absl::IsUnavailable(hangs)) << hangs;
  server.Thaw();
  EXPECT_EQ(Number(**db, "SELECT 1"), 1);
}

TEST(TransactionLoop, SaysThatItCannotConnect) {
  DatabaseOptions options;
  options.socket = "/nonexistent/socket";
  absl::Status status = Database::Open(options).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(ReasonOf(status), "DATABASE_UNAVAILABLE");
}

}  // namespace
}  // namespace jz::sql
