#include "services/identification/domain/procedure.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

// A step that the procedure does not have was made by nobody.
absl::Status RequireAnother(const std::string& maker, const std::string& subject,
                            const Case& item) {
  if (maker != subject) return absl::OkStatus();
  return FailedPrecondition("SAME_PERSON", {{"case", item.id.Name()}},
                            "the person who made an entry cannot check it");
}

}  // namespace

absl::Status CheckProcedure(const Procedure& procedure) {
  const std::vector<CaseStep>& steps = procedure.steps;
  std::set<CaseStep> distinct(steps.begin(), steps.end());
  bool ends_in_public = steps.size() >= 2 && steps[steps.size() - 2] == CaseStep::kPublicity &&
                        steps.back() == CaseStep::kConclusion;
  if (!ends_in_public || distinct.size() != steps.size() || distinct.contains(CaseStep::kNone)) {
    return Internal("PROCEDURE_INVALID",
                    absl::StrCat("procedure ", procedure.code, " has impossible steps"));
  }
  return absl::OkStatus();
}

CaseStep FirstStep(const Procedure& procedure) { return procedure.steps.front(); }

CaseStep StepAfter(const Procedure& procedure, CaseStep step) {
  auto found = std::find(procedure.steps.begin(), procedure.steps.end(), step);
  if (found == procedure.steps.end() || ++found == procedure.steps.end()) return CaseStep::kNone;
  return *found;
}

bool VotesFit(const Votes& votes, int attendance) {
  if (votes.in_favour < 0 || votes.against < 0 || votes.abstained < 0) return false;
  return int64_t{votes.in_favour} + votes.against + votes.abstained <= attendance;
}

bool VotesPass(const Votes& votes, int attendance) {
  return int64_t{votes.in_favour} * 2 > attendance;
}

absl::Status CheckPanel(int attendance, int minimum) {
  if (attendance >= minimum) return absl::OkStatus();
  return FailedPrecondition(
      "PANEL_TOO_SMALL",
      {{"attendance", absl::StrCat(attendance)}, {"minimum", absl::StrCat(minimum)}},
      "too few persons attended");
}

absl::Status CheckNotInFuture(Date date, Date today) {
  if (date <= today) return absl::OkStatus();
  return FailedPrecondition("DATE_IN_FUTURE", {{"date", FormatDate(date)}},
                            "what has not happened yet cannot be recorded");
}

absl::Status CheckNotBeforePrevious(const Case& item, Date date) {
  if (!item.last_step_on || date >= *item.last_step_on) return absl::OkStatus();
  return FailedPrecondition(
      "DATE_BEFORE_PREVIOUS_STEP",
      {{"case", item.id.Name()}, {"previous", FormatDate(*item.last_step_on)}},
      "the date is before the previous step");
}

absl::Status CheckSeparation(const Case& item, CaseStep step, const std::string& subject) {
  if (step == CaseStep::kTownshipVerification) {
    JZ_RETURN_IF_ERROR(RequireAnother(item.assessed_by, subject, item));
    return RequireAnother(item.deliberated_by, subject, item);
  }
  if (step == CaseStep::kCountyDecision) {
    JZ_RETURN_IF_ERROR(RequireAnother(item.proposed_by, subject, item));
    return RequireAnother(item.verified_by, subject, item);
  }
  return absl::OkStatus();
}

absl::Status CheckPublicityOver(Date ends_on, Date today) {
  if (today > ends_on) return absl::OkStatus();
  return FailedPrecondition("PUBLICITY_NOT_OVER", {{"ends_on", FormatDate(ends_on)}},
                            "the publicity is not over");
}

}  // namespace jz::identification
