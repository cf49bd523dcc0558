#include "services/identification/store/quality_rule_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr char kColumns[] =
    "r.id, r.rule_key, r.region_code, r.version, r.codes, r.scope, r.severity, r.valid_from, "
    "r.valid_to, r.definition, r.created_by, r.created_at_us";
constexpr char kInsert[] =
    "INSERT INTO quality_rule (id, rule_key, region_code, version, codes, scope, severity, "
    "valid_from, valid_to, definition, created_by, created_at_us) VALUES";
// The last version that has begun on a day (?), entered by a time (?).
constexpr char kLastBegun[] =
    "r.version = (SELECT MAX(v.version) FROM quality_rule v WHERE v.rule_key = r.rule_key AND "
    "v.region_code = r.region_code AND v.valid_from <= ? AND v.created_at_us <= ?) AND "
    "(r.valid_to IS NULL OR r.valid_to >= ?)";

QualityRuleRow ReadRule(const sql::Row& row) {
  QualityRuleRow rule{.id = row.IdOf<QualityRuleId>(0),
                      .key = row.Text(1),
                      .region = row.Region(2),
                      .version = static_cast<int>(row.Int(3)),
                      .codes = absl::StrSplit(row.Text(4), ' ', absl::SkipEmpty()),
                      .scope = static_cast<int>(row.Int(5)),
                      .severity = static_cast<int>(row.Int(6)),
                      .valid_from = row.Day(7),
                      .valid_to = std::nullopt,
                      .definition = row.Text(9),
                      .created_by = row.Text(10),
                      .created_at = row.Time(11)};
  if (!row.IsNull(8)) rule.valid_to = row.Day(8);
  return rule;
}

// Codes have no blanks and no wildcards of LIKE but '_', which is escaped.
std::string CodePattern(const std::string& code) {
  return absl::StrCat("% ", absl::StrReplaceAll(code, {{"_", "\\_"}}), " %");
}

}  // namespace

absl::Status InsertQualityRules(sql::Transaction& tx, absl::Span<const QualityRuleRow> rules) {
  if (rules.empty()) return absl::OkStatus();
  sql::Values values;
  for (const QualityRuleRow& r : rules) {
    values.insert(
        values.end(),
        {r.id, r.key, r.region, r.version, absl::StrCat(" ", absl::StrJoin(r.codes, " "), " "),
         r.scope, r.severity, r.valid_from, r.valid_to, r.definition, r.created_by, r.created_at});
  }
  return tx.InsertRows(kInsert, 12, values).status();
}

absl::StatusOr<std::vector<QualityRuleRow>> LockQualityRules(sql::Transaction& tx,
                                                             absl::Span<const std::string> codes) {
  std::vector<QualityRuleRow> found;
  // A few hundred rows in all: what is looked for is compared here.
  JZ_ASSIGN_OR_RETURN(
      std::vector<QualityRuleRow> all,
      tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_rule r ORDER BY r.rule_key, ",
                             "r.region_code, r.version FOR UPDATE"),
                {}, ReadRule));
  for (QualityRuleRow& rule : all) {
    bool wanted = false;
    for (const std::string& code : rule.codes) {
      for (const std::string& one : codes) wanted = wanted || one == code;
    }
    if (wanted) found.push_back(std::move(rule));
  }
  return found;
}

absl::StatusOr<std::vector<QualityRuleRow>> LoadQualityRulesOn(sql::Transaction& tx, Date day,
                                                               absl::Time known_at) {
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_rule r WHERE ", kLastBegun,
                                " ORDER BY r.rule_key, r.region_code"),
                   {day, known_at, day}, ReadRule);
}

absl::StatusOr<std::vector<QualityRuleRow>> LoadQualityRules(sql::Transaction& tx,
                                                             absl::Span<const QualityRuleId> ids) {
  if (ids.empty()) return std::vector<QualityRuleRow>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_rule r WHERE r.id IN (",
                                sql::InList(ids.size()), ") ORDER BY r.id"),
                   values, ReadRule);
}

absl::StatusOr<std::vector<QualityRuleRow>> ListQualityRules(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const QualityRulePage& page) {
  sql::Values values;
  std::string where = VisibleRegionClause(scope, "r.region_code", values);
  where += " AND r.id > ?";
  values.emplace_back(page.after_id);
  if (!page.code.empty()) {
    where += " AND r.codes LIKE ?";
    values.emplace_back(CodePattern(page.code));
  }
  if (page.scope != 0) {
    where += " AND r.scope = ?";
    values.emplace_back(page.scope);
  }
  if (page.severity != 0) {
    where += " AND r.severity = ?";
    values.emplace_back(page.severity);
  }
  if (page.as_of) {
    absl::StrAppend(&where, " AND ", kLastBegun);
    values.insert(values.end(), {*page.as_of, absl::InfiniteFuture(), *page.as_of});
  }
  values.emplace_back(page.limit);
  return tx.Select(absl::StrCat("SELECT ", kColumns, " FROM quality_rule r WHERE ", where,
                                " ORDER BY r.id LIMIT ?"),
                   values, ReadRule);
}

absl::StatusOr<std::optional<QualityRuleRow>> LoadQualityRule(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              QualityRuleId id) {
  sql::Values values;
  std::string where = VisibleRegionClause(scope, "r.region_code", values);
  values.emplace_back(id);
  return tx.SelectOne(
      absl::StrCat("SELECT ", kColumns, " FROM quality_rule r WHERE ", where, " AND r.id = ?"),
      values, ReadRule);
}

absl::StatusOr<int64_t> QualityRuleStamp(sql::Transaction& tx) {
  // Rows are never changed nor deleted.
  JZ_ASSIGN_OR_RETURN(auto count, tx.SelectOne("SELECT COUNT(*) FROM quality_rule", {},
                                               [](const sql::Row& row) { return row.Int(0); }));
  return count.value_or(0);
}

}  // namespace jz::identification
