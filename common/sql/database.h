// A MySQL-compatible database: a bounded pool of connections, transactions that are retried, and
// batch statements. The only place that includes Connector/C++ is database.cc and its neighbours
// here.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sql/value.h"

namespace jz::sql {

struct DatabaseOptions {
  std::string host;  // host name, or empty with `socket`
  int port = 3306;
  std::string socket;  // unix socket path; wins over host
  std::string user;
  std::string password;
  std::string schema;
  int pool_size = 16;
  absl::Duration pool_wait =
      absl::Seconds(2);  // then RESOURCE_EXHAUSTED, reason DATABASE_POOL_BUSY
  absl::Duration lock_wait = absl::Seconds(3);
  // Without any answer for so long, the connection is given up. A server that is gone without a
  // word would else hold the thread for ever. 0: none.
  absl::Duration io_timeout = absl::Minutes(1);
};

// One open transaction. Not thread-safe. Every statement is prepared once per connection and kept,
// so `sql` should be a constant, or a constant with InList of few lengths.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Rows affected: an UPDATE counts every row that it matched, also when nothing changed in it;
  // INSERT … ON DUPLICATE KEY UPDATE counts 2 for a row that it changed.
  virtual absl::StatusOr<int64_t> Execute(absl::string_view sql, const Values& values = {}) = 0;
  virtual absl::Status Query(absl::string_view sql, const Values& values,
                             absl::FunctionRef<void(const Row&)> each) = 0;
  // `head` is "INSERT [IGNORE] INTO t (a, b) VALUES", `rows` the values row by row, `columns` how
  // many belong to one row, `tail` may be an ON DUPLICATE KEY UPDATE. Sent as multi-row statements
  // of up to 1,000 rows. Rows affected.
  virtual absl::StatusOr<int64_t> InsertRows(absl::string_view head, int columns,
                                             const Values& rows, absl::string_view tail = "") = 0;

  virtual absl::Time deadline() const = 0;

  template <class Map>
  auto Select(absl::string_view sql, const Values& values, Map map)
      -> absl::StatusOr<std::vector<decltype(map(std::declval<const Row&>()))>> {
    std::vector<decltype(map(std::declval<const Row&>()))> out;
    absl::Status status = Query(sql, values, [&](const Row& row) { out.push_back(map(row)); });
    if (!status.ok()) return status;
    return out;
  }
  // The first row, or nullopt.
  template <class Map>
  auto SelectOne(absl::string_view sql, const Values& values, Map map)
      -> absl::StatusOr<std::optional<decltype(map(std::declval<const Row&>()))>> {
    std::optional<decltype(map(std::declval<const Row&>()))> out;
    absl::Status status = Query(sql, values, [&](const Row& row) {
      if (!out) out = map(row);
    });
    if (!status.ok()) return status;
    return out;
  }
};

// Thread-safe.
class Database {
 public:
  // Connects once to check. UNAVAILABLE (DATABASE_UNAVAILABLE) when that fails.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  virtual ~Database() = default;

  // Runs `body` in a READ COMMITTED transaction and commits when it returns OK, else rolls back.
  // A statement is refused after `deadline`; one that is running then is stopped by the server, at
  // the latest when twice the time has passed (MySQL: SELECT only). A lost connection during the
  // commit is UNAVAILABLE, reason COMMIT_UNKNOWN; one lost before is UNAVAILABLE, reason
  // DATABASE_UNAVAILABLE. A deadlock, lock timeout or certification failure runs `body` again from
  // its start, with a short random pause, while time is left before `deadline`: it must have no
  // effect outside `tx`.
  virtual absl::Status Run(absl::Time deadline,
                           absl::FunctionRef<absl::Status(Transaction& tx)> body) = 0;
  // The same for reading: a consistent snapshot that cannot write.
  virtual absl::Status Read(absl::Time deadline,
                            absl::FunctionRef<absl::Status(Transaction& tx)> body) = 0;

  // One statement outside transactions, on a connection of its own, without a time limit: DDL,
  // which cannot be rolled back. Waits while other transactions use the table, up to ten minutes.
  virtual absl::Status ExecuteDdl(absl::string_view sql) = 0;

  virtual int pool_size() const = 0;
  virtual int pool_in_use() const = 0;

  // The same with a value: `db.Transact(deadline, [&](sql::Transaction& tx) -> absl::StatusOr<T>
  // {…})`.
  template <class Body>
  auto Transact(absl::Time deadline, Body body) -> std::invoke_result_t<Body, Transaction&> {
    return Valued<Body>([&](auto run) { return Run(deadline, run); }, body);
  }
  template <class Body>
  auto Fetch(absl::Time deadline, Body body) -> std::invoke_result_t<Body, Transaction&> {
    return Valued<Body>([&](auto run) { return Read(deadline, run); }, body);
  }

 private:
  template <class Body, class Runner>
  auto Valued(Runner runner, Body& body) -> std::invoke_result_t<Body, Transaction&> {
    using Result = std::invoke_result_t<Body, Transaction&>;
    if constexpr (std::is_same_v<Result, absl::Status>) {
      return runner([&](Transaction& tx) { return body(tx); });
    } else {
      std::optional<Result> result;
      absl::Status status = runner([&](Transaction& tx) {
        result.emplace(body(tx));
        return result->ok() ? absl::OkStatus() : result->status();
      });
      if (!status.ok()) return status;
      return *std::move(result);
    }
  }
};

// "?,?,?" for `IN (…)` with `count` values, padded to the next power of two so that few different
// statements are prepared; pad the values with PadInList.
std::string InList(size_t count);
// Repeats the last value until `values` has as many as InList(count) shows.
void PadInList(Values& values, size_t count);

}  // namespace jz::sql
