#include "common/sql/migrate.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "common/base/sha256.h"
#include "common/base/uuid.h"
#include "common/sql/split_statements.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

// DDL commits by itself, so a row lock would not last. The lock is a lease: a row with a holder and
// an end, by the database's clock, renewed by a thread while statements run.
constexpr absl::Duration kLease = absl::Seconds(30);
constexpr absl::Duration kRenewal = absl::Seconds(5);
constexpr absl::Duration kPoll = absl::Milliseconds(50);
constexpr absl::Duration kShort = absl::Seconds(30);  // for the statements of the lock itself
constexpr absl::Duration kMaxWait = absl::Minutes(30);

constexpr char kCreateLock[] =
    "CREATE TABLE IF NOT EXISTS schema_lock ("
    "id INT NOT NULL, holder VARCHAR(64) NOT NULL, expires_at_us BIGINT NOT NULL, "
    "CONSTRAINT pk_schema_lock PRIMARY KEY (id)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4";
constexpr char kCreateMigration[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "owner VARCHAR(64) NOT NULL, name VARCHAR(128) NOT NULL, checksum CHAR(64) NOT NULL, "
    "statements INT NOT NULL, finished BOOLEAN NOT NULL, applied_at_us BIGINT NOT NULL, "
    "CONSTRAINT pk_schema_migration PRIMARY KEY (owner, name)) "
    "ENGINE = InnoDB DEFAULT CHARSET = utf8mb4";
constexpr char kCreateLockRow[] =
    "INSERT IGNORE INTO schema_lock (id, holder, expires_at_us) VALUES (1, '', 0)";
#define JZ_NOW_US "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"
constexpr char kTake[] = "UPDATE schema_lock SET holder = ?, expires_at_us = " JZ_NOW_US
                         " + ? WHERE id = 1 AND (holder = ? OR expires_at_us < " JZ_NOW_US ")";
#undef JZ_NOW_US
constexpr char kRelease[] =
    "UPDATE schema_lock SET holder = '', expires_at_us = 0 WHERE id = 1 AND holder = ?";
constexpr char kSelectApplied[] =
    "SELECT checksum, statements, finished FROM schema_migration WHERE owner = ? AND name = ?";
constexpr char kRecord[] =
    "INSERT INTO schema_migration (owner, name, checksum, statements, finished, applied_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE checksum = ?, statements = ?, finished = ?, "
    "applied_at_us = ?";

absl::Status ExecuteAlone(Database& db, absl::string_view sql, const Values& values,
                          absl::Time deadline) {
  return db.Run(deadline, [&](Transaction& tx) { return tx.Execute(sql, values).status(); });
}

absl::Time Soon() { return absl::Now() + kShort; }

// Takes or renews; false when another one holds it.
absl::StatusOr<bool> Take(Database& db, const std::string& holder) {
  return db.Transact(Soon(), [&](Transaction& tx) -> absl::StatusOr<bool> {
    JZ_ASSIGN_OR_RETURN(int64_t taken,
                        tx.Execute(kTake, {holder, absl::ToInt64Microseconds(kLease), holder}));
    return taken == 1;
  });
}

class SchemaLock {
 public:
  static absl::StatusOr<std::unique_ptr<SchemaLock>> Acquire(Database& db) {
    std::string holder = RandomUuid();
    absl::Time give_up = absl::Now() + kMaxWait;
    while (true) {
      JZ_ASSIGN_OR_RETURN(bool taken, Take(db, holder));
      if (taken) return std::make_unique<SchemaLock>(db, holder);
      if (absl::Now() > give_up) {
        return Unavailable("MIGRATION_LOCKED", "another process has been migrating for too long");
      }
      absl::SleepFor(kPoll);
    }
  }
  SchemaLock(Database& db, std::string holder)
      : db_(db), holder_(std::move(holder)), renewer_([this] { Renew(); }) {}
  ~SchemaLock() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_one();
    renewer_.join();
    // If this fails, the lease runs out.
    ExecuteAlone(db_, kRelease, {holder_}, Soon()).IgnoreError();
  }

  // Before each statement: UNAVAILABLE when another process has taken the lease over.
  absl::Status Check() {
    JZ_ASSIGN_OR_RETURN(bool held, Take(db_, holder_));
    if (held) return absl::OkStatus();
    return Unavailable("MIGRATION_LOCK_LOST", "another process took the migration over");
  }

 private:
  void Renew() {
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, absl::ToChronoMilliseconds(kRenewal), [&] { return stopping_; })) {
      lock.unlock();
      (void)Take(db_, holder_);  // tried again soon; Check() notices a loss
      lock.lock();
    }
  }

  Database& db_;
  const std::string holder_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread renewer_;
};

