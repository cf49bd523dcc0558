#include "services/identification/sheet_batch.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/status/status.h"
#include "services/identification/enter_households.h"
#include "services/identification/record_household.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

constexpr char kImported[] = "IMPORTED";
constexpr size_t kLookUp = 1000;

using Presents = absl::flat_hash_map<std::string, PresentMember>;
// By county and national number.
using Numbered = absl::flat_hash_map<HouseholdKey, HouseholdId>;

int32_t CountyOf(const SheetUpdate& update, const SheetRow& row) {
  return row.region == RegionCode() ? update.context.region.CountyNumber()
                                    : row.region.CountyNumber();
}

absl::StatusOr<Presents> LoadPresents(sql::Transaction& tx, const SheetBatch& batch) {
  std::vector<std::string> hashes;
  for (const std::string& hash : batch.hashes) {
    if (!hash.empty()) hashes.push_back(hash);
  }
  Presents presents;
  for (size_t begin = 0; begin < hashes.size(); begin += kLookUp) {
    JZ_ASSIGN_OR_RETURN(
        std::vector<PresentMember> found,
        FindPresentMembers(tx, absl::MakeConstSpan(hashes).subspan(begin, kLookUp)));
    for (PresentMember& member : found) {
      std::string hash = member.hash;
      presents.emplace(std::move(hash), std::move(member));
    }
  }
  return presents;
}

absl::StatusOr<Numbered> LoadNumbered(sql::Transaction& tx, const SheetUpdate& update,
                                      const SheetBatch& batch) {
  std::map<int32_t, std::set<std::string>> numbers;
  for (const SheetRow& row : batch.rows) {
    if (!row.household_no.empty()) numbers[CountyOf(update, row)].insert(row.household_no);
  }
  Numbered numbered;
  for (const auto& [county, some] : numbers) {
    const std::vector<std::string> list(some.begin(), some.end());
    for (size_t begin = 0; begin < list.size(); begin += kLookUp) {
      JZ_ASSIGN_OR_RETURN(
          std::vector<NumberedHousehold> found,
          FindNumberedHouseholds(tx, county, absl::MakeConstSpan(list).subspan(begin, kLookUp)));
      for (NumberedHousehold& one : found) {
        numbered[{county, std::move(one.national_no)}] = one.household;
      }
    }
  }
  return numbered;
}

// Rows that are entered or refused together: those of a household, or each for itself.
struct Group {
  std::vector<size_t> rows;
  HouseholdId household;  // empty: not in the register
};

class PersonRows {
 public:
  PersonRows(sql::Transaction& tx, const SheetUpdate& update, const SheetBatch& batch, SheetIds ids,
             bool lock)
      : tx_(tx), update_(update), batch_(batch), ids_(std::move(ids)), lock_(lock) {}

  absl::Status Plan() {
    JZ_ASSIGN_OR_RETURN(presents_, LoadPresents(tx_, batch_));
    JZ_ASSIGN_OR_RETURN(numbered_, LoadNumbered(tx_, update_, batch_));
    MakeGroups();
    JZ_RETURN_IF_ERROR(LoadHouseholdsOfGroups());
    for (const Group& group : groups_) {
      JZ_RETURN_IF_ERROR(group.household.empty() ? PlanNew(group) : PlanStored(group));
    }
    return FinishStored();
  }

  absl::Status Write(const SheetWrite& write) {
    std::vector<HouseholdChange> changes;
    std::vector<Person> joined;
    std::vector<Person> updated;
    for (const auto& [id, household] : stored_) {
      if (!household.Changed() || broken_.contains(id)) continue;
      for (Person& person : household.Joined()) joined.push_back(std::move(person));
      for (Person& person : household.Updated()) updated.push_back(std::move(person));
      changes.push_back({.household = household.household(),
                         .members = household.members(),
                         .adjustment = std::nullopt,
                         .reason = kImported,
                         .facts = household.facts()});
    }
    std::vector<NewHousehold> entered;
    for (const SheetHousehold& household : new_) {
      entered.push_back({.imported = household.ToImported(update_.context.today),
                         .line = 0,
                         .facts = household.facts()});
    }
    std::vector<const NewHousehold*> pointers;
    for (const NewHousehold& household : entered) pointers.push_back(&household);
    JZ_RETURN_IF_ERROR(UpdatePersons(tx_, updated));
    JZ_RETURN_IF_ERROR(InsertPersons(tx_, joined));
    JZ_RETURN_IF_ERROR(EnterHouseholds(
        tx_, pointers, {.job = update_.job, .author = write.author, .now = write.now}));
    return RecordHouseholds(tx_, absl::MakeSpan(changes),
                            {.recorded_by = write.author, .recorded_at = write.now});
  }

  SheetOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  void Refuse(const Group& group, size_t row, SheetKey column, absl::string_view reason) {
    outcome_.errors.push_back({.line = batch_.rows[row].line,
                               .column = std::string(SheetKeyName(column)),
                               .reason = std::string(reason),
                               .detail = ""});
    outcome_.refused_rows += static_cast<int64_t>(group.rows.size());
  }

  bool EntersHouseholds() const { return update_.context.kind == v1::SHEET_KIND_MONITORED_OBJECTS; }

  // A row whose place could not be read belongs to its neighbours: they are refused together.
  bool SameHousehold(const SheetRow& a, const SheetRow& b) const {
    const bool placed = a.region != RegionCode() && b.region != RegionCode();
    return !a.household_no.empty() && a.household_no == b.household_no &&
           (!placed || CountyOf(update_, a) == CountyOf(update_, b));
  }

  void MakeGroups() {
    for (size_t i = 0; i < batch_.rows.size(); ++i) {
      const SheetRow& row = batch_.rows[i];
      const bool joins = EntersHouseholds() && i > 0 && SameHousehold(row, batch_.rows[i - 1]);
      if (!joins) groups_.emplace_back();
      groups_.back().rows.push_back(i);
    }
    std::vector<Group> usable;
    for (Group& group : groups_) {
      const bool broken = std::any_of(group.rows.begin(), group.rows.end(),
                                      [&](size_t i) { return !batch_.rows[i].errors.empty(); });
      if (broken) {
        outcome_.refused_rows += static_cast<int64_t>(group.rows.size());
      } else {
        group.household = HouseholdOf(group);
        usable.push_back(std::move(group));
      }
    }
    groups_ = std::move(usable);
  }

  // By its national number, else by the first of its persons who is in the register.
  HouseholdId HouseholdOf(const Group& group) const {
    const SheetRow& first = batch_.rows[group.rows.front()];
    if (EntersHouseholds() && !first.household_no.empty()) {
      auto known = numbered_.find(HouseholdKey(CountyOf(update_, first), first.household_no));
      if (known != numbered_.end()) return known->second;
    }
    for (size_t i : group.rows) {
      if (auto member = presents_.find(batch_.hashes[i]); member != presents_.end()) {
        return member->second.household;
      }
    }
    return HouseholdId();
  }

  absl::Status LoadHouseholdsOfGroups() {
    std::set<HouseholdId> ids;
    for (const Group& group : groups_) {
      if (!group.household.empty()) ids.insert(group.household);
    }
    const std::vector<HouseholdId> list(ids.begin(), ids.end());
    const auth::RegionScope scope({update_.context.region});
    for (size_t begin = 0; begin < list.size(); begin += kLookUp) {
      JZ_RETURN_IF_ERROR(LoadSome(scope, absl::MakeConstSpan(list).subspan(begin, kLookUp)));
    }
    return absl::OkStatus();
  }

