// A consumer applies every change once, whatever breaks in between.
#include "common/feed/consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/store/feed/eventually.h"
#include "tests/store/feed/note_projection.h"
#include "tests/support/feed/feed_source.h"
#include "tests/support/mariadb.h"
#include "tests/support/socket_gate.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;

const RegionCode kHere = Region("520111001001");

class ConsumerTest : public ::testing::Test {
 protected:
  ConsumerTest()
      : source_db_(PrivateMariaDb::Shared().NewDatabase()),
        db_(PrivateMariaDb::Shared().NewDatabase(NoteProjectionMigrations())),
        source_(*source_db_, {.poll = absl::Milliseconds(2)}),
        channel_(source_.NewChannel()),
        metrics_(telemetry::Metrics::Create()) {}

  std::unique_ptr<feed::Consumer> StartConsumer(feed::ApplyFn apply = ApplyNotes()) {
    return feed::Consumer::Start(*channel_, *db_, *metrics_, NoteConsumerOptions(),
                                 std::move(apply));
  }
  bool Applied(int64_t count) {
    return Eventually([&] { return AppliedCount(*db_) >= count; });
  }

  std::unique_ptr<sql::Database> source_db_;
  std::unique_ptr<sql::Database> db_;
  FeedSource source_;
  std::unique_ptr<rpc::Channel> channel_;
  std::unique_ptr<telemetry::Metrics> metrics_;
};

TEST_F(ConsumerTest, ProjectsABacklogAndThenWhatComes) {
  PublishNow(*source_db_, {NoteChange("a", 1, kHere), NoteChange("b", 1, kHere)});
  auto consumer = StartConsumer();
  ASSERT_TRUE(Applied(2));
  PublishNow(*source_db_, {NoteChange("a", 2, kHere)});
  ASSERT_TRUE(Applied(3));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/a 1", "notes/b 1", "notes/a 2"));
}

TEST_F(ConsumerTest, DoesNotSkipATransactionThatCommitsLate) {
  auto consumer = StartConsumer();
  OpenTransaction first(*source_db_, {NoteChange("first", 1, kHere)});
  PublishNow(*source_db_, {NoteChange("second", 1, kHere)});
  ASSERT_TRUE(Applied(1));
  ASSERT_TRUE(first.Commit().ok());
  ASSERT_TRUE(Applied(2));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/second 1", "notes/first 1"));
}

TEST_F(ConsumerTest, GoesOnWhereItsPredecessorStopped) {
  PublishNow(*source_db_, {NoteChange("a", 1, kHere)});
  std::string cursor;
  {
    auto consumer = StartConsumer();
    ASSERT_TRUE(Applied(1));
    ASSERT_TRUE(Eventually([&] { return consumer->Cursor().value_or("") != ""; }));
    cursor = *consumer->Cursor();
  }
  PublishNow(*source_db_, {NoteChange("a", 2, kHere)});
  auto consumer = StartConsumer();
  EXPECT_EQ(consumer->Cursor().value_or(""), cursor);
  ASSERT_TRUE(Applied(2));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/a 1", "notes/a 2"));
}

TEST_F(ConsumerTest, AppliesOnceWhenItDiesBetweenApplyingAndCommitting) {
  PublishNow(*source_db_, {NoteChange("a", 1, kHere), NoteChange("a", 2, kHere)});
  std::atomic<int> deaths = 0;
  std::atomic<int> refused = 0;
  auto consumer = StartConsumer([&](sql::Transaction& tx, auto changes) -> absl::Status {
    JZ_RETURN_IF_ERROR(ApplyNotes(&refused)(tx, changes));
    if (++deaths < 3) return Unavailable("DIED", "between apply and commit");
    return absl::OkStatus();
  });
  ASSERT_TRUE(Applied(2));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/a 1", "notes/a 2"));
  EXPECT_EQ(refused, 0);
}

// The reply to a commit, or the commit itself, is lost with the connection.
class LostCommitTest : public ConsumerTest,
                       public ::testing::WithParamInterface<SocketGate::Cut> {};

