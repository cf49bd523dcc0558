#include "common/sql/errors.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

// Where a message holds the name of the constraint or column.
enum class NameIn {
  kNowhere,
  kFirstQuoted,  // MySQL 3819: Check constraint 'ck_a' is violated; 1406: … for column 'name' at
                 // row 1
  kLastQuoted,   // 1062: Duplicate entry 'x' for key 'uq_a' (MySQL 8: 't.uq_a')
  kConstraint,   // CONSTRAINT `fk_a` FOREIGN KEY …; MariaDB 4025: CONSTRAINT `ck_a` failed …
  kAfterColumn,  // … for column `db`.`t`.`name` at row 1, or: for column 'name' at row 1
};

struct Rule {
  int code;
  absl::StatusCode status;
  const char* reason;
  const char* message;
  ErrorClass error_class = ErrorClass::kStatement;
  NameIn name_in = NameIn::kNowhere;
  const char* metadata_key = "";
};

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
constexpr auto kDeadline = absl::StatusCode::kDeadlineExceeded;
constexpr auto kStatement = ErrorClass::kStatement;
constexpr auto kRetry = ErrorClass::kRetry;
constexpr auto kLost = ErrorClass::kLost;
constexpr auto kTimeout = ErrorClass::kTimeout;
constexpr char kDown[] = "DATABASE_UNAVAILABLE";

constexpr Rule kRules[] = {
    {1062, absl::StatusCode::kAlreadyExists, "DUPLICATE", "a row with this key exists", kStatement,
     NameIn::kLastQuoted, "constraint"},
    {1451, kPrecondition, "STILL_REFERENCED", "other rows refer to this row", kStatement,
     NameIn::kConstraint, "constraint"},
    {1452, kPrecondition, "REFERENCE_MISSING", "the row referred to does not exist", kStatement,
     NameIn::kConstraint, "constraint"},
    {4025, kInvalid, "CHECK_FAILED", "a value breaks a check constraint", kStatement,
     NameIn::kConstraint, "constraint"},
    {3819, kInvalid, "CHECK_FAILED", "a value breaks a check constraint", kStatement,
     NameIn::kFirstQuoted, "constraint"},
    {1406, kInvalid, "VALUE_TOO_LONG", "a value is too long", kStatement, NameIn::kAfterColumn,
     "column"},
    {1264, kInvalid, "VALUE_OUT_OF_RANGE", "a number is out of range", kStatement,
     NameIn::kAfterColumn, "column"},
    {1690, kInvalid, "VALUE_OUT_OF_RANGE", "a computed number is out of range", kStatement},
    {1265, kInvalid, "VALUE_FORMAT", "a value does not fit its column", kStatement,
     NameIn::kAfterColumn, "column"},
    {1292, kInvalid, "VALUE_FORMAT", "a value does not fit its column", kStatement,
     NameIn::kAfterColumn, "column"},
    {1366, kInvalid, "VALUE_FORMAT", "a value does not fit its column", kStatement,
     NameIn::kAfterColumn, "column"},
    {1048, kInvalid, "VALUE_MISSING", "a value is missing", kStatement, NameIn::kFirstQuoted,
     "column"},
    {1364, kInvalid, "VALUE_MISSING", "a value is missing", kStatement, NameIn::kFirstQuoted,
     "column"},
    // The server closes the connection after a packet that is too large.
    {1153, kInvalid, "VALUE_TOO_LONG", "the values are too large for one statement", kLost},
    {2020, kInvalid, "VALUE_TOO_LONG", "the values are too large for one statement", kLost},

    {1213, kAborted, "DEADLOCK", "the transaction met another one; try again", kRetry},
    {1205, kAborted, "LOCK_TIMEOUT", "a lock was not free in time; try again", kRetry},
    {1020, kAborted, "CONFLICT", "the row was changed meanwhile; try again", kRetry},
    {1180, kAborted, "CONFLICT", "the commit met another transaction; try again", kRetry},

    {1969, kDeadline, "STATEMENT_TIMEOUT", "a statement took too long", kTimeout},
    {3024, kDeadline, "STATEMENT_TIMEOUT", "a statement took too long", kTimeout},
    {1317, kDeadline, "STATEMENT_TIMEOUT", "a statement was stopped", kTimeout},

    {1021, kExhausted, "STORAGE_FULL", "the database has no space left"},
    {1114, kExhausted, "STORAGE_FULL", "the database has no space left"},
    {1041, kExhausted, "DATABASE_MEMORY", "the database has no memory left"},

    {1040, kUnavailable, kDown, "too many connections", kLost},
    {1203, kUnavailable, kDown, "too many connections", kLost},
    {1226, kUnavailable, kDown, "too many connections", kLost},
    {1047, kUnavailable, kDown, "the database node is not ready", kLost},  // Galera, not primary
    {1053, kUnavailable, kDown, "the database is shutting down", kLost},
    {1290, kUnavailable, kDown, "the database only reads now", kLost},
    {1836, kUnavailable, kDown, "the database only reads now", kLost},
    {1927, kUnavailable, kDown, "the connection was closed", kLost},
    {4031, kUnavailable, kDown, "the connection was closed", kLost},
    {2002, kUnavailable, kDown, "the database cannot be reached", kLost},
    {2003, kUnavailable, kDown, "the database cannot be reached", kLost},
    {2005, kUnavailable, kDown, "the database's host is unknown", kLost},
    {2006, kUnavailable, kDown, "the connection was lost", kLost},
    {2013, kUnavailable, kDown, "the connection was lost", kLost},
    {2026, kUnavailable, kDown, "TLS to the database failed", kLost},
    {2055, kUnavailable, kDown, "the connection was lost", kLost},
    {1158, kUnavailable, kDown, "the connection was lost", kLost},
    {1159, kUnavailable, kDown, "the connection was lost", kLost},
    {1160, kUnavailable, kDown, "the connection was lost", kLost},
    {1161, kUnavailable, kDown, "the connection was lost", kLost},
    // The protocol is out of step: the connection is of no more use.
    {2014, absl::StatusCode::kInternal, "DATABASE_PROTOCOL", "", kLost},
    {2027, absl::StatusCode::kInternal, "DATABASE_PROTOCOL", "", kLost},
};

