// A household as rows of a national sheet change it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "common/crypto/sealer.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/imported_household.h"
#include "services/identification/sheet_rows.h"

namespace jz::identification {

// What rows are applied with.
struct SheetUpdate {
  const SheetContext& context;
  const SheetColumns& columns;
  const crypto::Sealer& sealer;
  jobs::JobId job;
  // PersonKey of those whose rows came in earlier batches of the file.
  const absl::flat_hash_set<uint64_t>& seen;
};
// Tells persons apart by the hash of their identity number.
uint64_t PersonKey(absl::string_view id_hash);

// Holds one household, stored or new, and what it was before.
class SheetHousehold {
 public:
  // As loaded. Facts that do not parse are INTERNAL.
  static absl::StatusOr<SheetHousehold> Stored(Household household, std::vector<Person> members,
                                               const std::string& facts);
  // Of a household that is not in the register.
  static SheetHousehold New(HouseholdId id, const SheetRow& first);

  // The member with that id, or null.
  Person* Find(PersonId id);
  // Changes household and member as the row says. The row must be free of errors and belong here.
  absl::Status Apply(const SheetUpdate& update, const SheetRow& row, Person& member);
  // A person who is not in the register joins; `hash` is that of the row's identity number.
  Person& Join(PersonId id, const SheetRow& row, std::string hash);
  // After the last row: heads, counts, phones. An error (HEAD_MISSING, HEAD_TWICE, …) when the
  // household cannot be so, else "".
  absl::StatusOr<absl::string_view> Finish(const SheetUpdate& update);

  bool is_new() const { return new_; }
  // Whether anything differs from what is stored.
  bool Changed() const;
  const Household& household() const { return household_; }
  const std::vector<Person>& members() const { return members_; }
  const v1::HouseholdFacts& facts() const { return facts_; }
  // Members who were not in the register.
  std::vector<Person> Joined() const;
  // Members who were, and whose row changed.
  std::vector<Person> Updated() const;
  // For a new household: with what led to its state.
  ImportedHousehold ToImported(Date today) const;

 private:
  SheetHousehold() = default;
  v1::PersonItems& FactsOfMember(PersonId id);
  void ApplyHousehold(const SheetUpdate& update, const SheetRow& row);
  void ApplyPerson(const SheetUpdate& update, const SheetRow& row, Person& member,
                   v1::PersonItems& items);
  void ApplyWork(const SheetUpdate& update, const SheetRow& row, const Person& member,
                 v1::PersonItems& items);
  // Of works and plans that are replaced by equal ones nothing is changed, nor the import that they
  // come from.
  void KeepEqualWork();
  absl::Status ApplyPhones(const SheetUpdate& update, const SheetRow& row, Person& member,
                           v1::PersonItems& items);
  absl::Status GroupPhones(const SheetUpdate& update);

  Household household_;
  std::vector<Person> members_;
  v1::HouseholdFacts facts_;
  bool new_ = false;
  std::set<int64_t> joined_;
  std::optional<Date> identified_on_;
  std::optional<Date> exited_on_;
  Household household_before_;
  std::vector<Person> members_before_;
  std::string facts_before_;
  absl::flat_hash_map<int64_t, v1::PersonItems> work_before_;  // of persons whose work is replaced
};

}  // namespace jz::identification
