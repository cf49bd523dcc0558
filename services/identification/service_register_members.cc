// Natural changes of members (自然减少 of persons).
#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_register.h"
#include "services/identification/record_household.h"
#include "services/identification/service_register.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

// The households concerned, locked, with their present members.
struct Locked {
  absl::flat_hash_map<HouseholdId, HouseholdChange> households;
  absl::flat_hash_map<PersonId, HouseholdId> household_of;
};

absl::Status PersonNotFound(PersonId id) {
  return NotFound("PERSON_NOT_FOUND", {{"person", id.Name()}}, "there is no such person");
}

absl::StatusOr<Locked> LockConcerned(sql::Transaction& tx, const auth::RegionScope& scope,
                                     absl::Span<const MemberChange> changes) {
  std::vector<PersonId> ids;
  for (const MemberChange& change : changes) ids.push_back(change.person);
  JZ_ASSIGN_OR_RETURN(std::vector<Person> persons, LoadPersons(tx, scope, ids));
  Locked locked;
  std::vector<HouseholdId> household_ids;
  for (const Person& person : persons) {
    locked.household_of[person.id] = person.household;
    household_ids.push_back(person.household);
  }
  for (PersonId id : ids) {
    if (!locked.household_of.contains(id)) return PersonNotFound(id);
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LockHouseholds(tx, scope, household_ids));
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, household_ids));
  for (Household& household : households) {
    HouseholdChange& change = locked.households[household.id];
    change.reason = "MEMBER_CHANGE";
    change.household = std::move(household);
  }
  for (Person& person : members) {
    locked.households[person.household].members.push_back(std::move(person));
  }
  return locked;
}

// Takes the person out of the household; the person as it left.
absl::StatusOr<Departure> Depart(const MemberChange& change, HouseholdChange& household) {
  if (!change.household_etag.empty() && change.household_etag != EtagOf(household.household)) {
    return Aborted("ETAG_MISMATCH", {{"household", household.household.id.Name()}},
                   "the household was changed meanwhile");
  }
  std::vector<Person>& members = household.members;
  auto member = std::find_if(members.begin(), members.end(),
                             [&](const Person& person) { return person.id == change.person; });
  if (member == members.end()) {
    return FailedPrecondition("PERSON_NOT_PRESENT", {{"person", change.person.Name()}},
                              "the person has left the household already");
  }
  if (change.date < member->joined_on) {
    return FailedPrecondition("LEFT_BEFORE_JOINED", {{"person", change.person.Name()}},
                              "the person joined the household after that day");
  }
  Departure departure{.person = std::move(*member), .note = change.note};
  members.erase(member);
  departure.person.left_on = change.date;
  departure.person.left_reason = change.kind;
  return departure;
}

// A head leaves with the others only: who is the next is for UpdateHousehold to be told.
absl::Status CheckHead(HouseholdChange& change) {
  const bool present =
      std::any_of(change.members.begin(), change.members.end(),
                  [&](const Person& person) { return person.id == change.household.head; });
  if (present || change.household.head.empty()) return absl::OkStatus();
  if (!change.members.empty()) {
    return FailedPrecondition("HEAD_REQUIRED", {{"household", change.household.id.Name()}},
                              "its head (户主) leaves and others stay: name a new head with "
                              "HouseholdService.UpdateHousehold");
  }
  change.household.head = PersonId();
  return absl::OkStatus();
}

void Recount(HouseholdChange& change) {
  change.household.member_count = static_cast<int>(change.members.size());
  change.household.able_to_work_count =
      static_cast<int>(std::count_if(change.members.begin(), change.members.end(), AbleToWork));
}

absl::StatusOr<v1::RecordMemberChangesResponse> Record(const Deps& deps,
                                                       const rpc::CallContext& ctx,
                                                       sql::Transaction& tx,
                                                       absl::Span<const MemberChange> changes) {
  JZ_ASSIGN_OR_RETURN(Locked locked, LockConcerned(tx, ctx.scope(), changes));
  std::vector<Departure> departures;
  for (const MemberChange& change : changes) {
    auto household = locked.households.find(locked.household_of[change.person]);
    if (household == locked.households.end()) return PersonNotFound(change.person);
    JZ_ASSIGN_OR_RETURN(departures.emplace_back(), Depart(change, household->second));
  }
  std::vector<HouseholdChange> recorded;
  for (auto& [id, change] : locked.households) {
    JZ_RETURN_IF_ERROR(CheckHead(change));
    Recount(change);
    recorded.push_back(std::move(change));
  }
  std::sort(recorded.begin(), recorded.end(),
            [](const HouseholdChange& a, const HouseholdChange& b) {
              return a.household.id < b.household.id;
            });
  JZ_RETURN_IF_ERROR(RecordDepartures(tx, departures, ctx.subject(), ctx.now));
  JZ_RETURN_IF_ERROR(RecordHouseholds(tx, absl::MakeSpan(recorded),
                                      {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
  v1::RecordMemberChangesResponse response;
  for (const HouseholdChange& change : recorded) {
    HouseholdView view{.household = change.household, .head_name = "", .members = {}, .income = {}};
    for (const Person& person : change.members) {
      if (person.id == change.household.head) view.head_name = person.name;
    }
    JZ_ASSIGN_OR_RETURN(*response.add_households(),
                        ToMessage(view, deps.sealer, crypto::Purpose::kList));
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::RecordMemberChangesResponse> RecordMemberChanges(
    const Deps& deps, const rpc::CallContext& ctx, const v1::RecordMemberChangesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<MemberChange> changes,
                      MemberChangesFrom(request, DateInShanghai(ctx.now)));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::RecordMemberChangesResponse>(
        tx, ctx, request, [&] { return Record(deps, ctx, tx, changes); });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

}  // namespace jz::identification
