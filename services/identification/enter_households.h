// Entering households that an import has found to be new.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/jobs/jobs.h"
#include "common/sql/database.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/imported_household.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// A household, ready to be stored: with ids, sealed values and hashes.
struct NewHousehold {
  ImportedHousehold imported;
  int64_t line = 0;  // of the file, for errors
  v1::HouseholdFacts facts = {};
};

struct EnteredBy {
  jobs::JobId job;
  std::string author;
  absl::Time now;
};

// Writes rows, facts, history, adjustments and feed. ALREADY_EXISTS when a member or a national
// number is in the register.
absl::Status EnterHouseholds(sql::Transaction& tx, absl::Span<const NewHousehold* const> entered,
                             const EnteredBy& by);

}  // namespace jz::identification
