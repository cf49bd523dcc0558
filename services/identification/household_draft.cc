#include "services/identification/household_draft.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "services/identification/convert_register.h"
#include "services/identification/facts.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/membership_store.h"
#include "services/identification/write_check.h"

namespace jz::identification {
namespace {

absl::Status HouseholdNotFound(HouseholdId id) {
  return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}}, "there is no such household");
}

absl::StatusOr<absl::flat_hash_map<HouseholdId, HouseholdDraft>> WithMembersAndFacts(
    sql::Transaction& tx, std::vector<Household> households) {
  std::vector<HouseholdId> ids;
  absl::flat_hash_map<HouseholdId, HouseholdDraft> drafts;
  for (Household& household : households) {
    ids.push_back(household.id);
    HouseholdChange& change = drafts[household.id].change;
    change.household = std::move(household);
    change.facts.emplace();
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> facts, LoadFacts(tx, ids));
  for (Person& person : members) drafts[person.household].members().push_back(std::move(person));
  for (FactsRow& row : facts) {
    if (!drafts[row.household].facts().ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "facts of a household do not parse");
    }
    drafts[row.household].facts_before = std::move(row.facts);
  }
  for (auto& [id, draft] : drafts) {
    RefreshFacts(draft.household(), draft.members(), draft.facts());
  }
  return drafts;
}

absl::Status WriteRows(sql::Transaction& tx, const rpc::CallContext& ctx,
                       absl::Span<HouseholdDraft> drafts) {
  std::vector<Household> households;
  std::vector<Person> joined;
  std::vector<Person> put;
  std::vector<Person> former;
  std::vector<Departure> departures;
  for (HouseholdDraft& draft : drafts) {
    if (draft.is_new) households.push_back(draft.household());
    joined.insert(joined.end(), draft.joined.begin(), draft.joined.end());
    put.insert(put.end(), draft.put.begin(), draft.put.end());
    former.insert(former.end(), draft.former.begin(), draft.former.end());
    departures.insert(departures.end(), draft.departures.begin(), draft.departures.end());
  }
  JZ_RETURN_IF_ERROR(InsertHouseholds(tx, households));
  // Who leaves makes room for the same person to join elsewhere.
  JZ_RETURN_IF_ERROR(RecordDepartures(tx, departures, ctx.subject(), ctx.now));
  JZ_RETURN_IF_ERROR(
      InsertFormerMemberships(tx, former, {.subject = ctx.subject(), .at = ctx.now}));
  JZ_RETURN_IF_ERROR(PutMembers(tx, put));
  return InsertPersons(tx, joined);
}

// Keys of the database as a caller may know them.
absl::Status Named(const absl::Status& status) {
  if (!absl::IsAlreadyExists(status)) return status;
  const std::string constraint = MetadataOf(status, "constraint");
  if (constraint == "uq_household_national_no") {
    return AlreadyExists("HOUSEHOLD_NO_TAKEN", {{"field", "national_no"}},
                         "the number (户编号) is that of another household of the county");
  }
  if (constraint == "uq_person_present_id") return PersonInOtherHousehold("citizen_id");
  return status;
}

}  // namespace

absl::Status PersonInOtherHousehold(absl::string_view field) {
  return AlreadyExists("PERSON_IN_OTHER_HOUSEHOLD", {{"field", std::string(field)}},
                       "a person with this identity number is a present member of another "
                       "household; a person is in one household only");
}

Person* HouseholdDraft::Find(PersonId id) {
  auto found = std::find_if(members().begin(), members().end(),
                            [&](const Person& person) { return person.id == id; });
  return found == members().end() ? nullptr : &*found;
}

v1::PersonItems& HouseholdDraft::FactsOf(PersonId id) {
  for (v1::PersonItems& items : *facts().mutable_members()) {
    if (items.person_id() == id.value()) return items;
  }
  v1::PersonItems& items = *facts().add_members();
  items.set_person_id(id.value());
  return items;
}

v1::PersonItems HouseholdDraft::TakeFacts(PersonId id) {
  auto& items = *facts().mutable_members();
  for (int i = 0; i < items.size(); ++i) {
    if (items[i].person_id() != id.value()) continue;
    v1::PersonItems taken = std::move(items[i]);
    items.DeleteSubrange(i, 1);
    return taken;
  }
  return {};
}