  absl::Status LoadSome(const auth::RegionScope& scope, absl::Span<const HouseholdId> ids) {
    JZ_ASSIGN_OR_RETURN(std::vector<Household> households,
                        lock_ ? LockHouseholds(tx_, scope, ids) : LoadHouseholds(tx_, scope, ids));
    JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx_, ids));
    JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> facts, LoadFacts(tx_, ids));
    absl::flat_hash_map<HouseholdId, std::vector<Person>> members_of;
    for (Person& person : members) members_of[person.household].push_back(std::move(person));
    absl::flat_hash_map<HouseholdId, std::string> facts_of;
    for (FactsRow& row : facts) facts_of[row.household] = std::move(row.facts);
    for (Household& household : households) {
      const HouseholdId id = household.id;
      JZ_ASSIGN_OR_RETURN(
          SheetHousehold stored,
          SheetHousehold::Stored(std::move(household), std::move(members_of[id]), facts_of[id]));
      stored_.emplace(id, std::move(stored));
    }
    return absl::OkStatus();
  }

  absl::Status PlanStored(const Group& group) {
    auto found = stored_.find(group.household);
    const size_t first = group.rows.front();
    if (found == stored_.end()) {
      // Who is in another region is told apart only where somebody would be entered twice.
      if (EntersHouseholds()) ++outcome_.duplicates_in_register;
      Refuse(group, first, SheetKey::kIdNumber,
             EntersHouseholds() ? "PERSON_IN_OTHER_HOUSEHOLD" : "PERSON_UNKNOWN");
      return absl::OkStatus();
    }
    SheetHousehold& household = found->second;
    if (!Fits(group, household)) return absl::OkStatus();
    groups_of_[group.household].push_back(&group);
    for (size_t i : group.rows) {
      auto known = presents_.find(batch_.hashes[i]);
      Person* member = known == presents_.end() ? nullptr : household.Find(known->second.person);
      if (member == nullptr) {
        JZ_ASSIGN_OR_RETURN(int64_t id, ids_.Next(household.household().region.CountyNumber()));
        member = &household.Join(PersonId(id), batch_.rows[i], batch_.hashes[i]);
      }
      JZ_RETURN_IF_ERROR(household.Apply(update_, batch_.rows[i], *member));
    }
    return absl::OkStatus();
  }

  // Whether every row can belong to the household.
  bool Fits(const Group& group, const SheetHousehold& household) {
    const Household& stored = household.household();
    for (size_t i : group.rows) {
      const SheetRow& row = batch_.rows[i];
      if (row.region != RegionCode() && row.region != stored.region) {
        Refuse(group, i, SheetKey::kVillage, "HOUSEHOLD_IN_OTHER_VILLAGE");
        return false;
      }
      if (!row.household_no.empty() && !stored.national_no.empty() &&
          row.household_no != stored.national_no) {
        RefuseOtherNumber(group, i);
        return false;
      }
      auto known = presents_.find(batch_.hashes[i]);
      if (known == presents_.end() && !EntersHouseholds()) {
        Refuse(group, i, SheetKey::kIdNumber, "PERSON_UNKNOWN");
        return false;
      }
      if (known != presents_.end() && known->second.household != stored.id) {
        ++outcome_.duplicates_in_register;
        Refuse(group, i, SheetKey::kIdNumber, "PERSON_IN_OTHER_HOUSEHOLD");
        return false;
      }
    }
    return true;
  }

  // The household was found by one of its persons, and has another number.
  void RefuseOtherNumber(const Group& group, size_t row) {
    if (!EntersHouseholds()) {
      return Refuse(group, row, SheetKey::kHouseholdNo, "HOUSEHOLD_NO_MISMATCH");
    }
    auto known = std::find_if(group.rows.begin(), group.rows.end(),
                              [&](size_t i) { return presents_.contains(batch_.hashes[i]); });
    ++outcome_.duplicates_in_register;
    Refuse(group, known == group.rows.end() ? row : *known, SheetKey::kIdNumber,
           "PERSON_IN_OTHER_HOUSEHOLD");
  }

  absl::Status PlanNew(const Group& group) {
    const size_t first = group.rows.front();
    const SheetRow& row = batch_.rows[first];
    if (!EntersHouseholds()) {
      Refuse(group, first, SheetKey::kIdNumber, "PERSON_UNKNOWN");
      return absl::OkStatus();
    }
    if (row.household_no.empty() || row.region == RegionCode()) {
      Refuse(group, first, row.household_no.empty() ? SheetKey::kHouseholdNo : SheetKey::kVillage,
             "TEXT_REQUIRED");
      return absl::OkStatus();
    }
    const int32_t county = row.region.CountyNumber();
    JZ_ASSIGN_OR_RETURN(int64_t household_id, ids_.Next(county));
    SheetHousehold household = SheetHousehold::New(HouseholdId(household_id), row);
    for (size_t i : group.rows) {
      if (batch_.rows[i].region != row.region) {
        Refuse(group, i, SheetKey::kVillage, "HOUSEHOLD_COLUMNS_DIFFER");
        return absl::OkStatus();
      }
      JZ_ASSIGN_OR_RETURN(int64_t id, ids_.Next(county));
      Person& member = household.Join(PersonId(id), batch_.rows[i], batch_.hashes[i]);
      JZ_RETURN_IF_ERROR(household.Apply(update_, batch_.rows[i], member));
    }
    JZ_ASSIGN_OR_RETURN(absl::string_view problem, household.Finish(update_));
    if (!problem.empty()) {
      Refuse(group, first, SheetKey::kHouseholdNo, problem);
      return absl::OkStatus();
    }
    ++outcome_.created_households;
    outcome_.created_persons += static_cast<int64_t>(group.rows.size());
    new_.push_back(std::move(household));
    return absl::OkStatus();
  }

  absl::Status FinishStored() {
    for (auto& [id, household] : stored_) {
      const std::vector<const Group*>& groups = groups_of_[id];
      if (groups.empty()) continue;
      JZ_ASSIGN_OR_RETURN(absl::string_view problem, household.Finish(update_));
      if (!problem.empty()) {
        broken_.insert(id);
        for (const Group* group : groups) {
          Refuse(*group, group->rows.front(), SheetKey::kHouseholdNo, problem);
        }
      } else if (household.Changed()) {
        ++outcome_.updated_households;
        const int64_t joined = static_cast<int64_t>(household.Joined().size());
        outcome_.created_persons += joined;
        for (const Group* group : groups) {
          outcome_.updated_persons += static_cast<int64_t>(group->rows.size());
        }
        outcome_.updated_persons -= joined;
      }
    }
    return absl::OkStatus();
  }

  sql::Transaction& tx_;
  const SheetUpdate& update_;
  const SheetBatch& batch_;
  SheetIds ids_;
  const bool lock_;
  Presents presents_;
  Numbered numbered_;
  std::vector<Group> groups_;
  std::map<HouseholdId, SheetHousehold> stored_;
  std::map<HouseholdId, std::vector<const Group*>> groups_of_;
  absl::flat_hash_set<HouseholdId> broken_;
  std::vector<SheetHousehold> new_;
  SheetOutcome outcome_;
};

}  // namespace

