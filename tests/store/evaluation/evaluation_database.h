// A database with the tables of the evaluation service.
#pragma once

#include <memory>
#include <vector>

#include "common/sql/database.h"
#include "services/evaluation/store/projection_store.h"

namespace jz::evaluation {

std::unique_ptr<sql::Database> NewEvaluationDatabase();
// With all that the feeds of the township tell.
std::unique_ptr<sql::Database> NewProjectedDatabase();

absl::Time Soon();  // a deadline

// In a transaction of its own.
absl::Status ApplyAll(sql::Database& db,
                      absl::Status (*apply)(sql::Transaction&,
                                            absl::Span<const common::v1::Change>),
                      const std::vector<common::v1::Change>& changes);

// What `read` answers in a transaction; a failure ends the test.
template <class Read>
auto Ask(sql::Database& db, Read read) {
  auto answer = db.Fetch(Soon(), read);
  if (!answer.ok()) std::abort();
  return *std::move(answer);
}

auth::RegionScope ScopeOf(const char* region);

}  // namespace jz::evaluation
