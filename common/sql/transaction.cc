#include "common/sql/transaction.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

constexpr size_t kMaxRows = 1000;
constexpr size_t kMaxPlaceholders = 65'535;  // of the protocol
constexpr int64_t kMaxStatementBytes = 8 << 20;

// Few different counts, so that few statements are prepared; small ones, whose cost is the round
// trip, in one statement.
size_t PreparedCount(size_t limit) {
  constexpr size_t kExact = 16;
  if (limit <= kExact) return limit;
  size_t power = kExact;
  while (power * 2 <= limit) power *= 2;
  return power;
}

// About what the values take in a packet.
int64_t BytesOf(absl::Span<const Value> values) {
  int64_t bytes = 0;
  for (const Value& value : values) {
    bytes += 9 + (value.text() != nullptr ? static_cast<int64_t>(value.text()->size()) : 0);
  }
  return bytes;
}

// Rows that together stay below `max_bytes`; at least one.
size_t RowsWithin(absl::Span<const Value> values, size_t columns, size_t limit, int64_t max_bytes) {
  int64_t bytes = 0;
  for (size_t row = 0; row < limit; ++row) {
    bytes += BytesOf(values.subspan(row * columns, columns));
    if (bytes > max_bytes) return std::max<size_t>(row, 1);
  }
  return limit;
}

std::string InsertText(absl::string_view head, size_t columns, size_t rows,
                       absl::string_view tail) {
  std::string row = "(?";
  for (size_t i = 1; i < columns; ++i) row += ",?";
  row += ')';
  std::string text = absl::StrCat(head, " ", row);
  text.reserve(text.size() + rows * (row.size() + 1) + tail.size() + 1);
  for (size_t i = 1; i < rows; ++i) absl::StrAppend(&text, ",", row);
  if (!tail.empty()) absl::StrAppend(&text, " ", tail);
  return text;
}

}  // namespace

absl::Status ConnectionTransaction::Begin() {
  if (!failure_.ok()) return failure_;
  if (absl::Now() >= deadline_) {
    failure_ = DeadlineExceeded("DEADLINE_EXCEEDED", "the deadline passed between two statements");
    failure_class_ = ErrorClass::kTimeout;
    return failure_;
  }
  used_ = true;
  return absl::OkStatus();
}

absl::Status ConnectionTransaction::Fail(const DatabaseError& error, absl::string_view statement) {
  absl::Status status = ToStatus(error, statement);
  failure_class_ = ClassOf(error);
  if (failure_class_ != ErrorClass::kStatement) failure_ = status;
  return status;
}

// The server would close the connection, or answer with an error that says nothing.
absl::Status ConnectionTransaction::CheckSize(absl::Span<const Value> values) const {
  if (BytesOf(values) <= connection_.max_packet_bytes()) return absl::OkStatus();
  return InvalidArgument("VALUE_TOO_LONG", {}, "the values are too large for one statement");
}

absl::StatusOr<int64_t> ConnectionTransaction::ExecuteSpan(absl::string_view sql,
                                                           absl::Span<const Value> values) {
  JZ_RETURN_IF_ERROR(Begin());
  JZ_RETURN_IF_ERROR(CheckSize(values));
  Outcome<int64_t> outcome = connection_.Execute(sql, values);
  if (auto* error = std::get_if<DatabaseError>(&outcome)) return Fail(*error, sql);
  return std::get<int64_t>(outcome);
}

absl::StatusOr<int64_t> ConnectionTransaction::Execute(absl::string_view sql,
                                                       const Values& values) {
  return ExecuteSpan(sql, values);
}

absl::Status ConnectionTransaction::Query(absl::string_view sql, const Values& values,
                                          absl::FunctionRef<void(const Row&)> each) {
  JZ_RETURN_IF_ERROR(Begin());
  Done done = connection_.Query(sql, values, each);
  if (auto* error = std::get_if<DatabaseError>(&done)) return Fail(*error, sql);
  return absl::OkStatus();
}

// A remainder is sent in pieces, so that a table needs at most 22 prepared statements.
absl::StatusOr<int64_t> ConnectionTransaction::InsertRows(absl::string_view head, int columns,
                                                          const Values& rows,
                                                          absl::string_view tail) {
  if (columns <= 0 || rows.size() % columns != 0) {
    return Internal("INSERT_SHAPE", absl::StrCat(rows.size(), " values for rows of ", columns,
                                                 " columns in: ", head));
  }
  const size_t width = static_cast<size_t>(columns);
  const size_t most = std::clamp<size_t>(kMaxPlaceholders / width, 1, kMaxRows);
  const int64_t max_bytes = std::min(kMaxStatementBytes, connection_.max_packet_bytes() / 2);
  absl::Span<const Value> left = rows;
  int64_t affected = 0;
  while (!left.empty()) {
    size_t count = RowsWithin(left, width, std::min(most, left.size() / width), max_bytes);
    if (count != most) count = PreparedCount(count);
    JZ_ASSIGN_OR_RETURN(int64_t changed, ExecuteSpan(InsertText(head, width, count, tail),
                                                     left.subspan(0, count * width)));
    affected += changed;
    left.remove_prefix(count * width);
  }
  return affected;
}

}  // namespace jz::sql
