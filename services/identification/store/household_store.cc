#include "services/identification/store/household_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT id, region_code, group_name, national_no, head_person_id, state, state_since, "
    "member_count, phone_sealed, main_cause, housing, safe_water, education_ok, medical_ok, "
    "exclusion_kinds, net_income_per_head_fen, previous_net_income_per_head_fen, "
    "able_to_work_count, planned_exit_year, import_job, version, created_by, created_at_us, "
    "updated_by, updated_at_us, bank, bank_account_sealed FROM household ";
constexpr char kInsert[] =
    "INSERT INTO household (id, region_code, group_name, national_no, head_person_id, state, "
    "state_since, member_count, phone_sealed, main_cause, housing, safe_water, education_ok, "
    "medical_ok, exclusion_kinds, net_income_per_head_fen, previous_net_income_per_head_fen, "
    "able_to_work_count, planned_exit_year, import_job, version, created_by, created_at_us, "
    "updated_by, updated_at_us, bank, bank_account_sealed) VALUES";
constexpr int kInsertColumns = 27;
// Rows exist and are locked, so the primary key always matches and nothing is inserted: one
// statement changes a thousand different rows.
constexpr char kUpdateTail[] =
    "ON DUPLICATE KEY UPDATE region_code = VALUES(region_code), group_name = VALUES(group_name), "
    "national_no = VALUES(national_no), head_person_id = VALUES(head_person_id), state = "
    "VALUES(state), state_since = "
    "VALUES(state_since), member_count = VALUES(member_count), phone_sealed = "
    "VALUES(phone_sealed), main_cause = VALUES(main_cause), housing = VALUES(housing), safe_water "
    "= VALUES(safe_water), education_ok = VALUES(education_ok), medical_ok = VALUES(medical_ok), "
    "exclusion_kinds = VALUES(exclusion_kinds), net_income_per_head_fen = "
    "VALUES(net_income_per_head_fen), previous_net_income_per_head_fen = "
    "VALUES(previous_net_income_per_head_fen), able_to_work_count = VALUES(able_to_work_count), "
    "planned_exit_year = VALUES(planned_exit_year), version = VALUES(version), updated_by = "
    "VALUES(updated_by), updated_at_us = VALUES(updated_at_us), bank = VALUES(bank), "
    "bank_account_sealed = VALUES(bank_account_sealed)";
constexpr char kInsertVersion[] =
    "INSERT INTO household_version (household_id, version, recorded_at_us, recorded_by, reason, "
    "snapshot) VALUES";
constexpr char kInsertAdjustment[] =
    "INSERT INTO adjustment (household_id, seq, region_code, kind, reason, effective_date, "
    "state_before, state_after, member_count, case_id, recorded_by, recorded_at_us) VALUES";

Household ReadHousehold(const sql::Row& row) {
  return {.id = row.IdOf<HouseholdId>(0),
          .region = row.Region(1),
          .group_name = row.Text(2),
          .national_no = row.Text(3),
          .head = row.IdOf<PersonId>(4),
          .state = static_cast<HouseholdState>(row.Int(5)),
          .state_since = row.Day(6),
          .member_count = static_cast<int>(row.Int(7)),
          .phone_sealed = row.Text(8),
          .bank = row.Text(25),
          .bank_account_sealed = row.Text(26),
          .main_cause = row.Text(9),
          .housing = row.Text(10),
          .safe_water = row.Bool(11),
          .education_ok = row.Bool(12),
          .medical_ok = row.Bool(13),
          .exclusion_kinds = SplitCodes(row.Text(14)),
          .net_income_per_head_fen = row.Int(15),
          .previous_net_income_per_head_fen = row.Int(16),
          .able_to_work_count = static_cast<int>(row.Int(17)),
          .planned_exit_year = static_cast<int>(row.Int(18)),
          .import_job = row.Int(19),
          .version = row.Int(20),
          .created_by = row.Text(21),
          .created_at = row.Time(22),
          .updated_by = row.Text(23),
          .updated_at = row.Time(24)};
}

sql::Value NullIfEmpty(const std::string& text) {
  return text.empty() ? sql::Value() : sql::Value(text);
}

sql::Value NullIfZero(int64_t number) { return number == 0 ? sql::Value() : sql::Value(number); }

sql::Values InsertValues(absl::Span<const Household> households) {
  sql::Values values;
  values.reserve(households.size() * kInsertColumns);
  for (const Household& h : households) {
    values.insert(values.end(), {h.id,
                                 h.region,
                                 h.group_name,
                                 NullIfEmpty(h.national_no),
                                 NullIfZero(h.head.value()),
                                 static_cast<int>(h.state),
                                 h.state_since,
                                 h.member_count,
                                 NullIfEmpty(h.phone_sealed),
                                 h.main_cause,
                                 h.housing,
                                 h.safe_water,
                                 h.education_ok,
                                 h.medical_ok,
                                 JoinCodes(h.exclusion_kinds),
                                 h.net_income_per_head_fen,
                                 h.previous_net_income_per_head_fen,
                                 h.able_to_work_count,
                                 h.planned_exit_year,
                                 NullIfZero(h.import_job),
                                 h.version,
                                 h.created_by,
                                 h.created_at,
                                 h.updated_by,
                                 h.updated_at,
                                 NullIfEmpty(h.bank),
                                 NullIfEmpty(h.bank_account_sealed)});
  }
  return values;
}

