#include "common/sql/coalescing_writer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <thread>

#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

struct Account {
  int64_t id = 0;
  int64_t balance_fen = 0;
  int64_t batch = 0;  // set by the writer
};

using Statuses = absl::StatusOr<std::vector<absl::Status>>;

class CoalescingWriterTest : public ::testing::Test {
 protected:
  // One multi-row insert: a bad row fails all.
  Statuses InsertAll(Transaction& tx, absl::Span<Account* const> accounts) {
    Values rows;
    int64_t batch = ++batches_;
    for (Account* account : accounts) {
      rows.insert(rows.end(), {account->id, account->balance_fen});
      account->batch = batch;
    }
    JZ_RETURN_IF_ERROR(
        tx.InsertRows("INSERT INTO account (id, balance_fen) VALUES", 2, rows).status());
    return std::vector<absl::Status>(accounts.size());
  }
  auto Inserter() {
    return
        [this](Transaction& tx, absl::Span<Account* const> items) { return InsertAll(tx, items); };
  }

  std::unique_ptr<Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase({AccountTable()});
  std::atomic<int64_t> batches_ = 0;
};

TEST_F(CoalescingWriterTest, StoresWhatManyCallersWriteInFewerTransactions) {
  constexpr int kThreads = 64;
  constexpr int kEach = 20;
  CoalescingWriter<Account> writer(*db_, {}, Inserter());
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::atomic<int> handed_back = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Account account{.id = t * kEach + i, .balance_fen = 1};
        absl::Status status = writer.Write(account, Soon());
        ASSERT_TRUE(status.ok()) << status;
        if (account.batch > 0) ++handed_back;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), kThreads * kEach);
  EXPECT_EQ(handed_back, kThreads * kEach);
  EXPECT_LT(batches_, kThreads * kEach / 2);
}

TEST_F(CoalescingWriterTest, SparesTheNeighboursOfABadItem) {
  constexpr int kItems = 100;
  std::atomic<bool> open = false;
  CoalescingWriter<Account> writer(
      *db_, {.transactions = 1},
      [&](Transaction& tx, absl::Span<Account* const> items) -> Statuses {
        open.wait(false);  // until all have queued up
        return InsertAll(tx, items);
      });
  std::vector<absl::Status> results(kItems);
  std::latch queued(kItems);
  std::vector<std::thread> threads;
  threads.reserve(kItems);
  for (int i = 0; i < kItems; ++i) {
    threads.emplace_back([&, i] {
      Account account{.id = i, .balance_fen = i % 25 == 7 ? -1 : 1};  // breaks the check constraint
      queued.count_down();
      results[i] = writer.Write(account, Soon());
    });
  }
  queued.wait();
  open = true;
  open.notify_all();
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kItems; ++i) {
    EXPECT_EQ(results[i].ok(), i % 25 != 7) << i << " " << results[i];
    if (i % 25 == 7) {
      EXPECT_EQ(ReasonOf(results[i]), "CHECK_FAILED");
    }
  }
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), kItems - 4);
}

TEST_F(CoalescingWriterTest, GivesEachItemItsOwnStatus) {
  CoalescingWriter<Account> writer(
      *db_, {}, [&](Transaction& tx, absl::Span<Account* const> items) -> Statuses {
        std::vector<absl::Status> statuses;
        for (Account* account : items) {
          statuses.push_back(
              tx.Execute("INSERT INTO account (id, balance_fen) VALUES (?, 1)", {account->id})
                  .status());
        }
        return statuses;
      });
  Account first{.id = 5};
  Account again{.id = 5};
  EXPECT_TRUE(writer.Write(first, Soon()).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(writer.Write(again, Soon())));
}

TEST_F(CoalescingWriterTest, RefusesWhatDoesNotFitIntoTheQueueAndWhatWaitsTooLong) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::shared_future<void> left = leave.get_future().share();
  std::atomic<bool> first = true;
  CoalescingWriter<Account> writer(
      *db_, {.max_queue = 1, .transactions = 1},
      [&](Transaction& tx, absl::Span<Account* const> items) -> Statuses {
        if (first.exchange(false)) {
          entered.set_value();
          left.wait();
        }
        return InsertAll(tx, items);
      });
  auto write = [&](int64_t id, absl::Time deadline) {
    Account account{.id = id};
    return writer.Write(account, deadline);
  };
  auto stuck = std::async(std::launch::async, [&] { return write(1, absl::InfiniteFuture()); });
  entered.get_future().wait();
  // It takes the one place in the queue, gives it back at its deadline, and is never written.
  EXPECT_TRUE(absl::IsDeadlineExceeded(write(2, absl::Now() + absl::Milliseconds(20))));
  auto waiting = std::async(std::launch::async, [&] {
    absl::Status status;
    do status = write(3, Soon());
    while (absl::IsResourceExhausted(status));  // the probe below had the place
    return status;
  });
  absl::Status full;
  do full = write(4, absl::Now() - absl::Seconds(1));
  while (absl::IsDeadlineExceeded(full));  // the place was still free
  EXPECT_EQ(ReasonOf(full), "WRITE_QUEUE_FULL");
  leave.set_value();
  EXPECT_TRUE(stuck.get().ok());
  EXPECT_TRUE(waiting.get().ok());
  EXPECT_EQ(Number(*db_, "SELECT SUM(id) FROM account"), 4);
}

