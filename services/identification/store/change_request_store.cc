#include "services/identification/store/change_request_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT id, household_id, region_code, state, base_version, edit_sealed, reason, due_on, "
    "proposed_by, proposed_at_us, verified_by, verified_at_us, decided_by, decided_at_us, note, "
    "version FROM change_request WHERE ";
constexpr char kInsert[] =
    "INSERT INTO change_request (id, household_id, region_code, state, base_version, edit_sealed, "
    "reason, due_on, proposed_by, proposed_at_us, verified_by, verified_at_us, decided_by, "
    "decided_at_us, note, version) VALUES";
constexpr char kUpdate[] =
    "UPDATE change_request SET state = ?, verified_by = ?, verified_at_us = ?, decided_by = ?, "
    "decided_at_us = ?, note = ?, version = ? WHERE id = ?";

ChangeRequest ReadRequest(const sql::Row& row) {
  return {.id = row.IdOf<ChangeRequestId>(0),
          .household = row.IdOf<HouseholdId>(1),
          .region = row.Region(2),
          .state = static_cast<ChangeRequestState>(row.Int(3)),
          .base_version = row.Int(4),
          .edit_sealed = row.Text(5),
          .reason = row.Text(6),
          .due_on = row.Day(7),
          .proposed_by = row.Text(8),
          .proposed_at = row.Time(9),
          .verified_by = row.Text(10),
          .verified_at = row.Time(11),
          .decided_by = row.Text(12),
          .decided_at = row.Time(13),
          .note = row.Text(14),
          .version = static_cast<int>(row.Int(15))};
}

absl::StatusOr<std::optional<ChangeRequest>> Find(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  ChangeRequestId id, absl::string_view tail) {
  sql::Values values = {id};
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.SelectOne(absl::StrCat(kSelect, "id = ? AND ", in_scope, tail), values, ReadRequest);
}

}  // namespace

absl::Status InsertChangeRequest(sql::Transaction& tx, const ChangeRequest& r) {
  const sql::Values values = {
      r.id,           r.household,   r.region,      static_cast<int>(r.state),
      r.base_version, r.edit_sealed, r.reason,      r.due_on,
      r.proposed_by,  r.proposed_at, r.verified_by, r.verified_at,
      r.decided_by,   r.decided_at,  r.note,        r.version};
  return tx.InsertRows(kInsert, 16, values).status();
}

absl::StatusOr<std::optional<ChangeRequest>> LoadChangeRequest(sql::Transaction& tx,
                                                               const auth::RegionScope& scope,
                                                               ChangeRequestId id) {
  return Find(tx, scope, id, "");
}

absl::StatusOr<std::optional<ChangeRequest>> LockChangeRequest(sql::Transaction& tx,
                                                               const auth::RegionScope& scope,
                                                               ChangeRequestId id) {
  return Find(tx, scope, id, " FOR UPDATE");
}

absl::Status UpdateChangeRequest(sql::Transaction& tx, const ChangeRequest& r) {
  return tx
      .Execute(kUpdate, {static_cast<int>(r.state), r.verified_by, r.verified_at, r.decided_by,
                         r.decided_at, r.note, r.version, r.id})
      .status();
}

absl::StatusOr<std::vector<ChangeRequest>> ListChangeRequests(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              const ChangeRequestPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "region_code", values);
  where += " AND region_code >= ? AND (region_code > ? OR id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (!page.states.empty()) {
    absl::StrAppend(&where, " AND state IN (", sql::InList(page.states.size()), ")");
    for (ChangeRequestState state : page.states) values.emplace_back(static_cast<int>(state));
    sql::PadInList(values, page.states.size());
  }
  if (!page.household.empty()) {
    where += " AND household_id = ?";
    values.emplace_back(page.household);
  }
  if (page.due_before) {
    where += " AND state IN (1, 2) AND due_on < ?";
    values.emplace_back(*page.due_before);
  }
  values.emplace_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY region_code, id LIMIT ?"), values,
                   ReadRequest);
}

absl::StatusOr<std::optional<std::string>> LoadSnapshot(sql::Transaction& tx, HouseholdId household,
                                                        int64_t version) {
  return tx.SelectOne(
      "SELECT snapshot FROM household_version WHERE household_id = ? AND version = ?",
      {household, version}, [](const sql::Row& row) { return row.Text(0); });
}

}  // namespace jz::identification
