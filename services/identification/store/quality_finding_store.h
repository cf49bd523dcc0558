// Tables quality_finding, quality_finding_event and quality_exemption. SQL only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/quality_finding.h"

namespace jz::identification {

// Findings of up to 1,000 subjects, by subject, code and person; of `codes` only, unless empty.
// Locked until `tx` ends.
absl::StatusOr<std::vector<QualityFinding>> LockFindingsOfSubjects(
    sql::Transaction& tx, absl::Span<const int64_t> subjects, absl::Span<const std::string> codes);

// A finding of a household that is not where the finding is, with the region where it is now.
struct StrayFinding {
  QualityFinding finding;
  RegionCode now;  // the nation: nowhere
};
// Findings of households (not of villages) that are not closed and whose household has no facts in
// the finding's village any more, behind `after` in order of id. Locked until `tx` ends.
struct StrayPage {
  RegionCode region;
  RegionCode after_region;
  QualityFindingId after_id;
  std::vector<std::string> codes;  // empty: all
  int limit = 0;
};
absl::StatusOr<std::vector<StrayFinding>> LockStrayFindings(sql::Transaction& tx,
                                                            const StrayPage& page);

absl::Status InsertQualityFindings(sql::Transaction& tx, absl::Span<const QualityFinding> findings);
// Of rows that exist and are locked.
absl::Status UpdateQualityFindings(sql::Transaction& tx, absl::Span<const QualityFinding> findings);

// By id; those outside of `scope` and unknown ones are left out.
absl::StatusOr<std::vector<QualityFinding>> LoadQualityFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const QualityFindingId> ids);
absl::StatusOr<std::vector<QualityFinding>> LockQualityFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const QualityFindingId> ids);

struct QualityFindingPage {
  RegionCode after_region;
  QualityFindingId after_id;
  std::string code;
  std::vector<int> states;
  int severity = 0;
  int64_t subject = 0;
  std::string assignee;
  std::optional<Date> overdue_on;
  int limit = 0;
};
// By region and id.
absl::StatusOr<std::vector<QualityFinding>> ListQualityFindings(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const QualityFindingPage& page);

absl::Status InsertQualityEvents(sql::Transaction& tx, absl::Span<const QualityEvent> events);
absl::StatusOr<std::vector<QualityEvent>> LoadQualityEvents(sql::Transaction& tx,
                                                            QualityFindingId finding);

absl::Status InsertExemptions(sql::Transaction& tx, absl::Span<const QualityExemption> exemptions);
// Of up to 1,000 subjects, those that hold on a day.
absl::StatusOr<std::vector<QualityKey>> LoadExemptions(sql::Transaction& tx,
                                                       absl::Span<const int64_t> subjects,
                                                       Date day);
struct ExemptionPage {
  RegionCode after_region;
  QualityExemptionId after_id;
  std::string code;
  int limit = 0;
};
absl::StatusOr<std::vector<QualityExemption>> ListExemptions(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const ExemptionPage& page);

struct QualityFigureQuery {
  std::string code;
  Date today;
  int64_t part_width = 0;  // codes of one part; 0: no parts
};
struct QualityFigure {
  RegionCode part;
  std::string code;
  int severity = 0;
  int state = 0;
  int64_t count = 0;
  int64_t overdue_count = 0;
  int64_t subject_count = 0;
};
absl::StatusOr<std::vector<QualityFigure>> CountQualityFindings(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const QualityFigureQuery& query);

}  // namespace jz::identification