absl::StatusOr<int64_t> SheetIds::Next(int32_t county) {
  if (pretended_) return --last_;
  std::vector<int64_t>& free = free_[county];
  if (free.empty()) return Unavailable("REGISTER_CHANGED", "somebody has left it meanwhile");
  const int64_t id = free.back();
  free.pop_back();
  return id;
}

absl::StatusOr<std::map<int32_t, int>> CountNewIds(sql::Transaction& tx, const SheetUpdate& update,
                                                   const SheetBatch& batch) {
  std::map<int32_t, int> counts;
  if (update.context.kind != v1::SHEET_KIND_MONITORED_OBJECTS) return counts;
  JZ_ASSIGN_OR_RETURN(Presents presents, LoadPresents(tx, batch));
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    if (presents.contains(batch.hashes[i])) continue;
    // One for the person, one for a household that may be new.
    counts[CountyOf(update, batch.rows[i])] += 2;
  }
  return counts;
}

absl::StatusOr<SheetOutcome> ApplyPersonRows(sql::Transaction& tx, const SheetUpdate& update,
                                             const SheetBatch& batch, SheetIds ids,
                                             const SheetWrite* write) {
  PersonRows rows(tx, update, batch, std::move(ids), write != nullptr);
  JZ_RETURN_IF_ERROR(rows.Plan());
  if (write != nullptr) {
    JZ_RETURN_IF_ERROR(rows.Write(*write));
  }
  return rows.TakeOutcome();
}

}  // namespace jz::identification
