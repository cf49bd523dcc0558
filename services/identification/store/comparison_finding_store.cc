#include "services/identification/store/comparison_finding_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kColumns[] =
    "f.id, f.kind, f.person_id, f.household_id, f.region_code, f.list_id, f.severity, f.state, "
    "f.outcome, f.closing, f.due_on, f.hits, f.first_found_at_us, f.last_found_at_us, f.last_run, "
    "f.answered_by, f.version";
constexpr int kColumnCount = 17;
constexpr char kInsert[] =
    "INSERT INTO comparison_finding (id, kind, person_id, household_id, region_code, list_id, "
    "severity, state, outcome, closing, due_on, hits, first_found_at_us, last_found_at_us, "
    "last_run, answered_by, version) VALUES";
// Rows exist and are locked, so the primary key always matches: one statement changes all of them.
constexpr char kUpdateTail[] =
    "ON DUPLICATE KEY UPDATE household_id = VALUES(household_id), region_code = "
    "VALUES(region_code), list_id = VALUES(list_id), severity = VALUES(severity), state = "
    "VALUES(state), outcome = VALUES(outcome), closing = VALUES(closing), due_on = VALUES(due_on), "
    "hits = VALUES(hits), last_found_at_us = VALUES(last_found_at_us), last_run = "
    "VALUES(last_run), answered_by = VALUES(answered_by), version = VALUES(version)";
constexpr char kInsertEvent[] =
    "INSERT INTO comparison_finding_event (finding_id, version, kind, outcome, reason, "
    "evidence_reference, recorded_by, recorded_at_us) VALUES";
constexpr char kSelectEvents[] =
    "SELECT finding_id, version, kind, outcome, reason, evidence_reference, recorded_by, "
    "recorded_at_us FROM comparison_finding_event WHERE finding_id = ? ORDER BY version LIMIT 1000";
// Not a join: locking a finding must not lock its person.
constexpr char kNamed[] =
    ", (SELECT p.name FROM person p WHERE p.id = f.person_id) FROM comparison_finding f WHERE ";

ComparisonFinding ReadFinding(const sql::Row& row) {
  ComparisonFinding finding{.id = row.IdOf<ComparisonFindingId>(0),
                            .kind = row.Text(1),
                            .person = row.IdOf<PersonId>(2),
                            .household = row.IdOf<HouseholdId>(3),
                            .region = row.Region(4),
                            .list = row.IdOf<ComparisonListId>(5),
                            .severity = static_cast<ComparisonSeverity>(row.Int(6)),
                            .state = static_cast<ComparisonFindingState>(row.Int(7)),
                            .outcome = static_cast<ComparisonOutcome>(row.Int(8)),
                            .closing = static_cast<ComparisonClosing>(row.Int(9)),
                            .due_on = std::nullopt,
                            .hits = row.Text(11),
                            .first_found_at = row.Time(12),
                            .last_found_at = row.Time(13),
                            .last_run = row.Int(14),
                            .answered_by = row.Text(15),
                            .version = static_cast<int>(row.Int(16))};
  if (!row.IsNull(10)) finding.due_on = row.Day(10);
  return finding;
}

NamedFinding ReadNamed(const sql::Row& row) {
  return {.finding = ReadFinding(row), .person_name = row.Text(kColumnCount)};
}

sql::Values ValuesOf(absl::Span<const ComparisonFinding> findings) {
  sql::Values values;
  values.reserve(findings.size() * kColumnCount);
  for (const ComparisonFinding& f : findings) {
    values.insert(values.end(),
                  {f.id, f.kind, f.person, f.household, f.region, f.list,
                   static_cast<int>(f.severity), static_cast<int>(f.state),
                   static_cast<int>(f.outcome), static_cast<int>(f.closing), f.due_on, f.hits,
                   f.first_found_at, f.last_found_at, f.last_run, f.answered_by, f.version});
  }
  return values;
}

absl::StatusOr<std::vector<NamedFinding>> LoadNamed(sql::Transaction& tx,
                                                    const auth::RegionScope& scope,
                                                    absl::Span<const ComparisonFindingId> ids,
                                                    absl::string_view tail) {
  if (ids.empty()) return std::vector<NamedFinding>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string in_scope = sql::ScopeClause(scope, "f.region_code", values);
  return tx.Select(absl::StrCat("SELECT ", kColumns, kNamed, "f.id IN (", sql::InList(ids.size()),
                                ") AND ", in_scope, " ORDER BY f.id", tail),
                   values, ReadNamed);
}

}  // namespace

absl::StatusOr<std::vector<ComparisonFinding>> LockFindingsOf(sql::Transaction& tx,
                                                              const std::string& kind,
                                                              absl::Span<const PersonId> persons) {
  if (persons.empty()) return std::vector<ComparisonFinding>();
  sql::Values values = {kind};
  values.insert(values.end(), persons.begin(), persons.end());
  sql::PadInList(values, persons.size());
  return tx.Select(absl::StrCat("SELECT ", kColumns,
                                " FROM comparison_finding f WHERE f.kind = ? AND f.person_id IN (",
                                sql::InList(persons.size()), ") ORDER BY f.person_id FOR UPDATE"),
                   values, ReadFinding);
}

