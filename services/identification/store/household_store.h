// Table household with its history (household_version) and its adjustments' rows. SQL only; a
// change of a household goes through RecordHouseholds (record_household.h), which also tells the
// feed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// Those of `ids` that exist inside `scope`, by id. At most 1,000 ids.
absl::StatusOr<std::vector<Household>> LoadHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const HouseholdId> ids);
// The versions of those that exist inside `scope`, in no order.
struct CurrentVersion {
  HouseholdId household;
  int64_t version = 0;
};
absl::StatusOr<std::vector<CurrentVersion>> LoadVersions(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         absl::Span<const HouseholdId> ids);
// The same as LoadHouseholds with row locks, taken in order of id.
absl::StatusOr<std::vector<Household>> LockHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const HouseholdId> ids);

// A page of households in order of (region, id).
struct HouseholdPage {
  std::vector<HouseholdState> states;  // empty: all
  RegionCode after_region;             // the last of the page before; zero for the first page
  HouseholdId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<Household>> ListHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const HouseholdPage& page);

// Plain insert: ALREADY_EXISTS (uq_household_national_no) when a national number is known in the
// county.
absl::Status InsertHouseholds(sql::Transaction& tx, absl::Span<const Household> households);
// Writes every column of rows that the caller has locked.
absl::Status UpdateHouseholds(sql::Transaction& tx, absl::Span<const Household> households);

// National numbers that are taken in a county, with the import job (0: none) that took each.
struct TakenNumber {
  int32_t county = 0;
  std::string national_no;
  int64_t import_job = 0;
};
absl::StatusOr<std::vector<TakenNumber>> FindNationalNumbers(
    sql::Transaction& tx, int32_t county, absl::Span<const std::string> national_nos);

// The households of a county that have these national numbers. Takes no scope: what it tells stays
// within the service. At most 1,000 numbers.
struct NumberedHousehold {
  std::string national_no;
  HouseholdId household;
};
absl::StatusOr<std::vector<NumberedHousehold>> FindNumberedHouseholds(
    sql::Transaction& tx, int32_t county, absl::Span<const std::string> national_nos);

struct HouseholdVersion {
  HouseholdId household;
  int64_t version = 0;
  std::string reason;
  std::string snapshot;  // serialized HouseholdRecord
  std::string recorded_by;
  absl::Time recorded_at;
};
absl::Status InsertHouseholdVersions(sql::Transaction& tx, absl::Span<const HouseholdVersion> rows);

struct AdjustmentRow {
  HouseholdId household;
  int64_t seq = 0;  // version of the household that the adjustment made
  RegionCode region;
  Adjustment adjustment;
  std::string recorded_by;
  absl::Time recorded_at;
};
absl::Status InsertAdjustments(sql::Transaction& tx, absl::Span<const AdjustmentRow> rows);

}  // namespace jz::identification
