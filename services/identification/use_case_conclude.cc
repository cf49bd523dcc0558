#include "services/identification/use_case_conclude.h"

#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "services/identification/domain/decision.h"
#include "services/identification/domain/procedure.h"
#include "services/identification/record_household.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/notice_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

absl::StatusOr<HouseholdChange> ChangeOf(const Case& item, Household household, Date effective) {
  JZ_ASSIGN_OR_RETURN(HouseholdState after, StateAfter(item.kind, household.state));
  HouseholdChange change;
  change.reason = "CASE_DECIDED";
  change.adjustment = Adjustment{.kind = item.kind,
                                 .reason = item.reason,
                                 .effective_date = effective,
                                 .state_before = household.state,
                                 .state_after = after,
                                 .member_count = item.member_count,
                                 .case_id = item.id.value()};
  if (after != household.state) household.state_since = effective;
  household.state = after;
  // Without a parameter that says otherwise, a household that stays keeps its plan.
  bool keeps_plan = item.kind == AdjustmentKind::kRetain && item.planned_exit_year == 0;
  if (!keeps_plan) household.planned_exit_year = item.planned_exit_year;
  change.household = std::move(household);
  return change;
}

}  // namespace

absl::Status CheckPublicityMayEnd(sql::Transaction& tx, const PublicityEnd& end) {
  JZ_ASSIGN_OR_RETURN(auto not_over,
                      FindNoticeNotOver(tx, end.scope, end.campaign, end.concluded_on));
  if (not_over) return CheckPublicityOver(not_over->ends_on, end.concluded_on);
  JZ_ASSIGN_OR_RETURN(auto objection, FindOpenObjection(tx, end.scope, end.campaign));
  if (objection) {
    return FailedPrecondition("OBJECTION_OPEN", {{"objection", objection->Name()}},
                              "an objection has no answer yet");
  }
  if (!end.effective_date) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(auto later,
                      FindPostedDecidedAfter(tx, end.scope, end.campaign, *end.effective_date));
  if (!later) return absl::OkStatus();
  return FailedPrecondition("EFFECTIVE_DATE_BEFORE_DECISION", {{"case", later->Name()}},
                            "a change cannot hold from before it was decided");
}

Date EffectiveDateOf(const Case& item, std::optional<Date> wanted) {
  if (wanted) return *wanted;
  return item.decided_on ? *item.decided_on : *item.last_step_on;
}

std::string WhyNotEffective(const Case& item, const Household& household,
                            std::optional<Date> effective_date) {
  if (!StateAfter(item.kind, household.state).ok()) return "STATE_TRANSITION";
  // The order of adjustments is that of their days: what the state was on a day must stay known.
  if (EffectiveDateOf(item, effective_date) < household.state_since) {
    return "EFFECTIVE_DATE_BEFORE_STATE";
  }
  return "";
}

absl::Status MakeEffective(sql::Transaction& tx, const rpc::CallContext& ctx,
                           const std::vector<Case>& cases, std::optional<Date> effective_date) {
  if (cases.empty()) return absl::OkStatus();
  std::vector<HouseholdId> ids;
  for (const Case& item : cases) ids.push_back(item.household);
  JZ_ASSIGN_OR_RETURN(auto households, LockHouseholds(tx, ctx.scope(), ids));
  JZ_ASSIGN_OR_RETURN(auto members, LoadMembers(tx, ids));
  absl::flat_hash_map<HouseholdId, const Case*> case_of;
  for (const Case& item : cases) case_of[item.household] = &item;
  std::vector<HouseholdChange> changes;
  absl::flat_hash_map<HouseholdId, size_t> place;
  for (Household& household : households) {
    const Case& item = *case_of.at(household.id);
    place[household.id] = changes.size();
    JZ_ASSIGN_OR_RETURN(HouseholdChange change, ChangeOf(item, std::move(household),
                                                         EffectiveDateOf(item, effective_date)));
    changes.push_back(std::move(change));
  }
  for (Person& person : members) {
    changes[place.at(person.household)].members.push_back(std::move(person));
  }
  return RecordHouseholds(tx, absl::MakeSpan(changes),
                          {.recorded_by = ctx.subject(), .recorded_at = ctx.now});
}

}  // namespace jz::identification
