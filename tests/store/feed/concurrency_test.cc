// Many writers, several sequencers, several consumers of one cursor: every change exactly once, the
// versions of each resource in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/store/feed/eventually.h"
#include "tests/store/feed/note_projection.h"
#include "tests/support/feed/feed_source.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

constexpr int kWriters = 6;
constexpr int kTransactions = 120;  // of each writer
constexpr int kNotes = 12;

const RegionCode kHere = Region("520111001001");

std::string NoteName(int number) { return absl::StrCat("n", number); }

// Raises the versions of a few notes, in sorted order, and publishes them.
absl::Status RaiseNotes(sql::Transaction& tx, int first, int count) {
  std::vector<common::v1::Change> changes;
  for (int i = first; i < first + count && i < kNotes; ++i) {
    JZ_RETURN_IF_ERROR(
        tx.Execute("UPDATE note SET version = version + 1 WHERE name = ?", {NoteName(i)}).status());
    JZ_ASSIGN_OR_RETURN(auto version,
                        tx.SelectOne("SELECT version FROM note WHERE name = ?", {NoteName(i)},
                                     [](const sql::Row& row) { return row.Int(0); }));
    changes.push_back(NoteChange(NoteName(i), version.value_or(0), kHere));
  }
  return feed::Publish(tx, std::move(changes));
}

void Write(sql::Database& db, FeedSource& source, int seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < kTransactions; ++i) {
    const int first = static_cast<int>(random() % kNotes);
    const int count = 1 + static_cast<int>(random() % 3);
    absl::Status status = db.Run(absl::Now() + absl::Seconds(60), [&](sql::Transaction& tx) {
      return RaiseNotes(tx, first, count);
    });
    ASSERT_TRUE(status.ok()) << status;
    source.outbox().Notify();
  }
}

// Published: the sum of all versions in the source's own table.
int64_t VersionSum(sql::Database& db) {
  int64_t sum = 0;
  absl::Status status = db.Read(absl::Now() + absl::Seconds(30), [&](sql::Transaction& tx) {
    return tx.Query("SELECT SUM(version) FROM note", {},
                    [&](const sql::Row& row) { sum = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return sum;
}

void AddNotes(sql::Database& db) {
  absl::Status status = db.Run(absl::Now() + absl::Seconds(30), [](sql::Transaction& tx) {
    sql::Values rows;
    for (int i = 0; i < kNotes; ++i) {
      rows.push_back(NoteName(i));
      rows.push_back(0);
    }
    return tx.InsertRows("INSERT INTO note (name, version) VALUES", 2, rows).status();
  });
  ASSERT_TRUE(status.ok()) << status;
}

TEST(Feed, GivesEveryChangeOnceAndInOrderUnderManyWritersSequencersAndConsumers) {
  auto source_db = PrivateMariaDb::Shared().NewDatabase(NoteProjectionMigrations());
  auto db = PrivateMariaDb::Shared().NewDatabase(NoteProjectionMigrations());
  auto metrics = telemetry::Metrics::Create();
  AddNotes(*source_db);
  std::atomic<int> refused = 0;

  std::vector<std::unique_ptr<FeedSource>> sources;
  std::vector<std::unique_ptr<rpc::Channel>> channels;
  std::vector<std::unique_ptr<feed::Consumer>> consumers;
  for (int i = 0; i < 3; ++i) {
    sources.push_back(std::make_unique<FeedSource>(
        *source_db, feed::OutboxOptions{.poll = absl::Milliseconds(1)}));
    channels.push_back(sources.back()->NewChannel());
    consumers.push_back(feed::Consumer::Start(*channels.back(), *db, *metrics,
                                              NoteConsumerOptions(), ApplyNotes(&refused)));
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] { Write(*source_db, *sources[i % sources.size()], i); });
  }
  for (std::thread& writer : writers) writer.join();

  const int64_t published = VersionSum(*source_db);
  ASSERT_GE(published, kWriters * kTransactions);
  ASSERT_TRUE(Eventually([&] { return AppliedCount(*db) >= published; }));
  consumers.clear();
  EXPECT_EQ(AppliedCount(*db), published);
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(VersionSum(*db), published);
}

}  // namespace
}  // namespace jz::testing
