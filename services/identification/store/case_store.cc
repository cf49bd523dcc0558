#include "services/identification/store/case_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT id, household_id, region_code, campaign_id, kind, reason, state, awaiting, "
    "closing_reason, household_version, member_count, planned_exit_year, last_step_on, decided_on, "
    "effective_date, notice_id, supersedes_id, proposed_by, assessed_by, deliberated_by, "
    "verified_by, created_at_us FROM adjustment_case WHERE ";
constexpr char kInsert[] =
    "INSERT INTO adjustment_case (id, household_id, region_code, campaign_id, kind, reason, state, "
    "awaiting, closing_reason, household_version, member_count, planned_exit_year, last_step_on, "
    "supersedes_id, proposed_by, assessed_by, deliberated_by, verified_by, created_at_us) VALUES";
constexpr int kInsertColumns = 19;
constexpr char kInsertAssessment[] =
    "INSERT INTO case_assessment (case_id, rule_code, household_state, able_to_work_count, "
    "income_year, net_income_per_head_fen, previous_net_income_per_head_fen, line_fen, "
    "line_region_code, line_valid_from, failed_guarantees, exclusion_kinds, note) VALUES";
constexpr int kInsertAssessmentColumns = 13;
constexpr char kSelectAssessment[] =
    "SELECT rule_code, household_state, able_to_work_count, income_year, net_income_per_head_fen, "
    "previous_net_income_per_head_fen, line_fen, line_region_code, line_valid_from, "
    "failed_guarantees, exclusion_kinds, note FROM case_assessment WHERE case_id = ?";
constexpr char kCount[] =
    "SELECT kind, state, awaiting, COUNT(*) FROM adjustment_case WHERE campaign_id = ? AND ";
constexpr char kWithdraw[] =
    "UPDATE adjustment_case SET state = 6, awaiting = 0 WHERE campaign_id = ? AND state = 1 "
    "ORDER BY id LIMIT ?";
constexpr char kClose[] =
    "UPDATE adjustment_case SET state = ?, awaiting = 0, closing_reason = ?, "
    "last_step_on = COALESCE(?, last_step_on) WHERE id IN (";

std::optional<Date> DayOrNone(const sql::Row& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Day(column);
}

sql::Value NullIfZero(int64_t number) { return number == 0 ? sql::Value() : sql::Value(number); }

Case ReadCase(const sql::Row& row) {
  return {.id = row.IdOf<CaseId>(0),
          .household = row.IdOf<HouseholdId>(1),
          .region = row.Region(2),
          .campaign = row.IdOf<CampaignId>(3),
          .kind = static_cast<AdjustmentKind>(row.Int(4)),
          .reason = row.Text(5),
          .state = static_cast<CaseState>(row.Int(6)),
          .awaiting = static_cast<CaseStep>(row.Int(7)),
          .closing_reason = row.Text(8),
          .household_version = row.Int(9),
          .member_count = static_cast<int>(row.Int(10)),
          .planned_exit_year = static_cast<int>(row.Int(11)),
          .last_step_on = DayOrNone(row, 12),
          .decided_on = DayOrNone(row, 13),
          .effective_date = DayOrNone(row, 14),
          .notice = row.IdOf<NoticeId>(15),
          .supersedes = row.IdOf<CaseId>(16),
          .proposed_by = row.Text(17),
          .assessed_by = row.Text(18),
          .deliberated_by = row.Text(19),
          .verified_by = row.Text(20),
          .created_at = row.Time(21)};
}

// The column that each step leaves its mark in.
absl::string_view MarkColumn(CaseStep step) {
  switch (step) {
    case CaseStep::kGroupAssessment:
      return "assessed_by";
    case CaseStep::kVillageDeliberation:
      return "deliberated_by";
    case CaseStep::kTownshipVerification:
      return "verified_by";
    case CaseStep::kCountyDecision:
      return "decided_on";
    case CaseStep::kPublicity:
      return "notice_id";
    default:
      return "effective_date";
  }
}

absl::StatusOr<std::vector<Case>> Load(sql::Transaction& tx, const auth::RegionScope& scope,
                                       absl::Span<const CaseId> ids, absl::string_view tail) {
  if (ids.empty()) return std::vector<Case>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "id IN (", sql::InList(ids.size()), ") AND ", in_scope,
                                " ORDER BY id", tail),
                   values, ReadCase);
}

template <class Enum>
void AppendIn(std::string& where, sql::Values& values, absl::string_view column,
              const std::vector<Enum>& wanted) {
  if (wanted.empty()) return;
  absl::StrAppend(&where, " AND ", column, " IN (", sql::InList(wanted.size()), ")");
  for (Enum value : wanted) values.push_back(static_cast<int>(value));
  sql::PadInList(values, wanted.size());
}

