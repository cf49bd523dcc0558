// What a caller of StreamChanges gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "tests/store/feed/eventually.h"
#include "tests/support/feed/feed_source.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

using common::v1::StreamChangesRequest;
using common::v1::StreamChangesResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const RegionCode kHere = Region("520111001001");
const RegionCode kNextVillage = Region("520111001002");
const RegionCode kOtherCounty = Region("520102001001");

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : db_(PrivateMariaDb::Shared().NewDatabase()), source_(*db_) {}

  std::unique_ptr<sql::Database> db_;
  FeedSource source_;
};

std::vector<common::v1::Change> Numbered(int count) {
  std::vector<common::v1::Change> changes;
  for (int i = 0; i < count; ++i) changes.push_back(NoteChange(absl::StrCat(i), 1, kHere));
  return changes;
}

TEST_F(StreamTest, SendsWhatWasCommittedBeforeTheCall) {
  PublishNow(*db_, {NoteChange("a", 7, kHere), NoteChange("b", 1, kHere)});
  PublishNow(*db_, {NoteChange("a", 8, kHere)});
  ReadFeed read = ReadUntilCurrent(source_.NewClient());
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.names(), ElementsAre("notes/a", "notes/b", "notes/a"));
  const common::v1::Change& change = read.responses[0].changes(0);
  EXPECT_EQ(change.type(), "jingzhun.testing.feed.v1.NoteChanged");
  EXPECT_EQ(change.region_code(), "520111001001");
  EXPECT_EQ(change.version(), 7);
  feedpb::NoteChanged payload;
  ASSERT_TRUE(change.payload().UnpackTo(&payload));
  EXPECT_EQ(payload.note(), "a");
  EXPECT_EQ(read.responses.back().backlog(), 0);
}

TEST_F(StreamTest, AnEmptyFeedGivesACursorToGoOnFrom) {
  ReadFeed read = ReadUntilCurrent(source_.NewClient());
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.responses, SizeIs(1));
  PublishNow(*db_, {NoteChange("a", 1, kHere)});
  EXPECT_THAT(ReadAfter(source_.NewClient(), read.cursor()).names(), ElementsAre("notes/a"));
}

TEST_F(StreamTest, GoesOnBehindEveryCursorThatItGave) {
  PublishNow(*db_, Numbered(2500));
  PublishNow(*db_, Numbered(1));
  ReadFeed all = ReadUntilCurrent(source_.NewClient());
  ASSERT_TRUE(all.status.ok()) << all.status;
  const std::vector<std::string> names = all.names();
  ASSERT_THAT(names, SizeIs(2501));
  size_t seen = 0;
  for (const StreamChangesResponse& response : all.responses) {
    EXPECT_LE(response.changes_size(), 1000);
    seen += response.changes_size();
    EXPECT_EQ(response.backlog(), 2501 - static_cast<int64_t>(seen));
    std::vector<std::string> rest = ReadAfter(source_.NewClient(), response.cursor()).names();
    EXPECT_EQ(rest, std::vector<std::string>(names.begin() + seen, names.end()));
  }
}

TEST_F(StreamTest, GoesOnInsideARowThatIsLargerThanAResponse) {
  // The first row fills a response in part, so the second row is cut.
  PublishNow(*db_, Numbered(600));
  PublishNow(*db_, Numbered(900));
  ReadFeed all = ReadUntilCurrent(source_.NewClient());
  ASSERT_THAT(all.responses, SizeIs(2));
  EXPECT_EQ(all.responses[0].changes_size(), 1000);
  EXPECT_EQ(all.responses[0].backlog(), 500);
  ReadFeed rest = ReadAfter(source_.NewClient(), all.responses[0].cursor());
  ASSERT_THAT(rest.names(), SizeIs(500));
  EXPECT_EQ(rest.names().front(), "notes/400");
  EXPECT_EQ(rest.responses.back().backlog(), 0);
}

TEST_F(StreamTest, KeepsResponsesNearAMebibyte) {
  feedpb::NoteChanged payload;
  payload.set_note(std::string(300'000, 'x'));
  for (int i = 0; i < 20; ++i) {
    PublishNow(*db_, {feed::MakeChange("notes/large", kHere, i, absl::Now(), payload)});
  }
  ReadFeed all = ReadUntilCurrent(source_.NewClient());
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.names(), SizeIs(20));
  for (const StreamChangesResponse& response : all.responses) {
    EXPECT_LE(response.ByteSizeLong(), (1 << 20) + 1000);
  }
}

TEST_F(StreamTest, SendsOnlyWhatLiesInTheCallersScope) {
  PublishNow(*db_, {NoteChange("here", 1, kHere), NoteChange("far", 1, kOtherCounty)});
  PublishNow(*db_, {NoteChange("far2", 1, kOtherCounty)});
  PublishNow(*db_, {NoteChange("next", 1, kNextVillage)});
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient({"520111000000"})).names(),
              ElementsAre("notes/here", "notes/next"));
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient({"520111001002", "520102000000"})).names(),
              ElementsAre("notes/far", "notes/far2", "notes/next"));
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient({"530000000000"})).names(), IsEmpty());
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient({})).names(), IsEmpty());
}

