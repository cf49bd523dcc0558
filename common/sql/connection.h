// One connection with its prepared statements. Internal to common/sql; not thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "common/sql/errors.h"

namespace sql {
class Connection;
class PreparedStatement;
class Statement;
}  // namespace sql

namespace jz::sql {

// What the transactions of a connection are: READ COMMITTED that writes, or a read-only snapshot.
enum class Mode { kWrite, kRead };

// Success holds nothing or a number; errors stay as the database gave them until the transaction
// has decided what they mean.
template <class T>
using Outcome = std::variant<T, DatabaseError>;
using Done = Outcome<std::monostate>;

class Connection {
 public:
  // Connects and sets the session up: strict mode, UTC, lock timeout, no autocommit.
  static Outcome<std::unique_ptr<Connection>> Open(const DatabaseOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Before a transaction: its mode, and the time after which the server stops a statement. That
  // limit is rounded up to a power of two of seconds, so that it is rarely a round trip to set it.
  Done Begin(Mode mode, absl::Time deadline);
  Mode mode() const { return mode_; }

  Outcome<int64_t> Execute(absl::string_view sql, absl::Span<const Value> values);
  Done Query(absl::string_view sql, absl::Span<const Value> values,
             absl::FunctionRef<void(const Row&)> each);
  Done Commit();
  Done Rollback();
  // A statement that is not prepared.
  Done ExecuteText(absl::string_view sql);

  int64_t max_packet_bytes() const { return max_packet_bytes_; }

 private:
  struct Statement {
    std::string sql;
    std::unique_ptr<::sql::PreparedStatement> prepared;
    int placeholders = 0;
  };
  using Statements = std::list<Statement>;

  Connection();
  // The prepared statement, most recently used first.
  Statement& Prepare(absl::string_view sql);
  void Forget(absl::string_view sql);
  void ForgetAll();
  // Runs `use`, which throws; forgets the statement and tries once more when the server dropped it.
  template <class Use>
  auto WithStatement(absl::string_view sql, absl::Span<const Value> values, Use use)
      -> Outcome<decltype(use(std::declval<::sql::PreparedStatement&>()))>;

  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::Statement> text_;  // for what is not prepared
  Statements statements_;
  absl::flat_hash_map<absl::string_view, Statements::iterator> by_sql_;  // keys point into the list
  int64_t placeholders_ = 0;
  Mode mode_ = Mode::kWrite;
  bool is_mariadb_ = false;
  int64_t limit_seconds_ = 0;  // 0: none
  int64_t max_packet_bytes_ = 0;
};

}  // namespace jz::sql
