#include "services/identification/domain/quality_finding.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

using State = QualityFindingState;

absl::Status WrongState(const QualityFinding& finding, absl::string_view needed) {
  return FailedPrecondition(
      "QUALITY_FINDING_STATE",
      {{"finding", finding.id.Name()}, {"state", absl::StrCat(static_cast<int>(finding.state))}},
      absl::StrCat("the finding is not ", needed));
}

bool WaitsForCorrection(const QualityFinding& finding) {
  return finding.state == State::kOpen || finding.state == State::kAssigned;
}

Observation Enter(QualityFinding& finding, State state, QualityEventKind event) {
  finding.state = state;
  ++finding.version;
  return {.changed = true, .event = event};
}

Observation Reopen(QualityFinding& finding) {
  finding.outcome = QualityOutcome::kUnspecified;
  finding.assignee.clear();
  finding.due_on.reset();
  finding.corrected_by.clear();
  return Enter(finding, State::kOpen, QualityEventKind::kReopened);
}

// Whether what was decided does not answer this hit.
bool OpensAgain(const QualityFinding& finding, const QualityHit& hit, bool exempt) {
  switch (finding.state) {
    case State::kClosed:
      return true;
    case State::kExempt:
      return !exempt;
    case State::kVerified:
      return finding.outcome != QualityOutcome::kTrueToLife || finding.hit.values != hit.values;
    default:
      return false;
  }
}

}  // namespace

QualityFinding NewFinding(QualityHit hit, QualityFindingId id, bool exempt, absl::Time now) {
  QualityFinding finding;
  finding.id = id;
  finding.hit = std::move(hit);
  finding.state = exempt ? State::kExempt : State::kOpen;
  finding.first_found_at = finding.last_found_at = now;
  finding.version = 1;
  return finding;
}

Observation ObserveHit(QualityFinding& finding, const QualityHit& hit, bool exempt,
                       absl::Time now) {
  Observation seen;
  if (OpensAgain(finding, hit, exempt)) seen = Reopen(finding);
  if (exempt && WaitsForCorrection(finding)) seen = Exempt(finding);
  const bool values = finding.hit.values != hit.values;
  if (values || seen.event == QualityEventKind::kReopened) finding.last_found_at = now;
  if (values || finding.hit.rule != hit.rule || finding.hit.region != hit.region ||
      finding.hit.severity != hit.severity) {
    finding.hit = hit;
    seen.changed = true;
  }
  return seen;
}

Observation ObserveMiss(QualityFinding& finding) {
  if (finding.state == State::kClosed) return {};
  return Enter(finding, State::kClosed, QualityEventKind::kClosed);
}

Observation Exempt(QualityFinding& finding) {
  if (!WaitsForCorrection(finding)) return {};
  return Enter(finding, State::kExempt, QualityEventKind::kExempted);
}

absl::Status AssignFinding(QualityFinding& finding, const std::string& assignee, Date due_on) {
  if (!WaitsForCorrection(finding)) return WrongState(finding, "open");
  finding.assignee = assignee;
  finding.due_on = due_on;
  Enter(finding, State::kAssigned, QualityEventKind::kAssigned);
  return absl::OkStatus();
}

absl::Status CorrectFinding(QualityFinding& finding, QualityOutcome outcome,
                            const std::string& corrected_by) {
  if (!WaitsForCorrection(finding)) return WrongState(finding, "open");
  finding.outcome = outcome;
  finding.corrected_by = corrected_by;
  Enter(finding, State::kCorrected, QualityEventKind::kCorrected);
  return absl::OkStatus();
}

absl::Status VerifyFinding(QualityFinding& finding, bool accept) {
  if (finding.state != State::kCorrected) return WrongState(finding, "corrected");
  if (accept) {
    Enter(finding, State::kVerified, QualityEventKind::kVerified);
    return absl::OkStatus();
  }
  finding.outcome = QualityOutcome::kUnspecified;
  if (finding.assignee.empty()) finding.assignee = finding.corrected_by;
  Enter(finding, State::kAssigned, QualityEventKind::kReturned);
  return absl::OkStatus();
}

}  // namespace jz::identification