void HouseholdDraft::Touch(const Person& person) {
  auto same = [&](const Person& other) { return other.id == person.id; };
  for (std::vector<Person>* rows : {&joined, &put}) {
    auto row = std::find_if(rows->begin(), rows->end(), same);
    if (row == rows->end()) continue;
    *row = person;
    return;
  }
  put.push_back(person);
}

absl::Status HouseholdDraft::Recount(const crypto::Sealer& sealer) {
  household().member_count = static_cast<int>(members().size());
  household().able_to_work_count =
      static_cast<int>(std::count_if(members().begin(), members().end(), AbleToWork));
  RefreshFacts(household(), members(), facts());
  std::vector<std::string> phones(members().size());
  for (size_t i = 0; i < members().size(); ++i) {
    if (members()[i].phone_sealed.empty()) continue;
    JZ_ASSIGN_OR_RETURN(phones[i], sealer.Open(kPersonPhoneContext, members()[i].phone_sealed));
  }
  SetPhoneGroups(phones, facts());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HouseholdDraft>> LockDrafts(sql::Transaction& tx,
                                                       const auth::RegionScope& scope,
                                                       absl::Span<const WantedHousehold> wanted) {
  Violations violations;
  std::vector<HouseholdId> ids;
  for (const WantedHousehold& want : wanted) {
    ids.push_back(want.id);
    if (want.etag.empty()) {
      violations.Add(want.etag_field, "ETAG_REQUIRED", "name the version that you saw");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LockHouseholds(tx, scope, ids));
  JZ_ASSIGN_OR_RETURN(auto found, WithMembersAndFacts(tx, std::move(households)));
  std::vector<HouseholdDraft> drafts;
  for (const WantedHousehold& want : wanted) {
    auto draft = found.find(want.id);
    if (draft == found.end()) return HouseholdNotFound(want.id);
    if (want.etag != EtagOf(draft->second.household())) {
      return Aborted("ETAG_MISMATCH",
                     {{"household", want.id.Name()}, {"etag", EtagOf(draft->second.household())}},
                     "the household was changed meanwhile");
    }
    drafts.push_back(std::move(draft->second));
  }
  return drafts;
}

absl::Status CheckDrafts(sql::Transaction& tx, const QualityRules& rules,
                         const rpc::CallContext& ctx, absl::Span<HouseholdDraft> drafts,
                         RuleWarnings& warnings) {
  WriteCheck check(rules);
  for (HouseholdDraft& draft : drafts) {
    RefreshFacts(draft.household(), draft.members(), draft.facts());
    const bool ended = draft.household().state == HouseholdState::kClosed;
    JZ_RETURN_IF_ERROR(check.Add(draft.household().id, draft.facts_before,
                                 ended ? "" : draft.facts().SerializeAsString()));
  }
  return check.Finish(tx, DateInShanghai(ctx.now), warnings);
}

absl::Status WriteDrafts(sql::Transaction& tx, const QualityRules& rules,
                         const rpc::CallContext& ctx, absl::Span<HouseholdDraft> drafts,
                         RuleWarnings& warnings) {
  JZ_RETURN_IF_ERROR(CheckDrafts(tx, rules, ctx, drafts, warnings));
  JZ_RETURN_IF_ERROR(Named(WriteRows(tx, ctx, drafts)));
  std::vector<HouseholdChange> changed;
  std::vector<HouseholdChange> entered;
  for (HouseholdDraft& draft : drafts) {
    (draft.is_new ? entered : changed).push_back(draft.change);
  }
  const ChangeAuthor author{.recorded_by = ctx.subject(), .recorded_at = ctx.now};
  JZ_RETURN_IF_ERROR(RecordNewHouseholds(tx, entered, author));
  JZ_RETURN_IF_ERROR(Named(RecordHouseholds(tx, absl::MakeSpan(changed), author)));
  // The versions that were made, for the answer.
  size_t next = 0;
  for (HouseholdDraft& draft : drafts) {
    if (!draft.is_new) draft.change = std::move(changed[next++]);
  }
  return absl::OkStatus();
}

}  // namespace jz::identification
