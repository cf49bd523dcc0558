// What writers and sequencers do with table outbox.
#include "common/feed/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/feed/sequencer.h"
#include "common/status/status.h"
#include "tests/store/feed/eventually.h"
#include "tests/support/feed/feed_source.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;

const RegionCode kVillage = Region("520111001001");

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

int64_t Number(sql::Database& db, absl::string_view query) {
  int64_t number = -1;
  absl::Status status = db.Read(Soon(), [&](sql::Transaction& tx) {
    return tx.Query(query, {}, [&](const sql::Row& row) { number = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return number;
}

// Ids of the outbox in the order of the feed; rows without a place are left out.
std::vector<int64_t> FeedOrder(sql::Database& db) {
  std::vector<int64_t> ids;
  absl::Status status = db.Read(Soon(), [&](sql::Transaction& tx) {
    return tx.Query("SELECT id FROM outbox WHERE position > 0 ORDER BY position, id", {},
                    [&](const sql::Row& row) { ids.push_back(row.Int(0)); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return ids;
}

std::vector<common::v1::Change> Notes(int count, size_t payload_bytes = 1) {
  std::vector<common::v1::Change> changes;
  for (int i = 0; i < count; ++i) {
    feedpb::NoteChanged payload;
    payload.set_note(std::string(payload_bytes, 'x'));
    changes.push_back(
        feed::MakeChange(absl::StrCat("notes/", i), kVillage, 1, absl::Now(), payload));
  }
  return changes;
}

// Only its own calls of CatchUp place anything: its thread comes round once an hour.
constexpr absl::Duration kNever = absl::Hours(1);

TEST(Publish, KeepsTheChangesOfATransactionInOneRow) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, {NoteChange("a", 1, Region("520111001001")),
                   NoteChange("b", 1, Region("520102002003"))});
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox"), 1);
  EXPECT_EQ(Number(*db, "SELECT change_count FROM outbox"), 2);
  EXPECT_EQ(Number(*db, "SELECT region_low FROM outbox"), 520102002003);
  EXPECT_EQ(Number(*db, "SELECT region_high FROM outbox"), 520111001001);
  EXPECT_EQ(Number(*db, "SELECT byte_count = LENGTH(changes) FROM outbox"), 1);
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox WHERE position > 0"), 0);
}

TEST(Publish, WritesNothingForNoChange) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, {});
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox"), 0);
}

TEST(Publish, SplitsAtAThousandChanges) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, Notes(2500));
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox"), 3);
  EXPECT_EQ(Number(*db, "SELECT MAX(change_count) FROM outbox"), 1000);
  EXPECT_EQ(Number(*db, "SELECT SUM(change_count) FROM outbox"), 2500);
}

TEST(Publish, SplitsAtAMebibyte) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, Notes(30, 100'000));
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox"), 3);
  EXPECT_LE(Number(*db, "SELECT MAX(byte_count) FROM outbox"), (1 << 20) + 100);
}

TEST(Publish, RefusesAChangeThatFitsNoRow) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  absl::Status status = db->Run(
      Soon(), [&](sql::Transaction& tx) { return feed::Publish(tx, Notes(1, (1 << 20) + 1)); });
  EXPECT_EQ(ReasonOf(status), "FEED_CHANGE_TOO_LARGE");
}

TEST(Publish, RefusesAChangeWithoutARegion) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  std::vector<common::v1::Change> changes = Notes(1);
  changes[0].clear_region_code();
  absl::Status status =
      db->Run(Soon(), [&](sql::Transaction& tx) { return feed::Publish(tx, changes); });
  EXPECT_EQ(ReasonOf(status), "FEED_CHANGE_REGION");
}

TEST(Sequencer, PlacesARowThatCommitsLateBehindThoseItMissed) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  feed::Sequencer sequencer(*db, kNever);
  OpenTransaction first(*db, {NoteChange("first", 1, kVillage)});
  PublishNow(*db, {NoteChange("second", 1, kVillage)});
  ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  EXPECT_THAT(FeedOrder(*db), ElementsAre(2));
  ASSERT_TRUE(first.Commit().ok());
  ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  EXPECT_THAT(FeedOrder(*db), ElementsAre(2, 1));
}

TEST(Sequencer, PlacesMoreRowsThanOnePassTakes) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  feed::Sequencer sequencer(*db, kNever);
  absl::Status status = db->Run(Soon(), [&](sql::Transaction& tx) {
    absl::Status published;
    for (int i = 0; i < 2300 && published.ok(); ++i) published = feed::Publish(tx, Notes(1));
    return published;
  });
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox WHERE position = 0"), 0);
  EXPECT_EQ(Number(*db, "SELECT next_position FROM feed_sequence"), 2301);
  EXPECT_EQ(sequencer.end(), 2301);
  std::vector<int64_t> order = FeedOrder(*db);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Sequencer, WritesNothingWhileNothingIsPublished) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, Notes(3));
  feed::Sequencer sequencer(*db, kNever);
  ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  const int64_t flushes = Number(*db, "SELECT flush_count FROM feed_sequence");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  EXPECT_EQ(Number(*db, "SELECT flush_count FROM feed_sequence"), flushes);
  EXPECT_EQ(Number(*db, "SELECT next_position FROM feed_sequence"), 4);
}

TEST(Sequencer, MakesThePlacesOfAnotherReplicaDurableOnceBeforeItShowsThem) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  feed::Sequencer here(*db, kNever);
  feed::Sequencer there(*db, kNever);
  ASSERT_TRUE(here.CatchUp(Soon()).ok());
  ASSERT_TRUE(there.CatchUp(Soon()).ok());
  PublishNow(*db, Notes(2));
  ASSERT_TRUE(there.CatchUp(Soon()).ok());
  EXPECT_EQ(here.end(), 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(here.CatchUp(Soon()).ok());
  EXPECT_EQ(here.end(), 3);
  EXPECT_EQ(Number(*db, "SELECT flush_count FROM feed_sequence"), 1);
}

TEST(Sequencer, LooksAtOnceWhenNotified) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  feed::Sequencer sequencer(*db, kNever);
  ASSERT_TRUE(sequencer.CatchUp(Soon()).ok());
  PublishNow(*db, Notes(1));
  sequencer.Notify();
  EXPECT_EQ(sequencer.WaitPast(1, Soon()), 2);
}

TEST(Purge, KeepsRowsWithoutAPlace) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  PublishNow(*db, Notes(1));
  absl::StatusOr<int64_t> purged = feed::Purge(*db, absl::Now() + absl::Hours(1), Soon());
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_EQ(*purged, 0);
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM outbox"), 1);
}

TEST(Sequencer, GoesOnAfterTheDatabaseWasAway) {
  PrivateMariaDb server({.durable = true, .extra_arguments = {}});
  auto db = server.NewDatabase();
  feed::Sequencer sequencer(*db, absl::Milliseconds(1));
  PublishNow(*db, Notes(1));
  ASSERT_EQ(sequencer.WaitPast(1, Soon()), 2);
  server.Kill9();
  EXPECT_FALSE(sequencer.CatchUp(absl::Now() + absl::Seconds(1)).ok());
  server.Restart();
  PublishNow(*db, Notes(1));
  EXPECT_EQ(sequencer.WaitPast(2, Soon()), 3);
}

}  // namespace
}  // namespace jz::testing