std::string AwaitingClause(const auth::RegionScope& scope, const Awaiting& awaiting,
                           sql::Values& values) {
  values = {awaiting.campaign, static_cast<int>(awaiting.step)};
  return absl::StrCat("campaign_id = ? AND awaiting = ? AND ",
                      sql::ScopeClause(scope, "region_code", values));
}

absl::Status InsertAssessments(sql::Transaction& tx, absl::Span<const NewCase> cases) {
  sql::Values values;
  for (const NewCase& added : cases) {
    const CaseAssessment& a = added.assessment;
    values.insert(values.end(),
                  {added.item.id, a.rule, static_cast<int>(a.household_state), a.able_to_work_count,
                   a.income_year, a.net_income_per_head_fen, a.previous_net_income_per_head_fen,
                   a.line.fen, a.line.region, a.line.valid_from, JoinCodes(a.failed_guarantees),
                   JoinCodes(a.exclusion_kinds), a.note});
  }
  return tx.InsertRows(kInsertAssessment, kInsertAssessmentColumns, values).status();
}

}  // namespace

absl::Status InsertCases(sql::Transaction& tx, absl::Span<const NewCase> cases) {
  if (cases.empty()) return absl::OkStatus();
  sql::Values values;
  for (const NewCase& added : cases) {
    const Case& c = added.item;
    values.insert(values.end(),
                  {c.id, c.household, c.region, c.campaign, static_cast<int>(c.kind), c.reason,
                   static_cast<int>(c.state), static_cast<int>(c.awaiting), c.closing_reason,
                   c.household_version, c.member_count, c.planned_exit_year, c.last_step_on,
                   NullIfZero(c.supersedes.value()), c.proposed_by, c.assessed_by, c.deliberated_by,
                   c.verified_by, c.created_at});
  }
  JZ_RETURN_IF_ERROR(tx.InsertRows(kInsert, kInsertColumns, values).status());
  return InsertAssessments(tx, cases);
}

absl::StatusOr<std::vector<Case>> LoadCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            absl::Span<const CaseId> ids) {
  return Load(tx, scope, ids, "");
}

absl::StatusOr<std::vector<Case>> LockCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            absl::Span<const CaseId> ids) {
  return Load(tx, scope, ids, " FOR UPDATE");
}

absl::StatusOr<CaseAssessment> LoadAssessment(sql::Transaction& tx, CaseId id) {
  JZ_ASSIGN_OR_RETURN(
      auto assessment, tx.SelectOne(kSelectAssessment, {id}, [](const sql::Row& row) {
        return CaseAssessment{
            .rule = row.Text(0),
            .household_state = static_cast<HouseholdState>(row.Int(1)),
            .able_to_work_count = static_cast<int>(row.Int(2)),
            .income_year = static_cast<int>(row.Int(3)),
            .net_income_per_head_fen = row.Int(4),
            .previous_net_income_per_head_fen = row.Int(5),
            .line = {.fen = row.Int(6), .region = row.Region(7), .valid_from = DayOrNone(row, 8)},
            .failed_guarantees = SplitCodes(row.Text(9)),
            .exclusion_kinds = SplitCodes(row.Text(10)),
            .note = row.Text(11)};
      }));
  if (!assessment) return Internal("ASSESSMENT_MISSING", "a case has no assessment");
  return *std::move(assessment);
}

absl::StatusOr<std::vector<HouseholdId>> FindHouseholdsWithOpenCase(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<HouseholdId>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(absl::StrCat("SELECT open_household_id FROM adjustment_case "
                                "WHERE open_household_id IN (",
                                sql::InList(households.size()), ")"),
                   values, [](const sql::Row& row) { return row.IdOf<HouseholdId>(0); });
}

absl::StatusOr<std::vector<Case>> ListCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const CasePage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "region_code", values);
  where += " AND region_code >= ? AND (region_code > ? OR id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (page.campaign) {
    where += " AND campaign_id = ?";
    values.push_back(*page.campaign);
  }
  AppendIn(where, values, "state", page.states);
  AppendIn(where, values, "kind", page.kinds);
  if (page.awaiting != CaseStep::kNone) {
    where += " AND awaiting = ?";
    values.push_back(static_cast<int>(page.awaiting));
  }
  if (!page.household.empty()) {
    where += " AND household_id = ?";
    values.push_back(page.household);
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY region_code, id LIMIT ?"), values,
                   ReadCase);
}