TEST_F(StreamTest, NarrowsTheScopeToTheRequestedRegion) {
  PublishNow(*db_, {NoteChange("here", 1, kHere), NoteChange("next", 1, kNextVillage),
                    NoteChange("far", 1, kOtherCounty)});
  StreamChangesRequest request;
  request.set_region_code("520111001002");
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient(), request).names(), ElementsAre("notes/next"));
  // A region above the caller's own: what is seen is what lies in both.
  request.set_region_code("520000000000");
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient({"520102000000"}), request).names(),
              ElementsAre("notes/far"));
  request.set_region_code("520111000000");
  ReadFeed refused = ReadUntilCurrent(source_.NewClient({"520102000000"}), request);
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(refused.status), "REGION_OUT_OF_SCOPE");
  EXPECT_THAT(refused.responses, IsEmpty());
}

TEST_F(StreamTest, SendsOnlyTheTypesAskedFor) {
  feedpb::NoteRemoved removed;
  PublishNow(
      *db_, {NoteChange("a", 1, kHere), feed::MakeChange("notes/a", kHere, 2, absl::Now(), removed),
             NoteChange("b", 1, kHere)});
  StreamChangesRequest request;
  request.add_types("jingzhun.testing.feed.v1.NoteRemoved");
  ReadFeed read = ReadUntilCurrent(source_.NewClient(), request);
  ASSERT_THAT(read.names(), SizeIs(1));
  EXPECT_EQ(read.responses[0].changes(0).version(), 2);
  // The cursor has passed the others.
  EXPECT_THAT(ReadAfter(source_.NewClient(), read.cursor()).names(), IsEmpty());
}

TEST_F(StreamTest, RefusesMalformedRequests) {
  StreamChangesRequest request;
  request.set_region_code("5201");
  for (int i = 0; i < 101; ++i) request.add_types(absl::StrCat("t", i));
  ReadFeed read = ReadUntilCurrent(source_.NewClient(), request);
  EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(read.status), "INVALID_REQUEST");
}

TEST_F(StreamTest, RefusesCursorsThatItNeverMade) {
  PublishNow(*db_, {NoteChange("a", 1, kHere)});
  const std::string cursor = ReadUntilCurrent(source_.NewClient()).cursor();
  std::string damaged = cursor;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  auto other_db = PrivateMariaDb::Shared().NewDatabase();
  FeedSource other(*other_db);
  PublishNow(*other_db, {NoteChange("a", 1, kHere)});
  const std::string foreign = ReadUntilCurrent(other.NewClient()).cursor();
  const std::vector<std::string> forged = {
      "1",     "x",     damaged, cursor.substr(1), cursor + "A", std::string(10'000, 'A'),
      foreign, "' OR 1"};
  for (const std::string& text : forged) {
    ReadFeed read = ReadAfter(source_.NewClient(), text);
    EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(read.status), "FEED_CURSOR_INVALID") << text;
    EXPECT_THAT(read.responses, IsEmpty()) << text;
  }
}

TEST_F(StreamTest, RefusesACursorAheadOfTheFeed) {
  PublishNow(*db_, {NoteChange("a", 1, kHere)});
  const std::string cursor = ReadUntilCurrent(source_.NewClient()).cursor();
  // As after a restore from an older backup.
  ASSERT_TRUE(db_->Run(absl::Now() + absl::Seconds(10),
                       [](sql::Transaction& tx) {
                         return tx.Execute("UPDATE feed_sequence SET next_position = 1").status();
                       })
                  .ok());
  EXPECT_EQ(ReasonOf(ReadAfter(source_.NewClient(), cursor).status), "FEED_CURSOR_INVALID");
}

TEST_F(StreamTest, WaitsForChangesAndSendsThemAsTheyAreCommitted) {
  auto responses = source_.NewClient().ServerStream("StreamChanges", StreamChangesRequest());
  StreamChangesResponse response;
  ASSERT_TRUE(responses->Read(response));  // alive, and current
  EXPECT_EQ(response.changes_size(), 0);
  for (const char* name : {"a", "b"}) {
    PublishNow(*db_, {NoteChange(name, 1, kHere)});
    source_.outbox().Notify();
    ASSERT_TRUE(responses->Read(response));
    ASSERT_EQ(response.changes_size(), 1);
    EXPECT_EQ(response.changes(0).resource(), absl::StrCat("notes/", name));
  }
  responses->Cancel();
}