TEST_F(CoalescingWriterTest, TellsEveryCallerOnceWhenItIsStoredAndHoldsNoneOfThem) {
  constexpr int kItems = 500;
  constexpr int kBad = 123;
  std::vector<Account> accounts(kItems);
  std::vector<std::vector<absl::Status>> told(kItems);
  std::mutex mutex;
  std::latch left(kItems);
  CoalescingWriter<Account> writer(*db_, {.transactions = 1}, Inserter());
  for (int i = 0; i < kItems; ++i) {
    accounts[i] = {.id = i, .balance_fen = i == kBad ? -1 : 1};
    writer.WriteThen(accounts[i], Soon(), [&, i](absl::Status status) {
      if (i == 0) {
        EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account WHERE id = 0"), 1);
      }
      std::lock_guard lock(mutex);
      told[i].push_back(std::move(status));
      left.count_down();
    });
  }
  left.wait();
  std::lock_guard lock(mutex);
  for (int i = 0; i < kItems; ++i) {
    ASSERT_EQ(told[i].size(), 1u) << i;
    EXPECT_EQ(told[i][0].ok(), i != kBad) << i << " " << told[i][0];
  }
  EXPECT_EQ(ReasonOf(told[kBad][0]), "CHECK_FAILED");
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), kItems - 1);
  EXPECT_LT(batches_, kItems / 2);
}

TEST_F(CoalescingWriterTest, DoesNotWriteWhatComesTooLateOrDoesNotFit) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::shared_future<void> left = leave.get_future().share();
  std::atomic<bool> first = true;
  Account accounts[] = {{.id = 0}, {.id = 1}, {.id = 2}, {.id = 3}};
  absl::Status told[4];
  auto writer = std::make_unique<CoalescingWriter<Account>>(
      *db_, CoalescingOptions{.max_queue = 2, .transactions = 1},
      [&](Transaction& tx, absl::Span<Account* const> items) -> Statuses {
        if (first.exchange(false)) {
          entered.set_value();
          left.wait();
        }
        return InsertAll(tx, items);
      });
  const auto write = [&](int i, absl::Time deadline) {
    writer->WriteThen(accounts[i], deadline,
                      [&told, i](absl::Status status) { told[i] = std::move(status); });
  };
  write(0, Soon());
  entered.get_future().wait();
  write(1, absl::Now());
  write(2, Soon());
  write(3, Soon());
  EXPECT_EQ(ReasonOf(told[3]), "WRITE_QUEUE_FULL");
  leave.set_value();
  writer.reset();
  EXPECT_TRUE(told[0].ok()) << told[0];
  EXPECT_EQ(ReasonOf(told[1]), "DEADLINE_EXCEEDED");
  EXPECT_TRUE(told[2].ok()) << told[2];
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account WHERE id IN (0, 2)"), 2);
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), 2);
}

TEST_F(CoalescingWriterTest, FailsAllWhenTheDatabaseIsGone) {
  testing::PrivateMariaDb server;
  auto db = server.NewDatabase({AccountTable()});
  CoalescingWriter<Account> writer(*db, {}, Inserter());
  Account account{.id = 1};
  ASSERT_TRUE(writer.Write(account, Soon()).ok());
  server.Kill9();
  account.id = 2;
  EXPECT_TRUE(absl::IsUnavailable(writer.Write(account, Soon())));
  server.Restart();
  EXPECT_TRUE(writer.Write(account, Soon()).ok());
}

TEST_F(CoalescingWriterTest, FinishesWhatIsQueuedBeforeItEnds) {
  constexpr int kQueued = 50;
  std::promise<void> entered;
  std::promise<void> leave;
  std::shared_future<void> left = leave.get_future().share();
  std::atomic<bool> first = true;
  auto writer = std::make_unique<CoalescingWriter<Account>>(
      *db_, CoalescingOptions{.max_batch = 10, .max_queue = kQueued, .transactions = 1},
      [&](Transaction& tx, absl::Span<Account* const> items) -> Statuses {
        if (first.exchange(false)) {
          entered.set_value();
          left.wait();
        }
        return InsertAll(tx, items);
      });
  CoalescingWriter<Account>& shared = *writer;
  auto write_when_there_is_a_place = [&shared](int64_t id) {
    Account account{.id = id};
    absl::Status status;
    do status = shared.Write(account, Soon());
    while (absl::IsResourceExhausted(status));
    return status;
  };
  std::vector<std::future<absl::Status>> writes;
  writes.reserve(kQueued + 1);
  writes.push_back(std::async(std::launch::async, write_when_there_is_a_place, 0));
  entered.get_future().wait();
  for (int i = 1; i <= kQueued; ++i) {
    writes.push_back(std::async(std::launch::async, write_when_there_is_a_place, i));
  }
  Account probe{.id = -1};
  while (!absl::IsResourceExhausted(shared.Write(probe, absl::InfinitePast()))) {
  }
  auto ending = std::async(std::launch::async, [&] { writer.reset(); });
  leave.set_value();
  for (auto& write : writes) EXPECT_TRUE(write.get().ok());
  ending.wait();
  EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM account"), kQueued + 1);
}

}  // namespace
}  // namespace jz::sql
