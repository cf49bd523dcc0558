#include "services/identification/record_household.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/convert_register.h"
#include "services/identification/facts.h"
#include "services/identification/household_profile.h"
#include "services/identification/record_statistics.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/household_store.h"

namespace jz::identification {
namespace {

v1::PersonRecord ToRecord(const Person& person) {
  v1::PersonRecord record;
  record.set_person_id(person.id.value());
  record.set_national_no(person.national_no);
  record.set_name(person.name);
  record.set_sex(static_cast<int>(person.sex));
  record.set_birth_date(FormatDate(person.birth_date));
  record.set_citizen_id_sealed(person.citizen_id_sealed);
  record.set_relation(person.relation);
  record.set_ethnicity(person.ethnicity);
  record.set_education(person.education);
  record.set_student(person.student);
  record.set_health(JoinCodes(person.health));
  record.set_labour(person.labour);
  record.set_joined_on(FormatDate(person.joined_on));
  return record;
}

v1::HouseholdRecord ToRecord(const Household& household, absl::Span<const Person> members,
                             const v1::HouseholdFacts& facts) {
  v1::HouseholdRecord record;
  record.set_household_id(household.id.value());
  record.set_region_code(household.region.number());
  record.set_group_name(household.group_name);
  record.set_national_no(household.national_no);
  record.set_head_person_id(household.head.value());
  record.set_state(ToMessage(household.state));
  record.set_state_since(FormatDate(household.state_since));
  record.set_phone_sealed(household.phone_sealed);
  record.set_bank(household.bank);
  record.set_bank_account_sealed(household.bank_account_sealed);
  record.set_main_cause(household.main_cause);
  record.set_housing(household.housing);
  record.set_safe_water(household.safe_water);
  record.set_education_ok(household.education_ok);
  record.set_medical_ok(household.medical_ok);
  for (const std::string& kind : household.exclusion_kinds) record.add_exclusion_kinds(kind);
  record.set_net_income_per_head_fen(household.net_income_per_head_fen);
  record.set_previous_net_income_per_head_fen(household.previous_net_income_per_head_fen);
  record.set_planned_exit_year(household.planned_exit_year);
  for (const Person& person : members) *record.add_members() = ToRecord(person);
  *record.mutable_facts() = facts;
  return record;
}

v1::HouseholdChanged ToPayload(const HouseholdChange& change) {
  v1::HouseholdChanged payload;
  *payload.mutable_household() = ToSnapshot(change.household, change.members);
  if (change.adjustment) {
    const Adjustment& from = *change.adjustment;
    v1::HouseholdChanged::Adjustment& to = *payload.mutable_adjustment();
    to.set_kind(static_cast<v1::AdjustmentKind>(from.kind));
    to.set_reason(from.reason);
    to.set_effective_date(FormatDate(from.effective_date));
    to.set_state_before(ToMessage(from.state_before));
    to.set_member_count(from.member_count);
    if (from.case_id != 0) to.set_case_(ToCaseName(from.case_id));
  }
  for (HouseholdId id : change.related) payload.add_related_households(id.Name());
  return payload;
}

using FactsById = absl::flat_hash_map<HouseholdId, v1::HouseholdFacts>;

// The facts before the changes; none of households that are new or older than facts.
absl::StatusOr<FactsById> FactsBefore(sql::Transaction& tx,
                                      absl::Span<const HouseholdChange> changes) {
  std::vector<HouseholdId> ids;
  for (const HouseholdChange& change : changes) ids.push_back(change.household.id);
  JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> rows, LoadFacts(tx, ids));
  FactsById before;
  for (const FactsRow& row : rows) {
    if (!before[row.household].ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "facts of a household do not parse");
    }
  }
  return before;
}

// The facts after each change, in its order.
std::vector<v1::HouseholdFacts> FactsAfter(const FactsById& before,
                                           absl::Span<const HouseholdChange> changes) {
  std::vector<v1::HouseholdFacts> facts;
  facts.reserve(changes.size());
  for (const HouseholdChange& change : changes) {
    v1::HouseholdFacts& after = facts.emplace_back();
    if (change.facts) {
      after = *change.facts;
    } else if (auto known = before.find(change.household.id); known != before.end()) {
      after = known->second;
    }
    RefreshFacts(change.household, change.members, after);
  }
  return facts;
}

using ProfilesById = absl::flat_hash_map<HouseholdId, HouseholdProfile>;

// What statistics count of the households before the changes; of those older than facts their last
// versions tell it.
absl::StatusOr<ProfilesById> ProfilesBefore(sql::Transaction& tx, const FactsById& facts,
                                            absl::Span<const HouseholdChange> changes) {
  ProfilesById profiles;
  std::vector<HouseholdId> older;
  for (const HouseholdChange& change : changes) {
    const HouseholdId id = change.household.id;
    if (auto known = facts.find(id); known != facts.end()) {
      profiles[id] = ProfileOf(known->second);
    } else {
      older.push_back(id);
    }
  }
  JZ_ASSIGN_OR_RETURN(auto versions, ListVersionsAt(tx, older, absl::InfiniteFuture()));
  for (const HouseholdVersion& version : versions) {
    JZ_ASSIGN_OR_RETURN(v1::HouseholdRecord record, ParseRecord(version.snapshot));
    profiles[version.household] = ProfileOf(record);
  }
  return profiles;
}