absl::Status InsertComparisonFindings(sql::Transaction& tx,
                                      absl::Span<const ComparisonFinding> findings) {
  if (findings.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kColumnCount, ValuesOf(findings)).status();
}

absl::Status UpdateComparisonFindings(sql::Transaction& tx,
                                      absl::Span<const ComparisonFinding> findings) {
  if (findings.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kColumnCount, ValuesOf(findings), kUpdateTail).status();
}

absl::StatusOr<std::vector<ComparisonFinding>> LockUntrue(sql::Transaction& tx,
                                                          const UntrueQuery& query) {
  sql::Values values = {query.kind, query.after, query.run, query.region, query.region.Last()};
  values.insert(values.end(), query.lists.begin(), query.lists.end());
  sql::PadInList(values, query.lists.size());
  values.emplace_back(query.limit);
  return tx.Select(
      absl::StrCat("SELECT ", kColumns,
                   " FROM comparison_finding f WHERE f.kind = ? AND f.person_id > ? "
                   "AND f.state <> 4 AND f.last_run <> ? AND f.region_code BETWEEN ? "
                   "AND ? AND f.list_id IN (",
                   sql::InList(query.lists.size()), ") ORDER BY f.person_id LIMIT ? FOR UPDATE"),
      values, ReadFinding);
}

absl::StatusOr<std::vector<NamedFinding>> LoadComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope,
    absl::Span<const ComparisonFindingId> ids) {
  return LoadNamed(tx, scope, ids, "");
}

absl::StatusOr<std::vector<NamedFinding>> LockComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope,
    absl::Span<const ComparisonFindingId> ids) {
  return LoadNamed(tx, scope, ids, " FOR UPDATE");
}

absl::StatusOr<std::vector<NamedFinding>> ListComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, const ComparisonFindingPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "f.region_code", values);
  where += " AND f.region_code >= ? AND (f.region_code > ? OR f.id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (!page.kind.empty()) {
    where += " AND f.kind = ?";
    values.emplace_back(page.kind);
  }
  if (page.state != ComparisonFindingState::kUnspecified) {
    where += " AND f.state = ?";
    values.emplace_back(static_cast<int>(page.state));
  }
  if (page.overdue_on) {
    where += " AND f.state = 2 AND f.due_on < ?";
    values.emplace_back(*page.overdue_on);
  }
  values.emplace_back(page.limit);
  return tx.Select(
      absl::StrCat("SELECT ", kColumns, kNamed, where, " ORDER BY f.region_code, f.id LIMIT ?"),
      values, ReadNamed);
}

absl::Status InsertFindingEvents(sql::Transaction& tx, absl::Span<const FindingEvent> events) {
  if (events.empty()) return absl::OkStatus();
  sql::Values values;
  for (const FindingEvent& e : events) {
    values.insert(values.end(),
                  {e.finding, e.version, static_cast<int>(e.kind), static_cast<int>(e.outcome),
                   e.reason, e.evidence_reference, e.recorded_by, e.recorded_at});
  }
  return tx.InsertRows(kInsertEvent, 8, values).status();
}

absl::StatusOr<std::vector<FindingEvent>> LoadFindingEvents(sql::Transaction& tx,
                                                            ComparisonFindingId finding) {
  return tx.Select(kSelectEvents, {finding}, [](const sql::Row& row) {
    return FindingEvent{.finding = row.IdOf<ComparisonFindingId>(0),
                        .version = static_cast<int>(row.Int(1)),
                        .kind = static_cast<FindingEventKind>(row.Int(2)),
                        .outcome = static_cast<ComparisonOutcome>(row.Int(3)),
                        .reason = row.Text(4),
                        .evidence_reference = row.Text(5),
                        .recorded_by = row.Text(6),
                        .recorded_at = row.Time(7)};
  });
}

absl::StatusOr<std::vector<ComparisonFigure>> CountComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, const ComparisonFigureQuery& query) {
  sql::Values values = {query.today};
  const std::string part =
      query.part_width > 0 ? absl::StrCat("region_code DIV ", query.part_width) : "0";
  std::string where = sql::ScopeClause(scope, "region_code", values);
  if (!query.kind.empty()) {
    where += " AND kind = ?";
    values.emplace_back(query.kind);
  }
  return tx.Select(
      absl::StrCat(
          "SELECT ", part,
          " AS part, kind, list_id, severity, state, outcome, closing, COUNT(*), "
          "SUM(state = 2 AND due_on < ?) FROM comparison_finding WHERE ",
          where,
          " GROUP BY part, kind, list_id, severity, state, outcome, closing ORDER BY part, "
          "kind, list_id, severity, state, outcome, closing"),
      values, [&](const sql::Row& row) {
        return ComparisonFigure{.part = RegionCode::FromNumber(row.Int(0) * query.part_width),
                                .kind = row.Text(1),
                                .list = row.IdOf<ComparisonListId>(2),
                                .severity = static_cast<ComparisonSeverity>(row.Int(3)),
                                .state = static_cast<ComparisonFindingState>(row.Int(4)),
                                .outcome = static_cast<ComparisonOutcome>(row.Int(5)),
                                .closing = static_cast<ComparisonClosing>(row.Int(6)),
                                .count = row.Int(7),
                                .overdue_count = row.Int(8)};
      });
}

}  // namespace jz::identification
