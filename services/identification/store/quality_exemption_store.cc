// Table quality_exemption.
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "services/identification/store/quality_finding_store.h"

namespace jz::identification {
namespace {

constexpr char kInsert[] =
    "INSERT INTO quality_exemption (id, code, subject_id, person_id, region_code, reason, "
    "expires_on, created_by, created_at_us) VALUES";
constexpr char kSelect[] =
    "SELECT e.id, e.code, e.subject_id, e.person_id, e.region_code, e.reason, e.expires_on, "
    "e.created_by, e.created_at_us FROM quality_exemption e WHERE ";

QualityExemption ReadExemption(const sql::Row& row) {
  return {.id = row.IdOf<QualityExemptionId>(0),
          .key = {.code = row.Text(1), .subject = row.Int(2), .person = row.Int(3)},
          .region = row.Region(4),
          .reason = row.Text(5),
          .expires_on = row.Day(6),
          .created_by = row.Text(7),
          .created_at = row.Time(8)};
}

}  // namespace

absl::Status InsertExemptions(sql::Transaction& tx, absl::Span<const QualityExemption> exemptions) {
  if (exemptions.empty()) return absl::OkStatus();
  sql::Values values;
  for (const QualityExemption& e : exemptions) {
    values.insert(values.end(), {e.id, e.key.code, e.key.subject, e.key.person, e.region, e.reason,
                                 e.expires_on, e.created_by, e.created_at});
  }
  return tx.InsertRows(kInsert, 9, values).status();
}

absl::StatusOr<std::vector<QualityKey>> LoadExemptions(sql::Transaction& tx,
                                                       absl::Span<const int64_t> subjects,
                                                       Date day) {
  if (subjects.empty()) return std::vector<QualityKey>();
  sql::Values values(subjects.begin(), subjects.end());
  sql::PadInList(values, subjects.size());
  values.emplace_back(day);
  return tx.Select(
      absl::StrCat(
          "SELECT e.code, e.subject_id, e.person_id FROM quality_exemption e WHERE ",
          "e.subject_id IN (", sql::InList(subjects.size()),
          ") AND e.expires_on >= ? AND NOT EXISTS (SELECT 1 FROM quality_exemption n WHERE "
          "n.subject_id = e.subject_id AND n.code = e.code AND n.person_id = e.person_id "
          "AND (n.created_at_us > e.created_at_us OR (n.created_at_us = e.created_at_us AND "
          "n.id > e.id)))"),
      values, [](const sql::Row& row) {
        return QualityKey{.code = row.Text(0), .subject = row.Int(1), .person = row.Int(2)};
      });
}

absl::StatusOr<std::vector<QualityExemption>> ListExemptions(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const ExemptionPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "e.region_code", values);
  where += " AND e.region_code >= ? AND (e.region_code > ? OR e.id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (!page.code.empty()) {
    where += " AND e.code = ?";
    values.emplace_back(page.code);
  }
  values.emplace_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY e.region_code, e.id LIMIT ?"), values,
                   ReadExemption);
}

}  // namespace jz::identification
