#include "services/identification/store/membership_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kInsertFormer[] =
    "INSERT INTO former_membership (person_id, joined_on, household_id, left_on, joined_reason, "
    "left_reason, recorded_by, recorded_at_us) VALUES";
constexpr char kInsertLink[] =
    "INSERT INTO household_link (from_household_id, to_household_id, kind, effective_date, "
    "person_count, reason, recorded_by, recorded_at_us) VALUES";
constexpr char kSelectLinks[] =
    "SELECT l.kind, l.from_household_id, l.to_household_id, l.effective_date, l.person_count, "
    "l.reason, l.recorded_by, l.recorded_at_us FROM household_link l JOIN household h ON h.id = "
    "IF(l.from_household_id = ?, l.to_household_id, l.from_household_id) WHERE "
    "(l.from_household_id = ? OR l.to_household_id = ?) AND ";

}  // namespace

absl::Status InsertFormerMemberships(sql::Transaction& tx, absl::Span<const Person> persons,
                                     const RecordedBy& recorded) {
  sql::Values values;
  for (const Person& person : persons) {
    if (person.left_on <= person.joined_on) continue;
    values.insert(values.end(),
                  {person.id, person.joined_on, person.household, person.left_on,
                   person.joined_reason.empty() ? sql::Value() : sql::Value(person.joined_reason),
                   person.left_reason, recorded.subject, recorded.at});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertFormer, 8, values).status();
}

absl::Status InsertHouseholdLinks(sql::Transaction& tx, absl::Span<const HouseholdLink> links) {
  sql::Values values;
  for (const HouseholdLink& link : links) {
    values.insert(values.end(),
                  {link.from, link.to, static_cast<int>(link.kind), link.effective_date,
                   link.person_count, link.reason, link.recorded_by, link.recorded_at});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertLink, 8, values).status();
}

absl::StatusOr<std::vector<HouseholdLink>> ListHouseholdLinks(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              HouseholdId household) {
  sql::Values values = {household, household, household};
  std::string in_scope = sql::ScopeClause(scope, "h.region_code", values);
  auto links = tx.Select(absl::StrCat(kSelectLinks, in_scope, " ORDER BY l.recorded_at_us DESC, ",
                                      "l.from_household_id, l.to_household_id LIMIT 200"),
                         values, [](const sql::Row& row) {
                           return HouseholdLink{.kind = static_cast<HouseholdLinkKind>(row.Int(0)),
                                                .from = row.IdOf<HouseholdId>(1),
                                                .to = row.IdOf<HouseholdId>(2),
                                                .effective_date = row.Day(3),
                                                .person_count = static_cast<int>(row.Int(4)),
                                                .reason = row.Text(5),
                                                .recorded_by = row.Text(6),
                                                .recorded_at = row.Time(7)};
                         });
  if (links.ok()) std::reverse(links->begin(), links->end());
  return links;
}

}  // namespace jz::identification
