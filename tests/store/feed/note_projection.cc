#include "tests/store/feed/note_projection.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/support/feed/feed_source.h"

namespace jz::testing {
namespace {

constexpr char kTables[] = R"(
CREATE TABLE note (
  name VARCHAR(64) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB;
CREATE TABLE applied (
  name VARCHAR(64) NOT NULL,
  version BIGINT NOT NULL,
  seq BIGINT NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (name, version),
  KEY (seq)
) ENGINE=InnoDB;
)";

absl::Status ApplyNote(sql::Transaction& tx, const common::v1::Change& change,
                       std::atomic<int>* refused) {
  JZ_ASSIGN_OR_RETURN(auto version,
                      tx.SelectOne("SELECT version FROM note WHERE name = ?", {change.resource()},
                                   [](const sql::Row& row) { return row.Int(0); }));
  if (version.value_or(0) + 1 != change.version()) {
    if (refused != nullptr) ++*refused;
    return FailedPrecondition("VERSION_GAP", {},
                              absl::StrCat(change.resource(), " ", change.version()));
  }
  JZ_RETURN_IF_ERROR(tx.Execute("INSERT INTO note (name, version) VALUES (?, ?) "
                                "ON DUPLICATE KEY UPDATE version = VALUES(version)",
                                {change.resource(), change.version()})
                         .status());
  return tx
      .Execute("INSERT INTO applied (name, version) VALUES (?, ?)",
               {change.resource(), change.version()})
      .status();
}

}  // namespace

std::vector<sql::Migration> NoteProjectionMigrations() {
  return {{.name = "0001_note", .sql = kTables}};
}

feed::ApplyFn ApplyNotes(std::atomic<int>* refused) {
  return [refused](sql::Transaction& tx,
                   absl::Span<const common::v1::Change> changes) -> absl::Status {
    for (const common::v1::Change& change : changes) {
      JZ_RETURN_IF_ERROR(ApplyNote(tx, change, refused));
    }
    return absl::OkStatus();
  };
}

std::vector<std::string> AppliedNotes(sql::Database& db) {
  std::vector<std::string> notes;
  absl::Status status = db.Read(absl::Now() + absl::Seconds(30), [&](sql::Transaction& tx) {
    notes.clear();
    return tx.Query("SELECT name, version FROM applied ORDER BY seq", {}, [&](const sql::Row& row) {
      notes.push_back(absl::StrCat(row.Text(0), " ", row.Int(1)));
    });
  });
  EXPECT_TRUE(status.ok()) << status;
  return notes;
}

int64_t AppliedCount(sql::Database& db) {
  int64_t count = 0;
  absl::Status status = db.Read(absl::Now() + absl::Seconds(30), [&](sql::Transaction& tx) {
    return tx.Query("SELECT COUNT(*) FROM applied", {},
                    [&](const sql::Row& row) { count = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status;
  return count;
}

feed::ConsumerOptions NoteConsumerOptions() {
  return {
      .source = "testing", .method = kStreamChanges, .types = {}, .retry = absl::Milliseconds(5)};
}

}  // namespace jz::testing
