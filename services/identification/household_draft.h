// Households as they shall be: loaded and locked, changed in memory, then written together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/crypto/sealer.h"
#include "common/rpc/context.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "services/identification/domain/household.h"
#include "services/identification/quality_rules.h"
#include "services/identification/record_household.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

struct HouseholdDraft {
  HouseholdChange change;    // with facts
  std::string facts_before;  // serialized, as stored; empty for a new household
  bool is_new = false;
  std::vector<Person> joined;         // rows that are new
  std::vector<Person> put;            // rows that exist; present members afterwards
  std::vector<Person> former;         // spans that end, for former_membership
  std::vector<Departure> departures;  // rows of those who leave

  Household& household() { return change.household; }
  const Household& household() const { return change.household; }
  std::vector<Person>& members() { return change.members; }
  const std::vector<Person>& members() const { return change.members; }
  v1::HouseholdFacts& facts() { return *change.facts; }

  // The present member with that id, or null.
  Person* Find(PersonId id);
  // The facts of a member, made when there are none.
  v1::PersonItems& FactsOf(PersonId id);
  // Takes the facts of a member out, so that they do not become those of a former member.
  v1::PersonItems TakeFacts(PersonId id);
  // Marks the row of a member as changed.
  void Touch(const Person& person);
  // Counts members, and numbers those alike who share a phone. DATA_LOSS.
  absl::Status Recount(const crypto::Sealer& sealer);
};

// ALREADY_EXISTS; tells nothing of the other household.
absl::Status PersonInOtherHousehold(absl::string_view field);

// An etag that a request names.
struct WantedHousehold {
  HouseholdId id;
  std::string etag;
  std::string etag_field;  // proto path
};

// Locks them in order of id and gives them in the order asked for. NOT_FOUND HOUSEHOLD_NOT_FOUND,
// ABORTED ETAG_MISMATCH.
absl::StatusOr<std::vector<HouseholdDraft>> LockDrafts(sql::Transaction& tx,
                                                       const auth::RegionScope& scope,
                                                       absl::Span<const WantedHousehold> wanted);
using RuleWarnings = google::protobuf::RepeatedPtrField<v1::CheckFactsResponse::Violation>;

// Adds the rules that the drafts newly break to `warnings`; INVALID_ARGUMENT with a violation
// QUALITY_RULE for each of severity ERROR.
absl::Status CheckDrafts(sql::Transaction& tx, const QualityRules& rules,
                         const rpc::CallContext& ctx, absl::Span<HouseholdDraft> drafts,
                         RuleWarnings& warnings);
// Checks them, and writes rows, facts, history and feed; new households first. ALREADY_EXISTS
// PERSON_IN_OTHER_HOUSEHOLD, HOUSEHOLD_NO_TAKEN. Call it last in a transaction.
absl::Status WriteDrafts(sql::Transaction& tx, const QualityRules& rules,
                         const rpc::CallContext& ctx, absl::Span<HouseholdDraft> drafts,
                         RuleWarnings& warnings);

}  // namespace jz::identification
