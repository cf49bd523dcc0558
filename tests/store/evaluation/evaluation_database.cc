#include "tests/store/evaluation/evaluation_database.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "services/evaluation/app.h"
#include "tests/support/mariadb.h"
#include "tests/support/time_factor.h"
#include "tests/support/township/township.h"

namespace jz::evaluation {

using ::jz::testing::PrivateMariaDb;

std::unique_ptr<sql::Database> NewEvaluationDatabase() {
  auto db = sql::Database::Open(PrivateMariaDb::Shared().NewSchema());
  if (!db.ok() || !MigrateService(Spec(), **db).ok()) std::abort();
  return *std::move(db);
}

std::unique_ptr<sql::Database> NewProjectedDatabase() {
  auto db = NewEvaluationDatabase();
  EXPECT_TRUE(ApplyAll(*db, feed::ApplyHouseholds, testing::RegisterChanges()).ok());
  EXPECT_TRUE(ApplyAll(*db, ApplyAssistance, testing::AssistanceChanges()).ok());
  EXPECT_TRUE(ApplyAll(*db, ApplyFunds, testing::FundsChanges()).ok());
  return db;
}

absl::Time Soon() { return absl::Now() + testing::Allow(absl::Seconds(20)); }

absl::Status ApplyAll(sql::Database& db,
                      absl::Status (*apply)(sql::Transaction&,
                                            absl::Span<const common::v1::Change>),
                      const std::vector<common::v1::Change>& changes) {
  return db.Run(Soon(), [&](sql::Transaction& tx) { return apply(tx, changes); });
}

auth::RegionScope ScopeOf(const char* region) {
  return auth::RegionScope({*RegionCode::Parse(region)});
}

}  // namespace jz::evaluation