absl::StatusOr<std::vector<CaseCount>> CountCases(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  CampaignId campaign) {
  sql::Values values = {campaign};
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kCount, in_scope,
                                " GROUP BY kind, state, awaiting ORDER BY kind, state, awaiting"),
                   values, [](const sql::Row& row) {
                     return CaseCount{.kind = static_cast<AdjustmentKind>(row.Int(0)),
                                      .state = static_cast<CaseState>(row.Int(1)),
                                      .awaiting = static_cast<CaseStep>(row.Int(2)),
                                      .count = row.Int(3)};
                   });
}

absl::StatusOr<std::vector<Case>> LockAwaiting(sql::Transaction& tx, const auth::RegionScope& scope,
                                               const Awaiting& awaiting, RegionCode after_region,
                                               CaseId after_id, int limit) {
  sql::Values values;
  std::string where = AwaitingClause(scope, awaiting, values);
  values.insert(values.end(), {after_region, after_region, after_id, limit});
  return tx.Select(absl::StrCat(kSelect, where,
                                " AND region_code >= ? AND (region_code > ? OR id > ?) "
                                "ORDER BY region_code, id LIMIT ? FOR UPDATE"),
                   values, ReadCase);
}

absl::StatusOr<std::optional<Case>> FindLaterThan(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const Awaiting& awaiting, Date date) {
  sql::Values values;
  std::string where = AwaitingClause(scope, awaiting, values);
  values.push_back(date);
  return tx.SelectOne(absl::StrCat(kSelect, where, " AND last_step_on > ? LIMIT 1"), values,
                      ReadCase);
}

absl::StatusOr<std::optional<Case>> FindOwn(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const Awaiting& awaiting, const std::string& subject) {
  sql::Values values;
  std::string where = AwaitingClause(scope, awaiting, values);
  switch (awaiting.step) {
    case CaseStep::kTownshipVerification:
      where += " AND (assessed_by = ? OR deliberated_by = ?)";
      break;
    case CaseStep::kCountyDecision:
      where += " AND (proposed_by = ? OR verified_by = ?)";
      break;
    default:
      return std::optional<Case>();
  }
  values.insert(values.end(), {subject, subject});
  return tx.SelectOne(absl::StrCat(kSelect, where, " LIMIT 1"), values, ReadCase);
}

absl::StatusOr<std::optional<CaseId>> FindPostedDecidedAfter(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             CampaignId campaign, Date date) {
  sql::Values values;
  std::string where =
      AwaitingClause(scope, {.campaign = campaign, .step = CaseStep::kConclusion}, values);
  values.push_back(date);
  return tx.SelectOne(
      absl::StrCat("SELECT id FROM adjustment_case WHERE ", where, " AND decided_on > ? LIMIT 1"),
      values, [](const sql::Row& row) { return row.IdOf<CaseId>(0); });
}

absl::StatusOr<std::vector<RegionCode>> VillagesAwaiting(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         const Awaiting& awaiting) {
  sql::Values values;
  std::string where = AwaitingClause(scope, awaiting, values);
  return tx.Select(absl::StrCat("SELECT DISTINCT region_code FROM adjustment_case WHERE ", where),
                   values, [](const sql::Row& row) { return row.Region(0); });
}

absl::Status AdvanceCases(sql::Transaction& tx, absl::Span<const CaseId> ids,
                          const Advance& advance) {
  if (ids.empty()) return absl::OkStatus();
  CaseState state = advance.to == CaseStep::kNone ? CaseState::kEffective : CaseState::kOpen;
  sql::Values values = {static_cast<int>(state), static_cast<int>(advance.to), advance.date,
                        advance.mark};
  values.insert(values.end(), ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx
      .Execute(absl::StrCat(
                   "UPDATE adjustment_case SET state = ?, awaiting = ?, last_step_on = ?, ",
                   MarkColumn(advance.from), " = ? WHERE id IN (", sql::InList(ids.size()), ")"),
               values)
      .status();
}

absl::Status CloseCases(sql::Transaction& tx, absl::Span<const CaseId> ids,
                        const Closing& closing) {
  if (ids.empty()) return absl::OkStatus();
  sql::Values values = {static_cast<int>(closing.state), closing.reason, closing.date};
  values.insert(values.end(), ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx.Execute(absl::StrCat(kClose, sql::InList(ids.size()), ")"), values).status();
}

absl::Status SupersedeCases(sql::Transaction& tx, absl::Span<const CaseId> ids) {
  if (ids.empty()) return absl::OkStatus();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx
      .Execute(absl::StrCat("UPDATE adjustment_case SET state = 4, awaiting = 0 WHERE id IN (",
                            sql::InList(ids.size()), ")"),
               values)
      .status();
}

absl::StatusOr<int64_t> WithdrawCases(sql::Transaction& tx, CampaignId campaign, int limit) {
  return tx.Execute(kWithdraw, {campaign, limit});
}

}  // namespace jz::identification
