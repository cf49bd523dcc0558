#include "services/identification/store/quality_finding_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kColumns[] =
    "f.id, f.code, f.subject_id, f.person_id, f.rule_id, f.scope, f.severity, f.region_code, "
    "f.values_hash, f.explanation, f.state, f.outcome, f.assignee, f.due_on, f.corrected_by, "
    "f.first_found_at_us, f.last_found_at_us, f.version";
constexpr int kColumnCount = 18;
constexpr char kInsert[] =
    "INSERT INTO quality_finding (id, code, subject_id, person_id, rule_id, scope, severity, "
    "region_code, values_hash, explanation, state, outcome, assignee, due_on, corrected_by, "
    "first_found_at_us, last_found_at_us, version) VALUES";
// Rows exist and are locked, so the primary key always matches: one statement changes all of them.
constexpr char kUpdateTail[] =
    "ON DUPLICATE KEY UPDATE rule_id = VALUES(rule_id), severity = VALUES(severity), region_code = "
    "VALUES(region_code), values_hash = VALUES(values_hash), explanation = VALUES(explanation), "
    "state = VALUES(state), outcome = VALUES(outcome), assignee = VALUES(assignee), due_on = "
    "VALUES(due_on), corrected_by = VALUES(corrected_by), last_found_at_us = "
    "VALUES(last_found_at_us), version = VALUES(version)";
constexpr char kInsertEvent[] =
    "INSERT INTO quality_finding_event (finding_id, version, kind, outcome, reason, recorded_by, "
    "recorded_at_us) VALUES";
constexpr char kSelectEvents[] =
    "SELECT finding_id, version, kind, outcome, reason, recorded_by, recorded_at_us FROM "
    "quality_finding_event WHERE finding_id = ? ORDER BY version LIMIT 1000";

QualityFinding ReadFinding(const sql::Row& row) {
  QualityFinding finding{
      .id = row.IdOf<QualityFindingId>(0),
      .hit = {.key = {.code = row.Text(1), .subject = row.Int(2), .person = row.Int(3)},
              .rule = row.IdOf<QualityRuleId>(4),
              .scope = static_cast<int>(row.Int(5)),
              .severity = static_cast<int>(row.Int(6)),
              .region = row.Region(7),
              .values = row.Int(8),
              .explanation = row.Text(9)},
      .state = static_cast<QualityFindingState>(row.Int(10)),
      .outcome = static_cast<QualityOutcome>(row.Int(11)),
      .assignee = row.Text(12),
      .due_on = std::nullopt,
      .corrected_by = row.Text(14),
      .first_found_at = row.Time(15),
      .last_found_at = row.Time(16),
      .version = static_cast<int>(row.Int(17))};
  if (!row.IsNull(13)) finding.due_on = row.Day(13);
  return finding;
}

sql::Values ValuesOf(absl::Span<const QualityFinding> findings) {
  sql::Values values;
  values.reserve(findings.size() * kColumnCount);
  for (const QualityFinding& f : findings) {
    values.insert(values.end(),
                  {f.id, f.hit.key.code, f.hit.key.subject, f.hit.key.person, f.hit.rule,
                   f.hit.scope, f.hit.severity, f.hit.region, f.hit.values, f.hit.explanation,
                   static_cast<int>(f.state), static_cast<int>(f.outcome), f.assignee, f.due_on,
                   f.corrected_by, f.first_found_at, f.last_found_at, f.version});
  }
  return values;
}

void AddCodes(absl::Span<const std::string> codes, std::string& where, sql::Values& values) {
  if (codes.empty()) return;
  absl::StrAppend(&where, " AND f.code IN (", sql::InList(codes.size()), ")");
  values.insert(values.end(), codes.begin(), codes.end());
  sql::PadInList(values, codes.size());
}

absl::StatusOr<std::vector<QualityFinding>> Load(sql::Transaction& tx,
                                                 const auth::RegionScope& scope,
                                                 absl::Span<const QualityFindingId> ids,
                                                 absl::string_view tail) {
  if (ids.empty()) return std::vector<QualityFinding>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string in_scope = sql::ScopeClause(scope, "f.region_code", values);
  return tx.Select(
      absl::StrCat("SELECT ", kColumns, " FROM quality_finding f WHERE f.id IN (",
                   sql::InList(ids.size()), ") AND ", in_scope, " ORDER BY f.id", tail),
      values, ReadFinding);
}

}  // namespace

absl::StatusOr<std::vector<QualityFinding>> LockFindingsOfSubjects(
    sql::Transaction& tx, absl::Span<const int64_t> subjects, absl::Span<const std::string> codes) {
  if (subjects.empty()) return std::vector<QualityFinding>();
  sql::Values values(subjects.begin(), subjects.end());
  sql::PadInList(values, subjects.size());
  std::string where = absl::StrCat("f.subject_id IN (", sql::InList(subjects.size()), ")");
  AddCodes(codes, where, values);
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_finding f WHERE ", where,
                                " ORDER BY f.subject_id, f.code, f.person_id FOR UPDATE"),
                   values, ReadFinding);
}

