#include "services/identification/domain/assessment.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/identification/domain/decision.h"

namespace jz::identification {
namespace {

constexpr char kDeath[] = "01";

constexpr RuleText kRules[] = {
    {"NO_MEMBER_LEFT", "全户成员已减少，户自然减少",
     "No member is left: the household decreases naturally."},
    {"EXCLUSION_KIND", "存在剔除情形，属识别错误", "Exclusion kinds were found: wrongly admitted."},
    {"STEADY_INCOME", "本年与上年人均纯收入均不低于标准，且“三保障”和饮水安全均达标，属识别错误",
     "Income of this and of the last year is at or above the line and every guarantee passes: "
     "wrongly admitted."},
    {"GUARANTEE_FAILS_AFTER_EXIT", "已脱贫但“三保障”或饮水安全不达标，脱贫不实，予以回退",
     "Exited, but a guarantee fails: the exit was not solid and is reverted."},
    {"INCOME_FELL_AFTER_EXIT", "已脱贫但人均纯收入低于标准，属返贫",
     "Exited, but income is below the line: relapsed."},
    {"EXIT_STANDS", "已脱贫且持续达标", "Exited, and nothing speaks against it."},
    {"MISSED", "应纳未纳，予以识别纳入", "Qualifies and was missed: to be admitted."},
    {"NOT_ADMITTED", "不符合纳入条件", "Does not qualify."},
    {"STAYS", "继续保留", "Stays registered."},
    {kRuleProposed, "单户提出", "Proposed for this household."},
};

bool BelowLine(const HouseholdFacts& facts, const PovertyLine& line) {
  return facts.income_year != 0 && facts.net_income_per_head_fen < line.fen;
}

bool SteadilyAboveLine(const HouseholdFacts& facts, const PovertyLine& line) {
  return facts.income_year != 0 && facts.net_income_per_head_fen >= line.fen &&
         facts.previous_net_income_per_head_fen >= line.fen;
}

Proposal Propose(AdjustmentKind kind, absl::string_view rule, absl::string_view reason) {
  Proposal proposal;
  proposal.outcome = ProposalOutcome::kCase;
  proposal.kind = kind;
  proposal.rule = std::string(rule);
  proposal.reason = std::string(reason);
  return proposal;
}

Proposal AssessExited(const HouseholdFacts& facts, const AssessmentPolicy& policy) {
  std::vector<std::string> failed = FailedGuarantees(facts);
  if (!failed.empty()) {
    return Propose(AdjustmentKind::kRevertExit, "GUARANTEE_FAILS_AFTER_EXIT", failed.front());
  }
  if (BelowLine(facts, policy.line)) {
    return Propose(AdjustmentKind::kRelapse, "INCOME_FELL_AFTER_EXIT", "INCOME_BELOW_LINE");
  }
  Proposal nothing;
  nothing.rule = "EXIT_STANDS";
  return nothing;
}

Proposal AssessCandidate(const HouseholdFacts& facts, const AssessmentPolicy& policy) {
  Proposal refused = Propose(AdjustmentKind::kAdmit, "NOT_ADMITTED", "");
  refused.outcome = ProposalOutcome::kNotAdmitted;
  if (facts.member_count == 0) {
    refused.reason = "NO_MEMBER";
    return refused;
  }
  if (!facts.exclusion_kinds.empty()) {
    refused.reason = "EXCLUSION_KIND";
    return refused;
  }
  if (BelowLine(facts, policy.line)) {
    return Propose(AdjustmentKind::kAdmit, "MISSED", "INCOME_BELOW_LINE");
  }
  std::vector<std::string> failed = FailedGuarantees(facts);
  if (!failed.empty()) return Propose(AdjustmentKind::kAdmit, "MISSED", failed.front());
  refused.reason = facts.income_year == 0 ? "INCOME_UNKNOWN" : "INCOME_NOT_BELOW_LINE";
  return refused;
}

Proposal AssessRegistered(const HouseholdFacts& facts, const AssessmentPolicy& policy) {
  constexpr AdjustmentKind kRetain = AdjustmentKind::kRetain;
  std::vector<std::string> failed = FailedGuarantees(facts);
  if (BelowLine(facts, policy.line)) return Propose(kRetain, "STAYS", "INCOME_BELOW_LINE");
  if (!failed.empty()) return Propose(kRetain, "STAYS", failed.front());
  if (facts.income_year == 0) return Propose(kRetain, "STAYS", "INCOME_UNKNOWN");
  if (!SteadilyAboveLine(facts, policy.line)) return Propose(kRetain, "STAYS", "INCOME_NOT_STEADY");
  // Income that rose after a right admission ends in an exit, which the household must agree to.
  if (facts.poor_when_admitted.value_or(false)) {
    return Propose(kRetain, "STAYS", "RIGHTLY_ADMITTED");
  }
  return Propose(AdjustmentKind::kRemoveError, "STEADY_INCOME", "INCOME_STEADILY_ABOVE_LINE");
}

Proposal ProposalFor(const HouseholdFacts& facts, const AssessmentPolicy& policy) {
  switch (facts.state) {
    case HouseholdState::kCandidate:
      return AssessCandidate(facts, policy);
    case HouseholdState::kRegistered:
    case HouseholdState::kExited:
      break;
    default:
      return {};
  }
  if (facts.member_count == 0) {
    bool died = ExtinctionOf(facts.departures, policy.period_start).all_died;
    return Propose(AdjustmentKind::kNaturalDecrease, "NO_MEMBER_LEFT",
                   died ? kAllMembersDied : "ALL_MEMBERS_LEFT");
  }
  if (!facts.exclusion_kinds.empty()) {
    return Propose(AdjustmentKind::kRemoveError, "EXCLUSION_KIND", "EXCLUSION_KIND");
  }
  return facts.state == HouseholdState::kExited ? AssessExited(facts, policy)
                                                : AssessRegistered(facts, policy);
}

absl::Status ExitConditionsUnmet(absl::string_view condition) {
  return FailedPrecondition("EXIT_CONDITIONS_UNMET", {{"condition", std::string(condition)}},
                            "the household does not meet the conditions of an exit");
}

}  // namespace

std::vector<std::string> FailedGuarantees(const HouseholdFacts& facts) {
  std::vector<std::string> failed;
  if (facts.housing != "01") failed.push_back("HOUSING_UNSAFE");
  if (!facts.safe_water) failed.push_back("WATER_UNSAFE");
  if (!facts.education_ok) failed.push_back("EDUCATION_UNMET");
  if (!facts.medical_ok) failed.push_back("MEDICAL_UNMET");
  return failed;
}

Extinction ExtinctionOf(const std::vector<HouseholdFacts::Departure>& departures,
                        Date period_start) {
  if (departures.empty()) return {};
  Date last = departures.front().left_on;
  for (const auto& departure : departures) last = std::max(last, departure.left_on);
  Date since = last >= period_start ? period_start : Date(absl::CivilYear(last));
  Extinction extinction{.member_count = 0, .all_died = true};
  for (const auto& departure : departures) {
    if (departure.left_on < since) continue;
    ++extinction.member_count;
    if (departure.reason != kDeath) extinction.all_died = false;
  }
  return extinction;
}

int PlannedExitYear(AdjustmentKind kind, int able_to_work_count, const ExitYears& years) {
  switch (kind) {
    case AdjustmentKind::kRetain:
      return years.retained;
    case AdjustmentKind::kAdmit:
    case AdjustmentKind::kRevertExit:
    case AdjustmentKind::kRelapse:
      if (able_to_work_count == 0) return years.unable_to_work;
      return able_to_work_count >= 2 ? years.able_to_work_first : years.able_to_work_second;
    default:
      return 0;
  }
}

Proposal AssessHousehold(const HouseholdFacts& facts, const AssessmentPolicy& policy) {
  Proposal proposal = ProposalFor(facts, policy);
  proposal.planned_exit_year =
      PlannedExitYear(proposal.kind, facts.able_to_work_count, policy.exit_years);
  proposal.member_count = facts.member_count > 0
                              ? facts.member_count
                              : ExtinctionOf(facts.departures, policy.period_start).member_count;
  return proposal;
}

absl::Status CheckProposal(AdjustmentKind kind, const HouseholdFacts& facts,
                           const PovertyLine& line) {
  JZ_RETURN_IF_ERROR(StateAfter(kind, facts.state).status());
  if (kind == AdjustmentKind::kNaturalDecrease && facts.member_count > 0) {
    return FailedPrecondition("MEMBERS_PRESENT", {},
                              "a household with present members cannot be closed");
  }
  if (kind != AdjustmentKind::kExit) return absl::OkStatus();
  std::vector<std::string> failed = FailedGuarantees(facts);
  if (!failed.empty()) return ExitConditionsUnmet(failed.front());
  if (facts.income_year == 0) return ExitConditionsUnmet("INCOME_UNKNOWN");
  if (BelowLine(facts, line)) return ExitConditionsUnmet("INCOME_BELOW_LINE");
  return absl::OkStatus();
}

RuleText TextOfRule(absl::string_view rule) {
  for (const RuleText& text : kRules) {
    if (text.rule == rule) return text;
  }
  return {};
}

}  // namespace jz::identification