TEST_P(LostCommitTest, AppliesOnce) {
  sql::DatabaseOptions options = PrivateMariaDb::Shared().NewSchema();
  auto direct = sql::Database::Open(options);
  ASSERT_TRUE(direct.ok()) << direct.status();
  ASSERT_TRUE(sql::Migrate(**direct, "common", sql::Migrations()).ok());
  ASSERT_TRUE(sql::Migrate(**direct, "test", NoteProjectionMigrations()).ok());
  SocketGate gate(options.socket);
  options.socket = gate.socket();
  auto gated = sql::Database::Open(options);
  ASSERT_TRUE(gated.ok()) << gated.status();

  PublishNow(*source_db_, {NoteChange("a", 1, kHere)});
  std::atomic<bool> armed = false;
  std::atomic<int> refused = 0;
  auto consumer = feed::Consumer::Start(*channel_, **gated, *metrics_, NoteConsumerOptions(),
                                        [&](sql::Transaction& tx, auto changes) -> absl::Status {
                                          if (!armed.exchange(true))
                                            gate.CutAt("COMMIT", GetParam());
                                          return ApplyNotes(&refused)(tx, changes);
                                        });
  ASSERT_TRUE(Eventually([&] { return gate.cuts() == 1; }));
  PublishNow(*source_db_, {NoteChange("a", 2, kHere)});
  ASSERT_TRUE(Eventually([&] { return AppliedCount(**direct) == 2; }));
  EXPECT_THAT(AppliedNotes(**direct), ElementsAre("notes/a 1", "notes/a 2"));
  EXPECT_EQ(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Cuts, LostCommitTest,
                         ::testing::Values(SocketGate::Cut::kBeforeRequest,
                                           SocketGate::Cut::kBeforeReply));

TEST_F(ConsumerTest, StopsAtAChangeThatIsRefusedUntilItIsAccepted) {
  std::atomic<bool> refuse = true;
  std::atomic<int> refused = 0;
  auto consumer = StartConsumer([&](sql::Transaction& tx, auto changes) -> absl::Status {
    for (const auto& change : changes) {
      if (refuse && change.resource() == "notes/bad") {
        ++refused;
        return FailedPrecondition("NOT_YET", {}, "cannot be applied");
      }
    }
    return ApplyNotes()(tx, changes);
  });
  PublishNow(*source_db_, {NoteChange("good", 1, kHere)});
  ASSERT_TRUE(Applied(1));
  PublishNow(*source_db_, {NoteChange("bad", 1, kHere)});
  PublishNow(*source_db_, {NoteChange("good", 2, kHere)});
  ASSERT_TRUE(Eventually([&] { return refused >= 3; }));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/good 1"));
  refuse = false;
  ASSERT_TRUE(Applied(3));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/good 1", "notes/bad 1", "notes/good 2"));
}

TEST_F(ConsumerTest, ReconnectsWhenTheSourceWasAway) {
  source_.Stop();
  PublishNow(*source_db_, {NoteChange("a", 1, kHere)});
  auto consumer = StartConsumer();
  source_.Start();
  ASSERT_TRUE(Applied(1));
  source_.Stop();
  PublishNow(*source_db_, {NoteChange("a", 2, kHere)});
  source_.Start();
  ASSERT_TRUE(Applied(2));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/a 1", "notes/a 2"));
}

TEST_F(ConsumerTest, AsksOnlyForItsTypes) {
  feedpb::NoteRemoved removed;
  PublishNow(*source_db_, {feed::MakeChange("notes/gone", kHere, 1, absl::Now(), removed)});
  PublishNow(*source_db_, {NoteChange("a", 1, kHere)});
  feed::ConsumerOptions options = NoteConsumerOptions();
  options.types = {"jingzhun.testing.feed.v1.NoteChanged"};
  auto consumer = feed::Consumer::Start(*channel_, *db_, *metrics_, options, ApplyNotes());
  ASSERT_TRUE(Applied(1));
  EXPECT_THAT(AppliedNotes(*db_), ElementsAre("notes/a 1"));
}

TEST_F(ConsumerTest, EndsAtOnceAlsoWhileTheSourceIsAway) {
  source_.Stop();
  auto consumer = StartConsumer();
  const absl::Time start = absl::Now();
  consumer.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

}  // namespace
}  // namespace jz::testing
