#include "common/sql/connection.h"

#include <cppconn/connection.h>
#include <cppconn/datatype.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace jz::sql {
namespace {

// Statements kept per connection, and their placeholders together: a 1,000-row insert of ten
// columns costs some megabytes here and as much in the server.
constexpr size_t kMaxStatements = 256;
constexpr int64_t kMaxPlaceholders = 100'000;
// Values over this are not kept in the statement until its next use. Letting go of all of them
// costs as much as binding them.
constexpr size_t kKeptBytes = 1 << 20;

// What may take longer is background work: nobody waits for it.
constexpr absl::Duration kLongestLimit = absl::Minutes(15);

constexpr int kConnectSeconds = 5;

constexpr int kTooManyPrepared = 1461;
constexpr int kNeedsPreparing = 1615;
constexpr int kUnknownStatement = 1243;

constexpr char kSession[] =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,"
    "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', time_zone = '+00:00', "
    "autocommit = 0, innodb_lock_wait_timeout = %d, lock_wait_timeout = %d";
constexpr char kWriteMode[] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
constexpr char kReadMode[] = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

// The client library wants to be told of every thread that uses it.
void EnsureThreadReady(::sql::Driver& driver) {
  struct Registration {
    explicit Registration(::sql::Driver& d) : driver(d) { driver.threadInit(); }
    ~Registration() { driver.threadEnd(); }
    ::sql::Driver& driver;
  };
  thread_local Registration registration(driver);
}

::sql::Driver& Driver() {
  // A local static, because the library's own first call is not thread-safe.
  static ::sql::Driver* driver = get_driver_instance();
  EnsureThreadReady(*driver);
  return *driver;
}

DatabaseError ErrorOf(const ::sql::SQLException& e) {
  // 0 comes from the connector itself: a closed connection, a wrong parameter number.
  return {.code = e.getErrorCode(), .message = e.what()};
}

::sql::ConnectOptionsMap ConnectOptions(const DatabaseOptions& options) {
  ::sql::ConnectOptionsMap map;
  map["hostName"] = ::sql::SQLString(options.socket.empty()
                                         ? absl::StrCat("tcp://", options.host, ":", options.port)
                                         : absl::StrCat("unix://", options.socket));
  map["userName"] = ::sql::SQLString(options.user);
  map["password"] = ::sql::SQLString(options.password);
  if (!options.schema.empty()) map["schema"] = ::sql::SQLString(options.schema);
  map["OPT_SET_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  map["OPT_RECONNECT"] = false;  // it would lose a transaction silently
  // An UPDATE counts the rows that it matched: 0 must mean that the row is not there.
  map["CLIENT_FOUND_ROWS"] = true;
  int io_seconds = static_cast<int>(absl::ToInt64Seconds(options.io_timeout));
  map["OPT_CONNECT_TIMEOUT"] =
      io_seconds > 0 ? std::min(io_seconds, kConnectSeconds) : kConnectSeconds;
  if (io_seconds > 0) {
    map["OPT_READ_TIMEOUT"] = io_seconds;
    map["OPT_WRITE_TIMEOUT"] = io_seconds;
  }
  return map;
}

void Bind(::sql::PreparedStatement& statement, absl::Span<const Value> values) {
  unsigned index = 0;
  for (const Value& value : values) {
    ++index;
    if (const int64_t* number = value.number()) {
      statement.setInt64(index, *number);
    } else if (const std::string* text = value.text()) {
      statement.setString(index, *text);
    } else {
      statement.setNull(index, ::sql::DataType::VARCHAR);
    }
  }
}

size_t TextBytes(absl::Span<const Value> values) {
  size_t bytes = 0;
  for (const Value& value : values) {
    if (const std::string* text = value.text()) bytes += text->size();
  }
  return bytes;
}

class ResultRow : public Row {
 public:
  explicit ResultRow(::sql::ResultSet& result) : result_(result) {}
  bool IsNull(int column) const override { return result_.isNull(column + 1); }
  int64_t Int(int column) const override { return result_.getInt64(column + 1); }
  std::string Text(int column) const override {
    ::sql::SQLString text = result_.getString(column + 1);
    return std::move(*text.operator->());  // asStdString() would copy
  }

 private:
  ::sql::ResultSet& result_;
};

int64_t LimitSeconds(absl::Time deadline) {
  absl::Duration left = deadline - absl::Now();
  if (left > kLongestLimit) return 0;
  int64_t seconds = 1;
  while (absl::Seconds(seconds) < left) seconds *= 2;
  return seconds;
}

}  // namespace

Date Row::Day(int column) const {
  Date day;  // not ParseDate: a column may hold 9999-12-31
  absl::ParseCivilTime(Text(column), &day);
  return day;
}

Connection::Connection() = default;

Connection::~Connection() {
  Driver();  // this thread may not have used a connection yet
  ForgetAll();
  text_.reset();
}

Outcome<std::unique_ptr<Connection>> Connection::Open(const DatabaseOptions& options) {
  try {
    std::unique_ptr<Connection> opened(new Connection);
    ::sql::ConnectOptionsMap map = ConnectOptions(options);
    opened->connection_.reset(Driver().connect(map));
    ::sql::Connection& raw = *opened->connection_;
    int lock_seconds = std::max<int>(1, static_cast<int>(absl::ToInt64Seconds(options.lock_wait)));
    opened->text_.reset(raw.createStatement());
    ::sql::Statement& text = *opened->text_;
    text.execute(absl::StrFormat(kSession, lock_seconds, lock_seconds));
    text.execute(kWriteMode);
    std::unique_ptr<::sql::ResultSet> result(
        text.executeQuery("SELECT @@max_allowed_packet, @@version"));
    if (result->next()) {
      opened->max_packet_bytes_ = result->getInt64(1);
      opened->is_mariadb_ = absl::StrContains(result->getString(2).asStdString(), "MariaDB");
    }
    return opened;
  } catch (const ::sql::SQLException& e) {
    return ErrorOf(e);
  }
}

Done Connection::Begin(Mode mode, absl::Time deadline) {
  const int64_t limit_seconds = LimitSeconds(deadline);
  if (mode != mode_) {
    Done done = ExecuteText(mode == Mode::kWrite ? kWriteMode : kReadMode);
    if (std::holds_alternative<DatabaseError>(done)) return done;
    mode_ = mode;
  }
  if (limit_seconds == limit_seconds_) return std::monostate();
  // MySQL stops only SELECT statements so.
  Done done = ExecuteText(
      is_mariadb_ ? absl::StrCat("SET SESSION max_statement_time = ", limit_seconds)
                  : absl::StrCat("SET SESSION max_execution_time = ", limit_seconds * 1000));
  if (std::holds_alternative<std::monostate>(done)) limit_seconds_ = limit_seconds;
  return done;
}

// The connector's own commit() and rollback() drop every error.
Done Connection::Commit() { return ExecuteText("COMMIT"); }

Done Connection::Rollback() { return ExecuteText("ROLLBACK"); }

Connection::Statement& Connection::Prepare(absl::string_view sql) {
  auto found = by_sql_.find(sql);
  if (found != by_sql_.end()) {
    statements_.splice(statements_.begin(), statements_, found->second);
    return statements_.front();
  }
  Statement fresh;
  fresh.sql = std::string(sql);
  fresh.prepared.reset(connection_->prepareStatement(fresh.sql));
  fresh.placeholders = static_cast<int>(std::count(sql.begin(), sql.end(), '?'));
  while (!statements_.empty() && (statements_.size() >= kMaxStatements ||
                                  placeholders_ + fresh.placeholders > kMaxPlaceholders)) {
    Forget(std::string(statements_.back().sql));
  }
  placeholders_ += fresh.placeholders;
  statements_.push_front(std::move(fresh));
  by_sql_.emplace(statements_.front().sql, statements_.begin());
  return statements_.front();
}

void Connection::Forget(absl::string_view sql) {
  auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return;
  Statements::iterator statement = found->second;
  by_sql_.erase(found);
  placeholders_ -= statement->placeholders;
  statements_.erase(statement);
}

void Connection::ForgetAll() {
  by_sql_.clear();
  statements_.clear();
  placeholders_ = 0;
}

template <class Use>
auto Connection::WithStatement(absl::string_view sql, absl::Span<const Value> values, Use use)
    -> Outcome<decltype(use(std::declval<::sql::PreparedStatement&>()))> {
  for (int attempt = 0;; ++attempt) {
    try {
      Driver();
      Statement& statement = Prepare(sql);
      Bind(*statement.prepared, values);
      auto result = use(*statement.prepared);
      if (TextBytes(values) > kKeptBytes) statement.prepared->clearParameters();
      return result;
    } catch (const ::sql::SQLException& e) {
      // The statement did not run: the server refused the handle.
      bool again = e.getErrorCode() == kNeedsPreparing || e.getErrorCode() == kUnknownStatement ||
                   e.getErrorCode() == kTooManyPrepared;
      if (!again || attempt > 0) return ErrorOf(e);
      e.getErrorCode() == kTooManyPrepared ? ForgetAll() : Forget(sql);
    }
  }
}

Outcome<int64_t> Connection::Execute(absl::string_view sql, absl::Span<const Value> values) {
  return WithStatement(sql, values, [](::sql::PreparedStatement& statement) {
    return static_cast<int64_t>(statement.executeUpdate());
  });
}

Done Connection::ExecuteText(absl::string_view sql) {
  try {
    Driver();
    text_->execute(std::string(sql));
    return std::monostate();
  } catch (const ::sql::SQLException& e) {
    return ErrorOf(e);
  }
}

Done Connection::Query(absl::string_view sql, absl::Span<const Value> values,
                       absl::FunctionRef<void(const Row&)> each) {
  return WithStatement(sql, values, [&](::sql::PreparedStatement& statement) {
    std::unique_ptr<::sql::ResultSet> result(statement.executeQuery());
    ResultRow row(*result);
    while (result->next()) each(row);
    return std::monostate();
  });
}

}  // namespace jz::sql