absl::StatusOr<std::vector<StrayFinding>> LockStrayFindings(sql::Transaction& tx,
                                                            const StrayPage& page) {
  sql::Values values = {page.region, page.region.Last(), page.after_region, page.after_region,
                        page.after_id};
  std::string where =
      "f.region_code BETWEEN ? AND ? AND f.region_code >= ? AND (f.region_code > ? OR f.id > ?) "
      "AND "
      "f.state <> 5 AND f.scope <> 3 AND (h.region_code IS NULL OR h.region_code <> "
      "f.region_code)";
  AddCodes(page.codes, where, values);
  values.emplace_back(page.limit);
  return tx.Select(
      absl::StrCat("SELECT ", kColumns, ", h.region_code FROM quality_finding f LEFT JOIN ",
                   "household_facts h ON h.household_id = f.subject_id WHERE ", where,
                   " ORDER BY f.region_code, f.id LIMIT ? FOR UPDATE"),
      values, [](const sql::Row& row) {
        return StrayFinding{.finding = ReadFinding(row), .now = row.Region(kColumnCount)};
      });
}

absl::Status InsertQualityFindings(sql::Transaction& tx,
                                   absl::Span<const QualityFinding> findings) {
  if (findings.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kColumnCount, ValuesOf(findings)).status();
}

absl::Status UpdateQualityFindings(sql::Transaction& tx,
                                   absl::Span<const QualityFinding> findings) {
  if (findings.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kColumnCount, ValuesOf(findings), kUpdateTail).status();
}

absl::StatusOr<std::vector<QualityFinding>> LoadQualityFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const QualityFindingId> ids) {
  return Load(tx, scope, ids, "");
}

absl::StatusOr<std::vector<QualityFinding>> LockQualityFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const QualityFindingId> ids) {
  return Load(tx, scope, ids, " FOR UPDATE");
}

absl::StatusOr<std::vector<QualityFinding>> ListQualityFindings(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const QualityFindingPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "f.region_code", values);
  where += " AND f.region_code >= ? AND (f.region_code > ? OR f.id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  auto equals = [&](const char* column, sql::Value value) {
    absl::StrAppend(&where, " AND f.", column, " = ?");
    values.push_back(std::move(value));
  };
  if (!page.code.empty()) equals("code", page.code);
  if (page.severity != 0) equals("severity", page.severity);
  if (page.subject != 0) equals("subject_id", page.subject);
  if (!page.assignee.empty()) equals("assignee", page.assignee);
  if (!page.states.empty()) {
    absl::StrAppend(&where, " AND f.state IN (", sql::InList(page.states.size()), ")");
    values.insert(values.end(), page.states.begin(), page.states.end());
    sql::PadInList(values, page.states.size());
  }
  if (page.overdue_on) {
    where += " AND f.state = 2 AND f.due_on < ?";
    values.emplace_back(*page.overdue_on);
  }
  values.emplace_back(page.limit);
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_finding f WHERE ", where,
                                " ORDER BY f.region_code, f.id LIMIT ?"),
                   values, ReadFinding);
}

absl::Status InsertQualityEvents(sql::Transaction& tx, absl::Span<const QualityEvent> events) {
  if (events.empty()) return absl::OkStatus();
  sql::Values values;
  for (const QualityEvent& e : events) {
    values.insert(values.end(),
                  {e.finding, e.version, static_cast<int>(e.kind), static_cast<int>(e.outcome),
                   e.reason, e.recorded_by, e.recorded_at});
  }
  return tx.InsertRows(kInsertEvent, 7, values).status();
}

absl::StatusOr<std::vector<QualityEvent>> LoadQualityEvents(sql::Transaction& tx,
                                                            QualityFindingId finding) {
  return tx.Select(kSelectEvents, {finding}, [](const sql::Row& row) {
    return QualityEvent{.finding = row.IdOf<QualityFindingId>(0),
                        .version = static_cast<int>(row.Int(1)),
                        .kind = static_cast<QualityEventKind>(row.Int(2)),
                        .outcome = static_cast<QualityOutcome>(row.Int(3)),
                        .reason = row.Text(4),
                        .recorded_by = row.Text(5),
                        .recorded_at = row.Time(6)};
  });
}

absl::StatusOr<std::vector<QualityFigure>> CountQualityFindings(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const QualityFigureQuery& query) {
  sql::Values values = {query.today};
  const std::string part =
      query.part_width > 0 ? absl::StrCat("region_code DIV ", query.part_width) : "0";
  std::string where = sql::ScopeClause(scope, "region_code", values);
  if (!query.code.empty()) {
    where += " AND code = ?";
    values.emplace_back(query.code);
  }
  return tx.Select(
      absl::StrCat("SELECT ", part,
                   " AS part, code, severity, state, COUNT(*), COALESCE(SUM(state = 2 AND due_on < "
                   "?), 0), COUNT(DISTINCT subject_id) FROM quality_finding WHERE ",
                   where,
                   " GROUP BY part, code, severity, state ORDER BY part, code, severity, state"),
      values, [&](const sql::Row& row) {
        return QualityFigure{.part = RegionCode::FromNumber(row.Int(0) * query.part_width),
                             .code = row.Text(1),
                             .severity = static_cast<int>(row.Int(2)),
                             .state = static_cast<int>(row.Int(3)),
                             .count = row.Int(4),
                             .overdue_count = row.Int(5),
                             .subject_count = row.Int(6)};
      });
}

}  // namespace jz::identification
