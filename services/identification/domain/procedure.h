// The steps of a procedure and the rules of recording them: order, votes, dates, separation of
// duties, publicity.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/date.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

// A procedure is data: its steps in order. It ends with publicity and conclusion.
struct Procedure {
  std::string code;
  std::vector<CaseStep> steps;
};

// INTERNAL (PROCEDURE_INVALID) unless the steps are distinct and end with publicity and conclusion.
absl::Status CheckProcedure(const Procedure& procedure);
CaseStep FirstStep(const Procedure& procedure);
// kNone after the last.
CaseStep StepAfter(const Procedure& procedure, CaseStep step);

// Steps at which people meet and vote.
constexpr bool IsMeeting(CaseStep step) {
  return step == CaseStep::kGroupAssessment || step == CaseStep::kVillageDeliberation;
}

// None negative, and together not more than were present.
bool VotesFit(const Votes& votes, int attendance);
// More than half of those present (村民委员会组织法, art. 22).
bool VotesPass(const Votes& votes, int attendance);
// FAILED_PRECONDITION PANEL_TOO_SMALL.
absl::Status CheckPanel(int attendance, int minimum);

// FAILED_PRECONDITION DATE_IN_FUTURE.
absl::Status CheckNotInFuture(Date date, Date today);
// FAILED_PRECONDITION DATE_BEFORE_PREVIOUS_STEP.
absl::Status CheckNotBeforePrevious(const Case& item, Date date);

// FAILED_PRECONDITION SAME_PERSON: who recorded the assessment or deliberation does not verify, who
// proposed or verified does not decide.
absl::Status CheckSeparation(const Case& item, CaseStep step, const std::string& subject);

// The last day of a publicity. The day of posting does not count (民法典, art. 201).
constexpr Date LastDayOfPublicity(Date posted_on, int days) { return posted_on + days; }
// FAILED_PRECONDITION PUBLICITY_NOT_OVER unless `today` is after the last day.
absl::Status CheckPublicityOver(Date ends_on, Date today);

}  // namespace jz::identification
