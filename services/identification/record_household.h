// The one way in which a household changes: row, facts, history, adjustment, feed and statistics
// together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

struct HouseholdChange {
  // As it shall be. `version` is still that of the loaded row: RecordHouseholds raises it by one
  // and sets updated_*.
  Household household;
  // Present members after the change, for snapshot and history; rows of persons are the caller's.
  std::vector<Person> members;
  // Set when the state was decided on (also RETAIN): written to table adjustment with seq = the new
  // version, and put into the feed. `household.state` is `state_after` then.
  std::optional<Adjustment> adjustment;
  // UPPER_SNAKE, for the history: "IMPORTED", "CASE_DECIDED", "MEMBER_CHANGE".
  std::string reason;
  // Set when items change that only the facts hold; unset: those stored. What `household` and
  // `members` say is brought into them when they are recorded.
  std::optional<v1::HouseholdFacts> facts = {};
  // Those that persons came from or went to, in a split or a merge; for the feed.
  std::vector<HouseholdId> related = {};
};

struct ChangeAuthor {
  std::string recorded_by;
  absl::Time recorded_at;
};

// Changes households whose rows the caller has locked: updates the rows, then household_facts,
// household_version, adjustment, feed and statistics. Call it last in a transaction, and
// Outbox::Notify after the commit. At most 1,000 changes, each of another household. A household
// that was changed later than `recorded_at` says is recorded as of that moment.
absl::Status RecordHouseholds(sql::Transaction& tx, absl::Span<HouseholdChange> changes,
                              const ChangeAuthor& author);

// The same for households whose rows the caller has just inserted: `household.version` is the
// version of each change, from 1 on without gap, and the inserted row has that of its last change
// and `updated_at` of all.
// Writes household_facts, household_version, adjustment, feed and statistics.
absl::Status RecordNewHouseholds(sql::Transaction& tx, absl::Span<const HouseholdChange> changes,
                                 const ChangeAuthor& author);

// What other services may know of a household: no name, no number.
v1::HouseholdSnapshot ToSnapshot(const Household& household, absl::Span<const Person> members);

}  // namespace jz::identification