struct Applied {
  std::string checksum;
  size_t statements = 0;
  bool finished = false;
};

// Of the first `count` statements. Comments and blanks around statements do not count.
std::string Checksum(const std::vector<std::string>& statements, size_t count) {
  std::string text = absl::StrJoin(absl::MakeConstSpan(statements).subspan(0, count), ";\n");
  return absl::BytesToHexString(BytesOf(Sha256(text)));
}

absl::Status Record(Database& db, absl::string_view owner, const std::string& name,
                    const Applied& applied) {
  absl::Time now = absl::Now();
  return ExecuteAlone(db, kRecord,
                      {owner, name, applied.checksum, applied.statements, applied.finished, now,
                       applied.checksum, applied.statements, applied.finished, now},
                      Soon());
}

absl::Status Changed(absl::string_view owner, const std::string& name) {
  return FailedPrecondition("MIGRATION_CHANGED", {{"migration", absl::StrCat(owner, "/", name)}},
                            absl::StrCat("migration ", owner, "/", name,
                                         " was applied and has changed since; add a new one"));
}

// DDL has no rollback: progress is recorded after each statement, and a run after a failure goes on
// with the statement that failed.
absl::Status Apply(Database& db, SchemaLock& lock, absl::string_view owner,
                   const Migration& migration) {
  const std::vector<std::string> statements = SplitStatements(migration.sql);
  JZ_ASSIGN_OR_RETURN(std::optional<Applied> before, db.Fetch(Soon(), [&](Transaction& tx) {
    return tx.SelectOne(kSelectApplied, {owner, migration.name}, [](const Row& row) {
      return Applied{.checksum = row.Text(0),
                     .statements = static_cast<size_t>(row.Int(1)),
                     .finished = row.Bool(2)};
    });
  }));
  Applied applied = before.value_or(Applied{});
  if (before.has_value()) {
    bool same = applied.statements <= statements.size() &&
                applied.checksum == Checksum(statements, applied.statements) &&
                (!applied.finished || applied.statements == statements.size());
    if (!same) return Changed(owner, migration.name);
    if (applied.finished) return absl::OkStatus();
  }
  while (applied.statements < statements.size()) {
    JZ_RETURN_IF_ERROR(lock.Check());
    JZ_RETURN_IF_ERROR(db.ExecuteDdl(statements[applied.statements]));
    ++applied.statements;
    applied.checksum = Checksum(statements, applied.statements);
    applied.finished = applied.statements == statements.size();
    JZ_RETURN_IF_ERROR(Record(db, owner, migration.name, applied));
  }
  return absl::OkStatus();
}

absl::Status WithName(const absl::Status& status, absl::string_view owner,
                      const std::string& name) {
  if (ReasonOf(status) == "MIGRATION_CHANGED") return status;
  return MakeError(status.code(), ReasonOf(status), {{"migration", absl::StrCat(owner, "/", name)}},
                   absl::StrCat("migration ", owner, "/", name, ": ", status.message()));
}

}  // namespace

absl::Status Migrate(Database& db, absl::string_view owner,
                     const std::vector<Migration>& migrations) {
  JZ_RETURN_IF_ERROR(db.ExecuteDdl(kCreateLock));
  JZ_RETURN_IF_ERROR(db.ExecuteDdl(kCreateMigration));
  JZ_RETURN_IF_ERROR(ExecuteAlone(db, kCreateLockRow, {}, Soon()));
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<SchemaLock> lock, SchemaLock::Acquire(db));
  for (const Migration& migration : migrations) {
    absl::Status status = Apply(db, *lock, owner, migration);
    if (!status.ok()) return WithName(status, owner, migration.name);
  }
  return absl::OkStatus();
}

}  // namespace jz::sql
