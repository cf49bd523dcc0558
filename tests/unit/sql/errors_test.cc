#include "common/sql/errors.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::sql {
namespace {

struct Case {
  DatabaseError error;
  absl::StatusCode code;
  const char* reason;
  const char* metadata_key;
  const char* metadata_value;
  ErrorClass error_class;
};

// Messages as MariaDB 10.11 and MySQL 8.0 word them; the store tests see the first kind for real.
TEST(DatabaseErrors, KeepTheReasonAndTheNameOfTheConstraintOfBothServers) {
  const Case cases[] = {
      {{1062, "Duplicate entry 'it's for key 'uq_x'' for key 'uq_account_name'"},
       absl::StatusCode::kAlreadyExists,
       "DUPLICATE",
       "constraint",
       "uq_account_name",
       ErrorClass::kStatement},
      {{1062, "Duplicate entry '1' for key 'account.uq_account_name'"},
       absl::StatusCode::kAlreadyExists,
       "DUPLICATE",
       "constraint",
       "uq_account_name",
       ErrorClass::kStatement},
      {{4025, "CONSTRAINT `ck_account_balance` failed for `jz`.`account`"},
       absl::StatusCode::kInvalidArgument,
       "CHECK_FAILED",
       "constraint",
       "ck_account_balance",
       ErrorClass::kStatement},
      {{3819, "Check constraint 'ck_account_balance' is violated."},
       absl::StatusCode::kInvalidArgument,
       "CHECK_FAILED",
       "constraint",
       "ck_account_balance",
       ErrorClass::kStatement},
      {{1452,
        "Cannot add or update a child row: a foreign key constraint fails (`jz`.`entry`, "
        "CONSTRAINT "
        "`fk_entry_account` FOREIGN KEY (`account_id`) REFERENCES `account` (`id`))"},
       absl::StatusCode::kFailedPrecondition,
       "REFERENCE_MISSING",
       "constraint",
       "fk_entry_account",
       ErrorClass::kStatement},
      {{1406, "Data too long for column 'name' at row 1"},
       absl::StatusCode::kInvalidArgument,
       "VALUE_TOO_LONG",
       "column",
       "name",
       ErrorClass::kStatement},
      {{1366, "Incorrect string value: '\\xFF column ' for column `jz`.`account`.`name` at row 2"},
       absl::StatusCode::kInvalidArgument,
       "VALUE_FORMAT",
       "column",
       "name",
       ErrorClass::kStatement},
      {{1213, "Deadlock found"},
       absl::StatusCode::kAborted,
       "DEADLOCK",
       "",
       "",
       ErrorClass::kRetry},
      {{1205, "Lock wait timeout"},
       absl::StatusCode::kAborted,
       "LOCK_TIMEOUT",
       "",
       "",
       ErrorClass::kRetry},
      {{1180, "Got error 149 \"Lock deadlock; Retry transaction\" during COMMIT"},
       absl::StatusCode::kAborted,
       "CONFLICT",
       "",
       "",
       ErrorClass::kRetry},
      {{1180, "Got error 28 \"No space left on device\" during COMMIT"},
       absl::StatusCode::kInternal,
       "DATABASE_ERROR",
       "",
       "",
       ErrorClass::kStatement},
      {{1969, "Query execution was interrupted (max_statement_time exceeded)"},
       absl::StatusCode::kDeadlineExceeded,
       "STATEMENT_TIMEOUT",
       "",
       "",
       ErrorClass::kTimeout},
      {{3024, "Query execution was interrupted, maximum statement execution time exceeded"},
       absl::StatusCode::kDeadlineExceeded,
       "STATEMENT_TIMEOUT",
       "",
       "",
       ErrorClass::kTimeout},
      {{2013, "Lost connection"},
       absl::StatusCode::kUnavailable,
       "DATABASE_UNAVAILABLE",
       "",
       "",
       ErrorClass::kLost},
      {{1047, "WSREP has not yet prepared node for application use"},
       absl::StatusCode::kUnavailable,
       "DATABASE_UNAVAILABLE",
       "",
       "",
       ErrorClass::kLost},
      {{2056, "Statement closed indirectly"},
       absl::StatusCode::kInternal,
       "DATABASE_ERROR",
       "",
       "",
       ErrorClass::kLost},
      {{0, "Value not set for all parameters"},
       absl::StatusCode::kInternal,
       "DATABASE_ERROR",
       "",
       "",
       ErrorClass::kStatement},
  };
  for (const Case& c : cases) {
    absl::Status status = ToStatus(c.error, "INSERT");
    SCOPED_TRACE(c.error.message);
    EXPECT_EQ(status.code(), c.code);
    EXPECT_EQ(ReasonOf(status), c.reason);
    EXPECT_EQ(MetadataOf(status, c.metadata_key), c.metadata_value);
    EXPECT_EQ(ClassOf(c.error), c.error_class);
  }
}

TEST(DatabaseErrors, SurviveMessagesThatLookUnlikeAny) {
  for (int code : {1062, 1452, 4025, 3819, 1406}) {
    for (const char* message :
         {"", "'", "''", "`", "CONSTRAINT ", "CONSTRAINT `", "column ", "column"}) {
      absl::Status status = ToStatus({code, message}, "");
      EXPECT_FALSE(status.ok());
      EXPECT_EQ(MetadataOf(status, "constraint"), "");
      EXPECT_EQ(MetadataOf(status, "column"), "");
    }
  }
}

}  // namespace
}  // namespace jz::sql
