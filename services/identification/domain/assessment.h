// What the rules propose for a household at a re-identification (动态调整). Pure: data and the
// policy of the day come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

struct HouseholdFacts {
  HouseholdState state = HouseholdState::kUnspecified;
  int member_count = 0;  // present members
  int able_to_work_count = 0;
  int income_year = 0;  // of the latest statement; 0: there is none
  int64_t net_income_per_head_fen = 0;
  int64_t previous_net_income_per_head_fen = 0;  // of the year before; 0 when unknown
  // Whether the income of the year in which it was admitted lay below the line of that day; nullopt
  // when that year has no statement.
  std::optional<bool> poor_when_admitted;
  std::string housing;
  bool safe_water = false;
  bool education_ok = false;
  bool medical_ok = false;
  std::vector<std::string> exclusion_kinds;

  struct Departure {
    Date left_on;
    std::string reason;  // code list member_change; "01" is death
  };
  std::vector<Departure> departures;  // of households without members: everybody who left
};

// Planned exit years; 0 when no parameter says one.
struct ExitYears {
  int retained = 0;
  int unable_to_work = 0;
  int able_to_work_first = 0;   // two or more can work
  int able_to_work_second = 0;  // one can
};

struct AssessmentPolicy {
  PovertyLine line;
  ExitYears exit_years;
  Date period_start;
};

enum class ProposalOutcome {
  kCase,         // decide on it
  kNotAdmitted,  // a candidate whom the rules do not admit: recorded, nothing to decide
  kNothing,      // stays as it is without a decision
};

struct Proposal {
  ProposalOutcome outcome = ProposalOutcome::kNothing;
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  std::string reason;
  std::string rule;
  int planned_exit_year = 0;
  int member_count = 0;  // present; of a household without any, those when the period began
};

// The rules, first match first:
//   no member left (registered, exited)        NATURAL_DECREASE, all died or all left
//   exclusion kinds (registered, exited)       REMOVE_ERROR
//   exited, a guarantee fails                  REVERT_EXIT: income passing while housing fails is
//   no exit exited, income below the line              RELAPSE exited otherwise nothing candidate,
//   no exclusion, income below the line or a guarantee fails: ADMIT; else not admitted registered,
//   income of this and of the last year at or above the line, all guarantees pass, not poor when
//   admitted                                   REMOVE_ERROR
//   registered otherwise                       RETAIN
Proposal AssessHousehold(const HouseholdFacts& facts, const AssessmentPolicy& policy);

// HOUSING_UNSAFE, WATER_UNSAFE, EDUCATION_UNMET, MEDICAL_UNMET: those that fail, in this order.
std::vector<std::string> FailedGuarantees(const HouseholdFacts& facts);

// For a household without members: how many it had when the period began (if nobody, when the year
// of the last departure began), and whether all of those died.
struct Extinction {
  int member_count = 0;
  bool all_died = false;
};
Extinction ExtinctionOf(const std::vector<HouseholdFacts::Departure>& departures,
                        Date period_start);

int PlannedExitYear(AdjustmentKind kind, int able_to_work_count, const ExitYears& years);

// Whether a single proposal is admissible; FAILED_PRECONDITION with reason STATE_TRANSITION,
// MEMBERS_PRESENT or EXIT_CONDITIONS_UNMET (metadata condition). Exit, by 厅字〔2016〕16号: income
// at or above the line and every guarantee.
absl::Status CheckProposal(AdjustmentKind kind, const HouseholdFacts& facts,
                           const PovertyLine& line);

// What a rule says, for people.
struct RuleText {
  absl::string_view rule;
  absl::string_view zh;
  absl::string_view en;
};
RuleText TextOfRule(absl::string_view rule);

inline constexpr absl::string_view kRuleProposed = "PROPOSED";  // of single cases
inline constexpr char kAllMembersDied[] = "ALL_MEMBERS_DIED";

}  // namespace jz::identification
