#include "services/identification/read_households.h"

#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "services/identification/household_cache.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/income_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

using Message = std::shared_ptr<const std::string>;

// A message with the version that it is of.
struct Versioned {
  int64_t version = 0;
  Message message;
};

absl::StatusOr<Message> Serialized(const HouseholdView& view, const crypto::Sealer& sealer) {
  JZ_ASSIGN_OR_RETURN(v1::Household message, ToMessage(view, sealer, crypto::Purpose::kDetail));
  return std::make_shared<const std::string>(message.SerializeAsString());
}

}  // namespace

absl::StatusOr<std::vector<HouseholdView>> LoadHouseholdViews(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              absl::Span<const HouseholdId> ids) {
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LoadHouseholds(tx, scope, ids));
  std::vector<HouseholdId> found;
  for (const Household& household : households) found.push_back(household.id);
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, found));
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdIncome> incomes, LoadLatestIncomes(tx, found));
  JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> facts, LoadFacts(tx, found));
  std::vector<HouseholdView> views;
  absl::flat_hash_map<HouseholdId, size_t> index;
  for (Household& household : households) {
    index[household.id] = views.size();
    views.emplace_back().household = std::move(household);
  }
  for (Person& person : members) {
    HouseholdView& view = views[index[person.household]];
    if (person.id == view.household.head) view.head_name = person.name;
    view.members.push_back(std::move(person));
  }
  for (HouseholdIncome& income : incomes) {
    views[index[income.household]].income = std::move(income.statement);
  }
  for (const FactsRow& row : facts) {
    if (!views[index[row.household]].facts.emplace().ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "facts of a household do not parse");
    }
  }
  return views;
}

absl::StatusOr<std::vector<std::shared_ptr<const std::string>>> ReadHouseholds(
    const Deps& deps, const auth::RegionScope& scope, absl::Span<const HouseholdId> ids,
    absl::Time deadline) {
  absl::flat_hash_map<HouseholdId, Versioned> found;
  std::vector<HouseholdView> views;
  JZ_RETURN_IF_ERROR(deps.db.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    found.clear();
    std::vector<HouseholdId> missing(ids.begin(), ids.end());
    if (deps.households != nullptr) {
      missing.clear();
      JZ_ASSIGN_OR_RETURN(std::vector<CurrentVersion> versions, LoadVersions(tx, scope, ids));
      for (const CurrentVersion& current : versions) {
        Message message = deps.households->Find(current.household, current.version);
        if (message == nullptr) missing.push_back(current.household);
        found[current.household] = {.version = current.version, .message = std::move(message)};
      }
    }
    JZ_ASSIGN_OR_RETURN(views, LoadHouseholdViews(tx, scope, missing));
    return absl::OkStatus();
  }));
  for (const HouseholdView& view : views) {
    Versioned& read = found[view.household.id];
    read.version = view.household.version;
    JZ_ASSIGN_OR_RETURN(read.message, Serialized(view, deps.sealer));
    if (deps.households != nullptr) {
      deps.households->Put(view.household.id, read.version, read.message);
    }
  }
  std::vector<Message> messages;
  messages.reserve(ids.size());
  for (HouseholdId id : ids) {
    auto read = found.find(id);
    messages.push_back(read == found.end() ? nullptr : read->second.message);
  }
  return messages;
}

}  // namespace jz::identification
