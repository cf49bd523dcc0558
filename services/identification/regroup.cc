#include "services/identification/regroup.h"

#include "services/identification/request_checks.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/residence_store.h"

namespace jz::identification {
namespace {

constexpr int kMaxReason = 200;

absl::Status TooEarly(HouseholdId household, Date since, absl::string_view what) {
  return FailedPrecondition("SPLIT_TOO_EARLY",
                            {{"household", household.Name()}, {"since", FormatDate(since)}}, what);
}

absl::Status CheckOne(const Household& household, const Regrouping& regrouping) {
  const Metadata metadata = {{"household", household.id.Name()}};
  if (household.state == HouseholdState::kRemoved || household.state == HouseholdState::kClosed) {
    return FailedPrecondition("HOUSEHOLD_NOT_ACTIVE", metadata,
                              "the household was removed or closed");
  }
  if (household.head.empty()) {
    return FailedPrecondition("HEAD_MISSING", metadata,
                              "the household has no head (户主): name one with UpdateHousehold");
  }
  if (regrouping.day < household.state_since) {
    return TooEarly(household.id, household.state_since,
                    "the household's state began after that day");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMayRegroup(sql::Transaction& tx, absl::Span<const HouseholdDraft> drafts,
                             const Regrouping& regrouping) {
  std::vector<HouseholdId> ids;
  for (const HouseholdDraft& draft : drafts) {
    ids.push_back(draft.household().id);
    JZ_RETURN_IF_ERROR(CheckOne(draft.household(), regrouping));
  }
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdId> open, FindHouseholdsWithOpenCase(tx, ids));
  if (!open.empty()) {
    return FailedPrecondition("HOUSEHOLD_HAS_OPEN_CASE", {{"household", open.front().Name()}},
                              "its case is still open: conclude or withdraw it first");
  }
  JZ_ASSIGN_OR_RETURN(auto last_moves, LastMoves(tx, ids));
  for (const auto& [id, day] : last_moves) {
    if (regrouping.day <= day) {
      return TooEarly(id, day + 1, "the household moved to where it lives now after that day");
    }
  }
  return absl::OkStatus();
}

absl::Status GoOver(PersonId id, const Regrouping& regrouping, HouseholdDraft& from,
                    HouseholdDraft& to) {
  const Person* found = from.Find(id);
  Person person = *found;
  if (regrouping.day < person.joined_on) {
    return TooEarly(from.household().id, person.joined_on, "a member joined after that day");
  }
  from.former.push_back(person);
  from.former.back().left_on = regrouping.day;
  from.former.back().left_reason = regrouping.kind;
  from.members().erase(from.members().begin() + (found - from.members().data()));
  std::erase_if(from.put, [&](const Person& row) { return row.id == id; });
  // Who joined on that very day was never a member there.
  if (person.joined_on < regrouping.day) person.joined_reason = regrouping.kind;
  person.joined_on = regrouping.day;
  person.household = to.household().id;
  person.region = to.household().region;
  *to.facts().add_members() = from.TakeFacts(id);
  to.members().push_back(person);
  to.put.push_back(std::move(person));
  return absl::OkStatus();
}

Date CheckRegrouping(const std::string& day, const std::string& reason, Date today,
                     Violations& violations) {
  const Date date = DateFrom(day, "effective_date", violations, today);
  if (date > today) violations.Add("effective_date", "DATE_FUTURE", "it lies in the future");
  CheckText(reason, kMaxReason, "reason", nullptr, violations);
  return date;
}

}  // namespace jz::identification