absl::StatusOr<std::vector<Household>> Load(sql::Transaction& tx, const auth::RegionScope& scope,
                                            absl::Span<const HouseholdId> ids,
                                            absl::string_view tail) {
  if (ids.empty()) return std::vector<Household>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "WHERE id IN (", sql::InList(ids.size()), ") AND ",
                                in_scope, " ORDER BY id", tail),
                   values, ReadHousehold);
}

}  // namespace

absl::StatusOr<std::vector<Household>> LoadHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const HouseholdId> ids) {
  return Load(tx, scope, ids, "");
}

absl::StatusOr<std::vector<CurrentVersion>> LoadVersions(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         absl::Span<const HouseholdId> ids) {
  if (ids.empty()) return std::vector<CurrentVersion>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  const std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat("SELECT id, version FROM household WHERE id IN (",
                                sql::InList(ids.size()), ") AND ", in_scope),
                   values, [](const sql::Row& row) {
                     return CurrentVersion{.household = row.IdOf<HouseholdId>(0),
                                           .version = row.Int(1)};
                   });
}

absl::StatusOr<std::vector<Household>> LockHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const HouseholdId> ids) {
  return Load(tx, scope, ids, " FOR UPDATE");
}

absl::StatusOr<std::vector<Household>> ListHouseholds(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const HouseholdPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "region_code", values);
  // The first condition lets the index start at the page; the second leaves out what was shown.
  where += " AND region_code >= ? AND (region_code > ? OR id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (!page.states.empty()) {
    absl::StrAppend(&where, " AND state IN (", sql::InList(page.states.size()), ")");
    for (HouseholdState state : page.states) values.push_back(static_cast<int>(state));
    sql::PadInList(values, page.states.size());
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, "WHERE ", where, " ORDER BY region_code, id LIMIT ?"),
                   values, ReadHousehold);
}

absl::Status InsertHouseholds(sql::Transaction& tx, absl::Span<const Household> households) {
  if (households.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, InsertValues(households)).status();
}

absl::Status UpdateHouseholds(sql::Transaction& tx, absl::Span<const Household> households) {
  if (households.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, InsertValues(households), kUpdateTail).status();
}

absl::StatusOr<std::vector<TakenNumber>> FindNationalNumbers(
    sql::Transaction& tx, int32_t county, absl::Span<const std::string> national_nos) {
  if (national_nos.empty()) return std::vector<TakenNumber>();
  sql::Values values = {county};
  for (const std::string& number : national_nos) values.push_back(number);
  sql::PadInList(values, national_nos.size());
  return tx.Select(absl::StrCat("SELECT county, national_no, import_job FROM household WHERE "
                                "county = ? AND national_no IN (",
                                sql::InList(national_nos.size()), ")"),
                   values, [](const sql::Row& row) {
                     return TakenNumber{.county = static_cast<int32_t>(row.Int(0)),
                                        .national_no = row.Text(1),
                                        .import_job = row.Int(2)};
                   });
}

absl::StatusOr<std::vector<NumberedHousehold>> FindNumberedHouseholds(
    sql::Transaction& tx, int32_t county, absl::Span<const std::string> national_nos) {
  if (national_nos.empty()) return std::vector<NumberedHousehold>();
  sql::Values values = {county};
  for (const std::string& number : national_nos) values.push_back(number);
  sql::PadInList(values, national_nos.size());
  return tx.Select(
      absl::StrCat("SELECT national_no, id FROM household WHERE county = ? AND national_no IN (",
                   sql::InList(national_nos.size()), ")"),
      values, [](const sql::Row& row) {
        return NumberedHousehold{.national_no = row.Text(0), .household = row.IdOf<HouseholdId>(1)};
      });
}

absl::Status InsertHouseholdVersions(sql::Transaction& tx,
                                     absl::Span<const HouseholdVersion> rows) {
  sql::Values values;
  for (const HouseholdVersion& row : rows) {
    values.insert(values.end(), {row.household, row.version, row.recorded_at, row.recorded_by,
                                 row.reason, row.snapshot});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertVersion, 6, values).status();
}

absl::Status InsertAdjustments(sql::Transaction& tx, absl::Span<const AdjustmentRow> rows) {
  sql::Values values;
  for (const AdjustmentRow& row : rows) {
    const Adjustment& a = row.adjustment;
    values.insert(values.end(), {row.household, row.seq, row.region, static_cast<int>(a.kind),
                                 a.reason, a.effective_date, static_cast<int>(a.state_before),
                                 static_cast<int>(a.state_after), a.member_count,
                                 NullIfZero(a.case_id), row.recorded_by, row.recorded_at});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertAdjustment, 12, values).status();
}

}  // namespace jz::identification
