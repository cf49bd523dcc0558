#include "common/sql/database.h"

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sql/connection.h"
#include "common/sql/pool.h"
#include "common/sql/transaction.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

// With pauses of at most 200 ms a transaction without a deadline gives up after a few seconds.
constexpr int kMaxAttempts = 40;
constexpr absl::Duration kMaxDdlWait = absl::Minutes(10);
constexpr absl::Duration kDdlPause = absl::Milliseconds(500);

absl::Duration Pause(int attempt) {
  thread_local absl::BitGen random;
  double ceiling_ms = std::min(200.0, 2.0 * static_cast<double>(1 << std::min(attempt, 7)));
  return absl::Milliseconds(absl::Uniform(random, ceiling_ms / 4, ceiling_ms));
}

// Waits before the next attempt; false when no time is left for one.
bool PauseBeforeRetry(int attempt, absl::Time deadline) {
  absl::Duration pause = Pause(attempt);
  if (absl::Now() + pause >= deadline) return false;
  absl::SleepFor(pause);
  return true;
}

class PooledDatabase : public Database {
 public:
  explicit PooledDatabase(const DatabaseOptions& options) : pool_(options) {}

  absl::Status Run(absl::Time deadline,
                   absl::FunctionRef<absl::Status(Transaction&)> body) override {
    return Loop(Mode::kWrite, deadline, body);
  }
  absl::Status Read(absl::Time deadline,
                    absl::FunctionRef<absl::Status(Transaction&)> body) override {
    return Loop(Mode::kRead, deadline, body);
  }
  absl::Status ExecuteDdl(absl::string_view sql) override;
  int pool_size() const override { return pool_.options().pool_size; }
  int pool_in_use() const override { return pool_.in_use(); }

 private:
  enum class Next { kReturn, kRetryLater, kRetryNow };
  struct Attempt {
    absl::Status status;
    Next next = Next::kReturn;
  };

  absl::Status Loop(Mode mode, absl::Time deadline,
                    absl::FunctionRef<absl::Status(Transaction&)> body);
  Attempt Try(Mode mode, absl::Time deadline, absl::FunctionRef<absl::Status(Transaction&)> body);
  Attempt GiveUp(Pool::Lease& lease, const ConnectionTransaction& tx);
  Attempt GiveUpConnection(Pool::Lease& lease, const absl::Status& status);
  Attempt Finish(Pool::Lease& lease, Mode mode);

  Pool pool_;
};

absl::Status PooledDatabase::Loop(Mode mode, absl::Time deadline,
                                  absl::FunctionRef<absl::Status(Transaction&)> body) {
  for (int attempt = 0;; ++attempt) {
    if (absl::Now() >= deadline) {
      return DeadlineExceeded("DEADLINE_EXCEEDED", "no time was left for the database");
    }
    Attempt tried = Try(mode, deadline, body);
    if (tried.next == Next::kReturn || attempt + 1 >= kMaxAttempts) return tried.status;
    if (tried.next == Next::kRetryLater && !PauseBeforeRetry(attempt, deadline))
      return tried.status;
  }
}

PooledDatabase::Attempt PooledDatabase::Try(Mode mode, absl::Time deadline,
                                            absl::FunctionRef<absl::Status(Transaction&)> body) {
  absl::StatusOr<Pool::Lease> leased = pool_.Acquire(mode, deadline);
  if (!leased.ok()) return {leased.status()};
  Pool::Lease& lease = *leased;
  ConnectionTransaction tx(*lease, deadline);
  Done ready = lease->Begin(mode, deadline);
  if (auto* error = std::get_if<DatabaseError>(&ready)) {
    return GiveUpConnection(lease, ToStatus(*error, "SET SESSION"));
  }
  absl::Status status = body(tx);
  if (!tx.failure().ok()) return GiveUp(lease, tx);
  if (status.ok()) return tx.used() ? Finish(lease, mode) : Attempt{};
  if (tx.used() && std::holds_alternative<DatabaseError>(lease->Rollback())) lease.Drop();
  return {status};
}

// The transaction was lost before its commit was sent: nothing of it can have been kept.
PooledDatabase::Attempt PooledDatabase::GiveUp(Pool::Lease& lease,
                                               const ConnectionTransaction& tx) {
  if (tx.failure_class() == ErrorClass::kLost) return GiveUpConnection(lease, tx.failure());
  if (std::holds_alternative<DatabaseError>(lease->Rollback())) lease.Drop();
  return {tx.failure(),
          tx.failure_class() == ErrorClass::kRetry ? Next::kRetryLater : Next::kReturn};
}

PooledDatabase::Attempt PooledDatabase::GiveUpConnection(Pool::Lease& lease,
                                                         const absl::Status& status) {
  lease.Drop();
  if (!lease.reused() || !absl::IsUnavailable(status)) return {status};
  // It died in the pool, as when the server was restarted. Its neighbours most likely did, too.
  pool_.CloseIdle();
  return {status, Next::kRetryNow};
}

PooledDatabase::Attempt PooledDatabase::Finish(Pool::Lease& lease, Mode mode) {
  Done committed = lease->Commit();
  auto* error = std::get_if<DatabaseError>(&committed);
  if (error == nullptr) return {};
  lease.Drop();
  if (mode == Mode::kRead) return {};  // what was read is read
  switch (ClassOf(*error)) {
    case ErrorClass::kRetry:
      return {ToStatus(*error, "COMMIT"), Next::kRetryLater};
    case ErrorClass::kStatement:
      return {ToStatus(*error, "COMMIT")};
    case ErrorClass::kLost:
    case ErrorClass::kTimeout:
      break;
  }
  return {
      Unavailable("COMMIT_UNKNOWN",
                  "the connection was lost during the commit: the change may be stored or not")};
}

// A statement that waits for a table makes all that come after it wait, too. So it gives up after
// `lock_wait`, lets them through and tries again.
absl::Status PooledDatabase::ExecuteDdl(absl::string_view sql) {
  DatabaseOptions options = pool_.options();
  options.io_timeout = absl::ZeroDuration();
  auto opened = Connection::Open(options);
  if (auto* error = std::get_if<DatabaseError>(&opened)) return ToStatus(*error, "connect");
  Connection& connection = *std::get<std::unique_ptr<Connection>>(opened);
  const absl::Time give_up = absl::Now() + kMaxDdlWait;
  while (true) {
    Done done = connection.ExecuteText(sql);
    if (std::holds_alternative<std::monostate>(done)) done = connection.Commit();
    auto* error = std::get_if<DatabaseError>(&done);
    if (error == nullptr) return absl::OkStatus();
    if (ClassOf(*error) != ErrorClass::kRetry || absl::Now() > give_up)
      return ToStatus(*error, sql);
    absl::SleepFor(kDdlPause);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  auto database = std::make_unique<PooledDatabase>(options);
  JZ_RETURN_IF_ERROR(database->Read(absl::Now() + absl::Seconds(10), [](Transaction& tx) {
    return tx.Query("SELECT 1", {}, [](const Row&) {});
  }));
  return database;
}

}  // namespace jz::sql
