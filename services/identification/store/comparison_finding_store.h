// Tables comparison_finding and comparison_finding_event. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/comparison_finding.h"

namespace jz::identification {

// For a run: what is known of up to 1,000 persons and a kind, with row locks.
absl::StatusOr<std::vector<ComparisonFinding>> LockFindingsOf(sql::Transaction& tx,
                                                              const std::string& kind,
                                                              absl::Span<const PersonId> persons);
// Plain insert: ALREADY_EXISTS (uq_comparison_finding_person) when another run was faster.
absl::Status InsertComparisonFindings(sql::Transaction& tx,
                                      absl::Span<const ComparisonFinding> findings);
// Writes rows that the caller has locked.
absl::Status UpdateComparisonFindings(sql::Transaction& tx,
                                      absl::Span<const ComparisonFinding> findings);

// For a run: findings of a kind that are open, were found on one of `lists` in `region`, and not
// hit by `run`, in order of person, with row locks.
struct UntrueQuery {
  std::string kind;
  RegionCode region;
  std::vector<ComparisonListId> lists;
  int64_t run = 0;
  PersonId after;
  int limit = 1000;
};
absl::StatusOr<std::vector<ComparisonFinding>> LockUntrue(sql::Transaction& tx,
                                                          const UntrueQuery& query);

// A finding with the name of its person.
struct NamedFinding {
  ComparisonFinding finding;
  std::string person_name;
};
// Those of up to 1,000 `ids` that exist inside `scope`, by id.
absl::StatusOr<std::vector<NamedFinding>> LoadComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope,
    absl::Span<const ComparisonFindingId> ids);
// The same with row locks.
absl::StatusOr<std::vector<NamedFinding>> LockComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope,
    absl::Span<const ComparisonFindingId> ids);

struct ComparisonFindingPage {
  std::string kind;                   // empty: all
  ComparisonFindingState state = {};  // unspecified: all
  std::optional<Date> overdue_on;     // only those that wait for an answer and were due before
  RegionCode after_region;
  ComparisonFindingId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<NamedFinding>> ListComparisonFindings(sql::Transaction& tx,
                                                                 const auth::RegionScope& scope,
                                                                 const ComparisonFindingPage& page);

absl::Status InsertFindingEvents(sql::Transaction& tx, absl::Span<const FindingEvent> events);
// Oldest first, at most 1,000.
absl::StatusOr<std::vector<FindingEvent>> LoadFindingEvents(sql::Transaction& tx,
                                                            ComparisonFindingId finding);

struct ComparisonFigure {
  RegionCode part;  // the nation when parts are not counted apart
  std::string kind;
  ComparisonListId list;
  ComparisonSeverity severity = ComparisonSeverity::kUnspecified;
  ComparisonFindingState state = ComparisonFindingState::kUnspecified;
  ComparisonOutcome outcome = ComparisonOutcome::kUnspecified;
  ComparisonClosing closing = ComparisonClosing::kUnspecified;
  int64_t count = 0;
  int64_t overdue_count = 0;
};
struct ComparisonFigureQuery {
  std::string kind;        // empty: all
  int64_t part_width = 0;  // codes of one part, a power of ten; 0: parts are not counted apart
  Date today;
};
absl::StatusOr<std::vector<ComparisonFigure>> CountComparisonFindings(
    sql::Transaction& tx, const auth::RegionScope& scope, const ComparisonFigureQuery& query);

}  // namespace jz::identification
