#include "common/sql/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "common/status/status.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Database> EmptyDatabase() {
  return *Database::Open(testing::PrivateMariaDb::Shared().NewSchema());
}

// Every statement counts itself: one that is applied twice shows.
std::vector<Migration> Counting() {
  return {{.name = "0001_counter",
           .sql = "CREATE TABLE counter (id INT NOT NULL PRIMARY KEY, n INT NOT NULL);\n"
                  "INSERT INTO counter VALUES (1, 0);\n"},
          {.name = "0002_count",
           .sql = "UPDATE counter SET n = n + 1;\nUPDATE counter SET n = n + 10;"}};
}

TEST(Migrate, AppliesEachStatementOnce) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(Migrate(*db, "test", {Counting()[0]}).ok());
  ASSERT_TRUE(Migrate(*db, "test", Counting()).ok());
  ASSERT_TRUE(Migrate(*db, "test", Counting()).ok());
  EXPECT_EQ(Number(*db, "SELECT n FROM counter"), 11);
}

TEST(Migrate, AppliesEachStatementOnceWhenEightReplicasStartTogether) {
  testing::PrivateMariaDb& server = testing::PrivateMariaDb::Shared();
  DatabaseOptions options = server.NewSchema();
  constexpr int kReplicas = 8;
  std::latch start(kReplicas);
  std::vector<absl::Status> results(kReplicas);
  std::vector<std::thread> threads;
  threads.reserve(kReplicas);
  for (int i = 0; i < kReplicas; ++i) {
    threads.emplace_back([&, i] {
      auto db = *Database::Open(options);
      start.arrive_and_wait();
      results[i] = Migrate(*db, "test", Counting());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) EXPECT_TRUE(result.ok()) << result;
  EXPECT_EQ(Number(**Database::Open(options), "SELECT n FROM counter"), 11);
}

TEST(Migrate, KeepsTheSequencesOfOwnersApart) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(
      Migrate(*db, "a", {{.name = "0001_x", .sql = "CREATE TABLE a (id INT PRIMARY KEY)"}}).ok());
  ASSERT_TRUE(
      Migrate(*db, "b", {{.name = "0001_x", .sql = "CREATE TABLE b (id INT PRIMARY KEY)"}}).ok());
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM schema_migration"), 2);
}

TEST(Migrate, RefusesAFileThatChangedAfterItWasApplied) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(Migrate(*db, "test", Counting()).ok());
  std::vector<Migration> changed = Counting();
  changed[1].sql = "UPDATE counter SET n = n + 100;";
  absl::Status status = Migrate(*db, "test", changed);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(ReasonOf(status), "MIGRATION_CHANGED");
  EXPECT_EQ(MetadataOf(status, "migration"), "test/0002_count");
  changed[1].sql = Counting()[1].sql + "UPDATE counter SET n = n + 100;";
  EXPECT_EQ(ReasonOf(Migrate(*db, "test", changed)), "MIGRATION_CHANGED");
  changed[1].sql = "-- A comment does not count.\n" + Counting()[1].sql;
  EXPECT_TRUE(Migrate(*db, "test", changed).ok());
  EXPECT_EQ(Number(*db, "SELECT n FROM counter"), 11);
}

TEST(Migrate, NamesTheFileThatFailsAndGoesOnThereWhenItIsMended) {
  auto db = EmptyDatabase();
  std::vector<Migration> migrations = Counting();
  migrations[1].sql = "UPDATE counter SET n = n + 1;\nUPDATE no_such_table SET n = 1;";
  absl::Status status = Migrate(*db, "test", migrations);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("test/0002_count"));
  EXPECT_EQ(Number(*db, "SELECT n FROM counter"), 1);
  // What was applied of the file must not have been changed meanwhile.
  migrations[1].sql = "UPDATE counter SET n = n + 2;\nUPDATE counter SET n = n + 10;";
  EXPECT_EQ(ReasonOf(Migrate(*db, "test", migrations)), "MIGRATION_CHANGED");
  EXPECT_TRUE(Migrate(*db, "test", Counting()).ok());
  EXPECT_EQ(Number(*db, "SELECT n FROM counter"), 11);
}

TEST(Migrate, AcceptsASchemaThatIsAheadOfTheBinary) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(Migrate(*db, "test", Counting()).ok());
  EXPECT_TRUE(Migrate(*db, "test", {Counting()[0]}).ok());
}

TEST(Migrate, TakesOverALeaseThatRanOut) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(Migrate(*db, "test", {Counting()[0]}).ok());
  ASSERT_TRUE(Do(*db, "UPDATE schema_lock SET holder = 'dead', expires_at_us = 1").ok());
  ASSERT_TRUE(Migrate(*db, "test", Counting()).ok());
  EXPECT_EQ(Number(*db, "SELECT n FROM counter"), 11);
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM schema_lock WHERE holder = ''"), 1);
}

TEST(Migrate, MakesTheSharedTables) {
  auto db = EmptyDatabase();
  ASSERT_TRUE(Migrate(*db, "common", Migrations()).ok());
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM id_block"), 0);
  EXPECT_EQ(Number(*db, "SELECT COUNT(*) FROM idempotency"), 0);
}

}  // namespace
}  // namespace jz::sql
