// The one table from database errors to absl::Status. Internal to common/sql.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace jz::sql {

// What the server or the client library reported.
struct DatabaseError {
  int code = 0;  // server error numbers (1062) and client ones (2006)
  std::string message;
};

// What an error means for the transaction it happened in.
enum class ErrorClass {
  kStatement,  // only the statement failed; the transaction goes on
  kRetry,    // the transaction is lost and may be run again: deadlock, lock timeout, certification
  kLost,     // the connection is gone, and with it the transaction
  kTimeout,  // the statement was stopped
};

ErrorClass ClassOf(const DatabaseError& error);

// `statement` goes into the message of INTERNAL errors, which callers never see. No message holds a
// value of a row: those may be personal data.
absl::Status ToStatus(const DatabaseError& error, absl::string_view statement);

}  // namespace jz::sql
