// Findings of the quality rules: what becomes of them when a run hits again or no more, and when
// persons assign, correct and verify them. Pure functions; they never touch a household.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/date.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct QualityRuleTag {
  static constexpr char kCollection[] = "qualityRules";
};
using QualityRuleId = Id<QualityRuleTag>;
struct QualityFindingTag {
  static constexpr char kCollection[] = "qualityFindings";
};
using QualityFindingId = Id<QualityFindingTag>;
struct QualityExemptionTag {
  static constexpr char kCollection[] = "qualityExemptions";
};
using QualityExemptionId = Id<QualityExemptionTag>;

// The numbers of the enums are those of quality_finding.proto and of the columns.
enum class QualityFindingState : int {
  kUnspecified = 0,
  kOpen = 1,
  kAssigned = 2,
  kCorrected = 3,
  kVerified = 4,
  kClosed = 5,
  kExempt = 6,
};
enum class QualityOutcome : int { kUnspecified = 0, kCorrected = 1, kTrueToLife = 2 };
enum class QualityEventKind : int {
  kUnspecified = 0,
  kAssigned = 1,
  kCorrected = 2,
  kVerified = 3,
  kReturned = 4,
  kClosed = 5,
  kReopened = 6,
  kExempted = 7,
};

// Who violates which rule. `subject` is the household, or the code of the village; `person` 0 where
// the rule is not about one.
struct QualityKey {
  std::string code;
  int64_t subject = 0;
  int64_t person = 0;

  friend auto operator<=>(const QualityKey&, const QualityKey&) = default;
};

// A hit of a run. `values` is a fingerprint of the values that it rests on, `explanation` the same
// to show.
struct QualityHit {
  QualityKey key;
  QualityRuleId rule;
  int scope = 0;     // number of RuleScope
  int severity = 0;  // number of RuleSeverity
  RegionCode region;
  int64_t values = 0;
  std::string explanation;
};

struct QualityFinding {
  QualityFindingId id;
  QualityHit hit;  // as last seen
  QualityFindingState state = QualityFindingState::kUnspecified;
  QualityOutcome outcome = QualityOutcome::kUnspecified;
  std::string assignee;
  std::optional<Date> due_on;
  std::string corrected_by;
  absl::Time first_found_at;
  absl::Time last_found_at;
  int version = 0;  // grows with every event
};

// An event belongs to the version that it made.
struct QualityEvent {
  QualityFindingId finding;
  int version = 0;
  QualityEventKind kind = QualityEventKind::kUnspecified;
  QualityOutcome outcome = QualityOutcome::kUnspecified;
  std::string reason;
  std::string recorded_by;
  absl::Time recorded_at;
};

struct QualityExemption {
  QualityExemptionId id;
  QualityKey key;  // person 0: the whole household
  RegionCode region;
  std::string reason;
  Date expires_on;
  std::string created_by;
  absl::Time created_at;
};

QualityFinding NewFinding(QualityHit hit, QualityFindingId id, bool exempt, absl::Time now);

// What a run made of a finding.
struct Observation {
  bool changed = false;  // the row has to be written
  QualityEventKind event = QualityEventKind::kUnspecified;
};
// The rule hits. What persons decided stays: an assignment, a correction that waits, a verified
// TRUE_TO_LIFE as long as the values are the same. A verified correction that still hits opens
// again.
Observation ObserveHit(QualityFinding& finding, const QualityHit& hit, bool exempt, absl::Time now);
// The rule does not hit any more.
Observation ObserveMiss(QualityFinding& finding);
// An exemption was granted: findings that nobody has corrected yet are exempt.
Observation Exempt(QualityFinding& finding);

// FAILED_PRECONDITION QUALITY_FINDING_STATE unless it is open or assigned.
absl::Status AssignFinding(QualityFinding& finding, const std::string& assignee, Date due_on);
absl::Status CorrectFinding(QualityFinding& finding, QualityOutcome outcome,
                            const std::string& corrected_by);
// FAILED_PRECONDITION QUALITY_FINDING_STATE unless it is corrected; that the verifier is another
// person is the caller's to require. Without acceptance it goes back to its assignee.
absl::Status VerifyFinding(QualityFinding& finding, bool accept);

}  // namespace jz::identification