const Rule* FindRule(const DatabaseError& error) {
  // 1180 is any failure of a commit; only 149 (deadlock, from certification) is a conflict.
  if (error.code == 1180 && !absl::StrContains(error.message, "149")) return nullptr;
  const Rule* rule = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const Rule& r) { return r.code == error.code; });
  return rule == std::end(kRules) ? nullptr : rule;
}

std::string Unqualified(absl::string_view name) {
  size_t dot = name.rfind('.');
  return std::string(dot == absl::string_view::npos ? name : name.substr(dot + 1));
}

// The text between the `quote` that opens at or after `from` and the next one.
std::string Quoted(absl::string_view text, size_t from, char quote) {
  size_t open = text.find(quote, from);
  if (open == absl::string_view::npos) return "";
  size_t close = text.find(quote, open + 1);
  if (close == absl::string_view::npos) return "";
  return Unqualified(text.substr(open + 1, close - open - 1));
}

std::string LastQuoted(absl::string_view text) {
  size_t close = text.rfind('\'');
  if (close == absl::string_view::npos || close == 0) return "";
  size_t open = text.rfind('\'', close - 1);
  if (open == absl::string_view::npos) return "";
  return Unqualified(text.substr(open + 1, close - open - 1));
}

std::string AfterColumn(absl::string_view text) {
  // The last one: the rejected value stands before it and may hold anything.
  size_t at = text.rfind("column ");
  if (at == absl::string_view::npos) return "";
  absl::string_view name = text.substr(at + 7);
  name = name.substr(0, name.find(' '));
  std::string last = Unqualified(name);
  last.erase(std::remove_if(last.begin(), last.end(), [](char c) { return c == '\'' || c == '`'; }),
             last.end());
  return last;
}

std::string NameOf(const Rule& rule, absl::string_view message) {
  switch (rule.name_in) {
    case NameIn::kNowhere:
      return "";
    case NameIn::kFirstQuoted:
      return Quoted(message, 0, '\'');
    case NameIn::kLastQuoted:
      return LastQuoted(message);
    case NameIn::kAfterColumn:
      return AfterColumn(message);
    case NameIn::kConstraint: {
      size_t at = message.find("CONSTRAINT ");
      return at == absl::string_view::npos ? "" : Quoted(message, at, '`');
    }
  }
  return "";
}

}  // namespace

ErrorClass ClassOf(const DatabaseError& error) {
  const Rule* rule = FindRule(error);
  if (rule != nullptr) return rule->error_class;
  // Numbers from 2000 are the client library's: the state of the connection is not known.
  return error.code >= 2000 && error.code < 2100 ? ErrorClass::kLost : ErrorClass::kStatement;
}

absl::Status ToStatus(const DatabaseError& error, absl::string_view statement) {
  const Rule* rule = FindRule(error);
  if (rule == nullptr || rule->status == absl::StatusCode::kInternal) {
    return Internal("DATABASE_ERROR",
                    absl::StrCat("database error ", error.code, ": ", error.message,
                                 " in: ", statement.substr(0, 500)));
  }
  std::string name = NameOf(*rule, error.message);
  if (name.empty()) return MakeError(rule->status, rule->reason, {}, rule->message);
  return MakeError(rule->status, rule->reason, {{rule->metadata_key, name}},
                   absl::StrCat(rule->message, " (", name, ")"));
}

}  // namespace jz::sql