TEST_F(StreamTest, DoesNotWaitForAnOpenTransactionAndSendsItLater) {
  OpenTransaction first(*db_, {NoteChange("first", 1, kHere)});
  PublishNow(*db_, {NoteChange("second", 1, kHere)});
  ReadFeed before = ReadUntilCurrent(source_.NewClient());
  EXPECT_THAT(before.names(), ElementsAre("notes/second"));
  ASSERT_TRUE(first.Commit().ok());
  EXPECT_THAT(ReadAfter(source_.NewClient(), before.cursor()).names(), ElementsAre("notes/first"));
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient()).names(),
              ElementsAre("notes/second", "notes/first"));
}

TEST_F(StreamTest, EndsWithItsDeadline) {
  auto responses = source_.NewClient()
                       .WithTimeout(absl::Milliseconds(300))
                       .ServerStream("StreamChanges", StreamChangesRequest());
  StreamChangesResponse response;
  while (responses->Read(response)) {
  }
  EXPECT_EQ(responses->Finish().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(StreamTest, EndsWhenTheServerDrains) {
  auto responses = source_.NewClient().ServerStream("StreamChanges", StreamChangesRequest());
  StreamChangesResponse response;
  ASSERT_TRUE(responses->Read(response));
  source_.Stop();
  while (responses->Read(response)) {
  }
  EXPECT_EQ(responses->Finish().code(), absl::StatusCode::kUnavailable);
}

TEST(StreamHeartbeat, MovesTheCursorPastWhatTheCallerDoesNotGet) {
  auto db = PrivateMariaDb::Shared().NewDatabase();
  FeedSource source(*db, {.poll = absl::Milliseconds(1), .heartbeat = absl::Milliseconds(20)});
  auto responses =
      source.NewClient({"520102000000"}).ServerStream("StreamChanges", StreamChangesRequest());
  StreamChangesResponse response;
  ASSERT_TRUE(responses->Read(response));
  const std::string start = response.cursor();
  PublishNow(*db, {NoteChange("here", 1, kHere)});
  int heartbeats = 0;
  while (response.cursor() == start || heartbeats < 3) {
    ASSERT_TRUE(responses->Read(response));
    ASSERT_EQ(response.changes_size(), 0);
    if (response.cursor() != start) ++heartbeats;
  }
  EXPECT_EQ(response.backlog(), 0);
  responses->Cancel();
  EXPECT_THAT(ReadAfter(source.NewClient(), response.cursor()).names(), IsEmpty());
  EXPECT_THAT(ReadAfter(source.NewClient(), start).names(), ElementsAre("notes/here"));
}

TEST_F(StreamTest, RefusesACursorWhoseChangesWerePurged) {
  const ReadFeed beginning = ReadUntilCurrent(source_.NewClient());
  PublishNow(*db_, {NoteChange("old", 1, kHere)});
  ASSERT_THAT(ReadUntilCurrent(source_.NewClient()).names(), SizeIs(1));
  absl::StatusOr<int64_t> purged =
      feed::Purge(*db_, absl::Now() + absl::Hours(1), absl::Now() + absl::Seconds(30));
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_EQ(*purged, 1);
  PublishNow(*db_, {NoteChange("new", 1, kHere)});
  for (const std::string& cursor : {std::string(), beginning.cursor()}) {
    ReadFeed refused = ReadAfter(source_.NewClient(), cursor);
    EXPECT_EQ(refused.status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(refused.status), "FEED_CURSOR_EXPIRED");
  }
}

TEST_F(StreamTest, GoesOnFromTheLastPurgedChange) {
  PublishNow(*db_, {NoteChange("old", 1, kHere)});
  const std::string cursor = ReadUntilCurrent(source_.NewClient()).cursor();
  absl::StatusOr<int64_t> purged =
      feed::Purge(*db_, absl::Now() + absl::Hours(1), absl::Now() + absl::Seconds(30));
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_EQ(*purged, 1);
  PublishNow(*db_, {NoteChange("new", 1, kHere)});
  ReadFeed read = ReadAfter(source_.NewClient(), cursor);
  EXPECT_THAT(read.names(), ElementsAre("notes/new"));
  EXPECT_EQ(read.responses.back().backlog(), 0);
}

TEST_F(StreamTest, PurgesOnlyWhatIsOldEnough) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  PublishNow(*db_, {NoteChange("a", 1, kHere)});
  ASSERT_TRUE(ReadUntilCurrent(source_.NewClient()).status.ok());
  absl::StatusOr<int64_t> purged = feed::Purge(*db_, before, absl::Now() + absl::Seconds(30));
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_EQ(*purged, 0);
  EXPECT_THAT(ReadUntilCurrent(source_.NewClient()).names(), ElementsAre("notes/a"));
}

}  // namespace
}  // namespace jz::testing
