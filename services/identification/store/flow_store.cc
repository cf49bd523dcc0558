#include "services/identification/store/flow_store.h"

#include "absl/strings/str_cat.h"
#include "services/identification/store/residence_store.h"

namespace jz::identification {
namespace {

// One row per household. `seq` grows with every adjustment, so the greatest of a span of time is
// its last one; what is wanted of it rides in the low bits: three of a state (1 is candidate), four
// of kind * 2 + died.
constexpr char kCourses[] =
    "SELECT a.household_id AS household_id, "
    "COALESCE(MAX(CASE WHEN a.effective_date < ? THEN a.seq * 8 + a.state_after END), 1) & 7 "
    "AS opening, "
    "COALESCE(MAX(CASE WHEN a.effective_date <= ? THEN a.seq * 8 + a.state_after END), 1) & 7 "
    "AS closing, "
    "COALESCE(MAX(CASE WHEN a.effective_date BETWEEN ? AND ? AND a.kind <> 7 "
    "THEN a.seq * 16 + a.kind * 2 + (a.reason = 'ALL_MEMBERS_DIED') END), 0) & 15 AS latest "
    "FROM ";

std::string CoursesQuery(const auth::RegionScope& scope, const Period& period,
                         sql::Values& values) {
  values.insert(values.end(), {period.start, period.end, period.start, period.end});
  std::string residents = ResidentsQuery(scope, period.end, values);
  return absl::StrCat(kCourses, residents,
                      " r JOIN adjustment a ON a.household_id = r.id GROUP BY a.household_id");
}

HouseholdCourse ReadCourse(const sql::Row& row) {
  return {.opening = static_cast<HouseholdState>(row.Int(0)),
          .closing = static_cast<HouseholdState>(row.Int(1)),
          .last = static_cast<AdjustmentKind>(row.Int(2) / 2),
          .died = row.Int(2) % 2 != 0};
}

}  // namespace

absl::StatusOr<std::vector<HouseholdGroup>> CountHouseholdCourses(sql::Transaction& tx,
                                                                  const auth::RegionScope& scope,
                                                                  const Period& period) {
  sql::Values values;
  std::string courses = CoursesQuery(scope, period, values);
  return tx.Select(absl::StrCat("SELECT c.opening, c.closing, c.latest, COUNT(*) FROM (", courses,
                                ") c GROUP BY c.opening, c.closing, c.latest"),
                   values, [](const sql::Row& row) {
                     return HouseholdGroup{.course = ReadCourse(row), .count = row.Int(3)};
                   });
}

absl::StatusOr<std::vector<PersonGroup>> CountPersonCourses(sql::Transaction& tx,
                                                            const auth::RegionScope& scope,
                                                            const Period& period) {
  sql::Values values = {period.start, period.start, period.end, period.end};
  std::string courses = CoursesQuery(scope, period, values);
  return tx.Select(
      absl::StrCat(
          "SELECT t.opening, t.closing, t.latest, t.at_opening, t.at_closing, COUNT(*) FROM "
          "(SELECT c.opening, c.closing, c.latest, "
          "(p.joined_on < ? AND (p.left_on IS NULL OR p.left_on >= ?)) AS at_opening, "
          "(p.joined_on <= ? AND (p.left_on IS NULL OR p.left_on > ?)) AS at_closing FROM (",
          courses,
          ") c JOIN person p ON p.household_id = c.household_id) t "
          "GROUP BY t.opening, t.closing, t.latest, t.at_opening, t.at_closing"),
      values, [](const sql::Row& row) {
        return PersonGroup{.course = ReadCourse(row),
                           .at_opening = row.Bool(3),
                           .at_closing = row.Bool(4),
                           .count = row.Int(5)};
      });
}

}  // namespace jz::identification
