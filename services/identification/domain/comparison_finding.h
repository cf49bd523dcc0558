// Findings of comparisons: what becomes of them when a run hits again or no more, when they are
// answered, and when the answer is checked. Pure functions; they never touch a household.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/identification/domain/comparison.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct ComparisonFindingTag {
  static constexpr char kCollection[] = "comparisonFindings";
};
using ComparisonFindingId = Id<ComparisonFindingTag>;

// The numbers of the enums are those of comparison_finding.proto and of the columns.
enum class ComparisonFindingState : int {
  kUnspecified = 0,
  kDoubtful = 1,
  kAssigned = 2,
  kAnswered = 3,
  kClosed = 4,
};
enum class ComparisonOutcome : int {
  kUnspecified = 0,
  kConfirmed = 1,
  kExplained = 2,
  kWrongMatch = 3,
};
enum class ComparisonClosing : int { kUnspecified = 0, kAccepted = 1, kNoLongerTrue = 2 };
enum class FindingEventKind : int {
  kUnspecified = 0,
  kAnswered = 1,
  kAccepted = 2,
  kReturned = 3,
  kNoLongerTrue = 4,
  kReopened = 5,
};

// What one entry of one list tells of a person.
struct ComparisonHit {
  ComparisonListId list;
  struct Value {
    std::string name;
    AttributeType type = AttributeType::kUnspecified;
    std::string text;  // canonical, see ParseValue

    friend auto operator<=>(const Value&, const Value&) = default;
  };
  std::vector<Value> values;  // those that are not empty
};
inline constexpr size_t kMaxHits = 10;  // kept of one finding

// An entry's values with the names that its list gave them.
ComparisonHit NameValues(ComparisonListId list, absl::Span<const AttributeDefinition> attributes,
                         absl::string_view joined_values);
// Hits as one text, for the row of a finding.
std::string FormatHits(absl::Span<const ComparisonHit> hits);
std::vector<ComparisonHit> ParseHits(absl::string_view text);
// Whether both tell the same, whatever lists they are from and in whatever order.
bool TellTheSame(absl::string_view some_hits, absl::string_view other_hits);

struct ComparisonFinding {
  ComparisonFindingId id;
  std::string kind;
  PersonId person;
  HouseholdId household;
  RegionCode region;  // village
  ComparisonListId list;
  ComparisonSeverity severity = ComparisonSeverity::kUnspecified;
  ComparisonFindingState state = ComparisonFindingState::kUnspecified;
  ComparisonOutcome outcome = ComparisonOutcome::kUnspecified;
  ComparisonClosing closing = ComparisonClosing::kUnspecified;
  std::optional<Date> due_on;  // set from the assignment on
  std::string hits;            // FormatHits
  absl::Time first_found_at;
  absl::Time last_found_at;
  int64_t last_run = 0;
  std::string answered_by;
  int version = 0;  // grows with what people see, not with a run that finds the same
};

// An event belongs to the version that it made.
struct FindingEvent {
  ComparisonFindingId finding;
  int version = 0;
  FindingEventKind kind = FindingEventKind::kUnspecified;
  ComparisonOutcome outcome = ComparisonOutcome::kUnspecified;
  std::string reason;
  std::string evidence_reference;
  std::string recorded_by;
  absl::Time recorded_at;
};

// A person whom a run hit.
struct ComparisonObservation {
  PersonId person;
  HouseholdId household;
  RegionCode region;
  ComparisonListId list;
  std::string hits;
};
// What a run knows of a kind.
struct ObservationRules {
  std::string kind;
  ComparisonSeverity severity = ComparisonSeverity::kUnspecified;
  int due_days = 0;
  bool hold = false;  // leave doubtful
  int64_t run = 0;
  absl::Time now;
};

ComparisonFinding Discover(const ComparisonObservation& seen, const ObservationRules& rules,
                           ComparisonFindingId id);
// Brings a finding up to what a run has seen; true when that opened it again.
bool Observe(ComparisonFinding& finding, const ComparisonObservation& seen,
             const ObservationRules& rules);
// A run has not hit any more.
void CloseUntrue(ComparisonFinding& finding, int64_t run);

// FAILED_PRECONDITION COMPARISON_FINDING_STATE unless it waits for an answer or for the check of
// one.
absl::Status AnswerFinding(ComparisonFinding& finding, ComparisonOutcome outcome,
                           absl::string_view answered_by);
// FAILED_PRECONDITION COMPARISON_FINDING_STATE unless it is answered. Who answered must be another
// person; that is the caller's to require. Without acceptance it goes back, due on `due_on`.
absl::Status CheckFinding(ComparisonFinding& finding, bool accept, Date due_on);

}  // namespace jz::identification
