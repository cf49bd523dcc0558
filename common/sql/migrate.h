// Forward-only schema migrations, run by the service's own binary (`--migrate`).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/sql/database.h"

namespace jz::sql {

struct Migration {
  std::string name;  // "0001_create_household"
  std::string sql;   // statements separated by ';' at line end
};

// Applies what is missing, in order, under a row lock that makes concurrent runs of many replicas
// safe. `owner` separates the sequences of common modules from a service's own ("feed", "funds",
// …). FAILED_PRECONDITION with reason MIGRATION_CHANGED when an applied file has another checksum
// now.
absl::Status Migrate(Database& db, absl::string_view owner,
                     const std::vector<Migration>& migrations);

// The tables that every service has: id_block, idempotency, outbox, feed_sequence, feed_cursor,
// job, …
std::vector<Migration> Migrations();

}  // namespace jz::sql
