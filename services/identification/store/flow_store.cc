#include "services/identification/store/flow_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/store/residence_store.h"

namespace jz::identification {
namespace {

// One row per household. `seq` grows with every adjustment, so the greatest of a span of time is
// its last one, the least its first; what is wanted of it rides in the low bits: three of a state
// (1 is candidate), or four of a kind and two of a reason, or four of a kind and three of a state.
constexpr char kCourses[] =
    "SELECT a.household_id AS household_id, "
    "COALESCE(MAX(CASE WHEN a.effective_date < ? THEN a.seq * 8 + a.state_after END), 1) & 7 "
    "AS opening, "
    "COALESCE(MAX(CASE WHEN a.effective_date <= ? THEN a.seq * 8 + a.state_after END), 1) & 7 "
    "AS closing, "
    "COALESCE(MAX(CASE WHEN a.effective_date BETWEEN ? AND ? AND a.kind <> 7 "
    "THEN a.seq * 64 + a.kind * 4 + (a.reason = 'ALL_MEMBERS_DIED') + 2 * (a.reason = 'MERGED') "
    "END), 0) & 63 AS latest, "
    "COALESCE(MIN(CASE WHEN a.effective_date BETWEEN ? AND ? AND a.kind <> 7 "
    "THEN a.seq * 128 + a.kind * 8 + a.state_after END), 0) & 127 AS first FROM ";

// `former`: only of households that members went from.
std::string CoursesQuery(const auth::RegionScope& scope, const Period& period, bool former,
                         sql::Values& values) {
  values.insert(values.end(),
                {period.start, period.end, period.start, period.end, period.start, period.end});
  std::string residents = ResidentsQuery(scope, period.end, values);
  return absl::StrCat(kCourses, residents, " r JOIN adjustment a ON a.household_id = r.id ",
                      former ? "WHERE EXISTS (SELECT 1 FROM former_membership m WHERE "
                               "m.household_id = r.id) "
                             : "",
                      "GROUP BY a.household_id");
}

HouseholdCourse ReadCourse(const sql::Row& row) {
  return {.opening = static_cast<HouseholdState>(row.Int(0)),
          .closing = static_cast<HouseholdState>(row.Int(1)),
          .last = static_cast<AdjustmentKind>(row.Int(2) / 4),
          .died = row.Int(2) % 4 == 1,
          .merged = row.Int(2) % 4 == 2,
          .first = static_cast<AdjustmentKind>(row.Int(3) / 8),
          .first_state = static_cast<HouseholdState>(row.Int(3) % 8)};
}

// Spans of membership in `table`, which is `person` or `former_membership`.
absl::StatusOr<std::vector<PersonGroup>> CountSpans(sql::Transaction& tx,
                                                    const auth::RegionScope& scope,
                                                    const Period& period, bool former) {
  sql::Values values = {period.start, period.start, period.end, period.end};
  std::string courses = CoursesQuery(scope, period, former, values);
  return tx.Select(
      absl::StrCat(
          "SELECT t.opening, t.closing, t.latest, t.first, t.at_opening, t.at_closing, "
          "t.from_household, t.to_household, COUNT(*) FROM "
          "(SELECT c.opening, c.closing, c.latest, c.first, "
          "(p.joined_on < ? AND (p.left_on IS NULL OR p.left_on >= ?)) AS at_opening, "
          "(p.joined_on <= ? AND (p.left_on IS NULL OR p.left_on > ?)) AS at_closing, "
          "COALESCE(p.joined_reason IN ('13', '14'), FALSE) AS from_household, "
          "COALESCE(p.left_reason IN ('13', '14'), FALSE) AS to_household FROM (",
          courses, ") c JOIN ", former ? "former_membership" : "person",
          " p ON p.household_id = c.household_id) t GROUP BY t.opening, t.closing, t.latest, "
          "t.first, t.at_opening, t.at_closing, t.from_household, t.to_household"),
      values, [](const sql::Row& row) {
        return PersonGroup{.course = ReadCourse(row),
                           .at_opening = row.Bool(4),
                           .at_closing = row.Bool(5),
                           .from_household = row.Bool(6),
                           .to_household = row.Bool(7),
                           .count = row.Int(8)};
      });
}

}  // namespace

absl::StatusOr<std::vector<HouseholdGroup>> CountHouseholdCourses(sql::Transaction& tx,
                                                                  const auth::RegionScope& scope,
                                                                  const Period& period) {
  sql::Values values;
  std::string courses = CoursesQuery(scope, period, false, values);
  return tx.Select(absl::StrCat("SELECT c.opening, c.closing, c.latest, c.first, COUNT(*) FROM (",
                                courses, ") c GROUP BY c.opening, c.closing, c.latest, c.first"),
                   values, [](const sql::Row& row) {
                     return HouseholdGroup{.course = ReadCourse(row), .count = row.Int(4)};
                   });
}

absl::StatusOr<std::vector<PersonGroup>> CountPersonCourses(sql::Transaction& tx,
                                                            const auth::RegionScope& scope,
                                                            const Period& period) {
  JZ_ASSIGN_OR_RETURN(std::vector<PersonGroup> groups, CountSpans(tx, scope, period, false));
  JZ_ASSIGN_OR_RETURN(std::vector<PersonGroup> former, CountSpans(tx, scope, period, true));
  groups.insert(groups.end(), former.begin(), former.end());
  return groups;
}

}  // namespace jz::identification
