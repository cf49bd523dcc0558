// The one way in which households come to live elsewhere.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/sql/database.h"
#include "services/identification/record_household.h"

namespace jz::identification {

struct HouseholdMove {
  Household household;          // as loaded and locked
  std::vector<Person> members;  // present ones
  RegionCode to;
  std::string to_group;
};

struct MoveOrder {
  Date effective_date;  // first day in the new village
  // A household that came to the old village after that day goes on from the day it came, instead
  // of being refused.
  bool from_arrival = false;
  std::string reason;
  ChangeAuthor author;
};

// Moves up to 1,000 households, each once, with their persons and open cases; keeps where they
// lived before; tells the feeds of both villages. Returns them as they are now, in the order given.
// FAILED_PRECONDITION HOUSEHOLD_MOVED_SINCE; ALREADY_EXISTS HOUSEHOLD_NO_TAKEN. Call it last in a
// transaction.
absl::StatusOr<std::vector<HouseholdChange>> MoveHouseholds(sql::Transaction& tx,
                                                            std::vector<HouseholdMove> moves,
                                                            const MoveOrder& order);

}  // namespace jz::identification