// Of a household with several changes the last one counts: all are recorded at one moment.
absl::Status TellStatistics(sql::Transaction& tx, ProfilesById before,
                            absl::Span<const HouseholdChange> changes,
                            absl::Span<const v1::HouseholdFacts> after) {
  std::vector<ProfileChange> profiles;
  profiles.reserve(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    const Household& household = changes[i].household;
    if (i + 1 < changes.size() && changes[i + 1].household.id == household.id) continue;
    ProfileChange& profile = profiles.emplace_back();
    profile.household = household.id;
    profile.after = ProfileOf(after[i]);
    profile.at = household.updated_at;
    if (auto known = before.find(household.id); known != before.end()) {
      profile.before = std::move(known->second);
    }
  }
  return RecordProfiles(tx, profiles);
}

// Of a household with several changes the last one holds.
absl::Status SaveFacts(sql::Transaction& tx, absl::Span<const HouseholdChange> changes,
                       absl::Span<const v1::HouseholdFacts> facts) {
  std::vector<FactsRow> rows;
  rows.reserve(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    const Household& household = changes[i].household;
    if (i + 1 < changes.size() && changes[i + 1].household.id == household.id) continue;
    rows.push_back({.household = household.id,
                    .region = household.region,
                    .version = household.version,
                    .facts = facts[i].SerializeAsString(),
                    .index = IndexOf(facts[i])});
  }
  return UpsertFacts(tx, rows);
}

absl::Status RecordRows(sql::Transaction& tx, absl::Span<const HouseholdChange> changes,
                        const ChangeAuthor& author, bool are_new) {
  FactsById before;
  ProfilesById profiles;
  if (!are_new) {
    JZ_ASSIGN_OR_RETURN(before, FactsBefore(tx, changes));
    JZ_ASSIGN_OR_RETURN(profiles, ProfilesBefore(tx, before, changes));
  }
  const std::vector<v1::HouseholdFacts> facts = FactsAfter(before, changes);
  JZ_RETURN_IF_ERROR(SaveFacts(tx, changes, facts));
  std::vector<HouseholdVersion> versions;
  std::vector<AdjustmentRow> adjustments;
  std::vector<common::v1::Change> feed;
  for (size_t i = 0; i < changes.size(); ++i) {
    const HouseholdChange& change = changes[i];
    const Household& household = change.household;
    versions.push_back(
        {.household = household.id,
         .version = household.version,
         .reason = change.reason,
         .snapshot = ToRecord(household, change.members, facts[i]).SerializeAsString(),
         .recorded_by = author.recorded_by,
         .recorded_at = household.updated_at});
    if (change.adjustment) {
      adjustments.push_back({.household = household.id,
                             .seq = household.version,
                             .region = household.region,
                             .adjustment = *change.adjustment,
                             .recorded_by = author.recorded_by,
                             .recorded_at = author.recorded_at});
    }
    feed.push_back(feed::MakeChange(household.id.Name(), household.region, household.version,
                                    author.recorded_at, ToPayload(change)));
  }
  JZ_RETURN_IF_ERROR(InsertHouseholdVersions(tx, versions));
  JZ_RETURN_IF_ERROR(InsertAdjustments(tx, adjustments));
  JZ_RETURN_IF_ERROR(feed::Publish(tx, std::move(feed)));
  return TellStatistics(tx, std::move(profiles), changes, facts);
}

}  // namespace

absl::Status RecordHouseholds(sql::Transaction& tx, absl::Span<HouseholdChange> changes,
                              const ChangeAuthor& author) {
  if (changes.empty()) return absl::OkStatus();
  std::vector<Household> rows;
  for (HouseholdChange& change : changes) {
    ++change.household.version;
    change.household.updated_by = author.recorded_by;
    // Versions follow each other in time, also when the clock of another replica is behind.
    change.household.updated_at = std::max(change.household.updated_at, author.recorded_at);
    rows.push_back(change.household);
  }
  JZ_RETURN_IF_ERROR(UpdateHouseholds(tx, rows));
  return RecordRows(tx, changes, author, false);
}

absl::Status RecordNewHouseholds(sql::Transaction& tx, absl::Span<const HouseholdChange> changes,
                                 const ChangeAuthor& author) {
  if (changes.empty()) return absl::OkStatus();
  return RecordRows(tx, changes, author, true);
}

v1::HouseholdSnapshot ToSnapshot(const Household& household, absl::Span<const Person> members) {
  v1::HouseholdSnapshot snapshot;
  snapshot.set_household(household.id.Name());
  snapshot.set_region_code(household.region.ToString());
  snapshot.set_state(ToMessage(household.state));
  snapshot.set_housing(household.housing);
  snapshot.set_safe_water(household.safe_water);
  snapshot.set_net_income_per_head_fen(household.net_income_per_head_fen);
  snapshot.set_planned_exit_year(household.planned_exit_year);
  for (const Person& person : members) {
    v1::MemberSnapshot& member = *snapshot.add_members();
    member.set_person(person.id.Name());
    member.set_relation(person.relation);
    member.set_birth_date(FormatDate(person.birth_date));
    member.set_student(person.student);
    member.set_health(JoinCodes(person.health));
    member.set_labour(person.labour);
  }
  return snapshot;
}

}  // namespace jz::identification
