// The projection of identification's households that every other service keeps: who is where, in
// which state on which day, with which members. Tables are prefixed `projected_`; only
// ApplyHouseholds writes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/sql/database.h"
#include "common/sql/migrate.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz {

struct HouseholdTag {
  static constexpr char kCollection[] = "households";
};
struct PersonTag {
  static constexpr char kCollection[] = "persons";
};
using HouseholdId = Id<HouseholdTag>;
using PersonId = Id<PersonTag>;

namespace common = ::jingzhun::common;  // the generated messages

}  // namespace jz

namespace jz::feed {

// The payload type to subscribe to.
inline constexpr char kHouseholdChanged[] = "jingzhun.identification.v1.HouseholdChanged";
inline constexpr char kIdentificationFeed[] =
    "/jingzhun.identification.v1.RegisterService/StreamChanges";

namespace households {
std::vector<sql::Migration> Migrations();  // owner "households"
}

// An ApplyFn: writes HouseholdChanged payloads into the projection and ignores the rest. A version
// that the projection has already seen changes nothing.
absl::Status ApplyHouseholds(sql::Transaction& tx, absl::Span<const common::v1::Change> changes);

struct HouseholdOnDay {
  HouseholdId id;
  RegionCode region;
  int state = 0;  // HouseholdState of identification/v1/changes.proto
  bool on_register() const { return state == 2 || state == 3; }  // registered or exited
};

// Households of `ids` inside `scope`, in their state on `day`. Unknown ones are missing from the
// result.
absl::StatusOr<absl::flat_hash_map<int64_t, HouseholdOnDay>> HouseholdsOnDay(
    sql::Transaction& tx, const auth::RegionScope& scope, const std::vector<int64_t>& ids,
    Date day);

// Holds the rows of these households, in the order of ids, until the transaction ends: for a rule
// about a household's rows in other tables, which two transactions must not check at the same time.
// Unknown ones are passed over.
absl::Status LockHouseholds(sql::Transaction& tx, std::vector<int64_t> ids);

// SQL that is true for the state row `s` that holds for household `h` on a day bound once as `?`:
//   FROM projected_household h JOIN projected_household_state s ON <this>
std::string StateOnDayJoin();

// Members on `day`: person -> household, of `ids`.
absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> MembersOnDay(sql::Transaction& tx,
                                                                   const std::vector<int64_t>& ids,
                                                                   Date day);

// Last applied cursor of each source of this service.
absl::StatusOr<std::map<std::string, std::string>> Cursors(sql::Transaction& tx);

struct ProjectionCounts {
  int64_t households = 0;
  int64_t registered = 0;  // on the register now
};
absl::StatusOr<ProjectionCounts> CountHouseholds(sql::Transaction& tx,
                                                 const auth::RegionScope& scope);

}  // namespace jz::feed
