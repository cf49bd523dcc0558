#include "tests/store/identification_statistics/history_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"
#include "services/identification/enter_households.h"
#include "services/identification/record_village.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/village_store.h"

namespace jz::identification::testing {
namespace {

absl::Time Soon() { return absl::Now() + absl::Minutes(2); }

const auth::RegionScope kEverywhere = auth::RegionScope::Everything();

}  // namespace

HistoryWorld::HistoryWorld(sql::Database& db, absl::Time begin, int seed)
    : db_(db), random_(seed), now_(begin) {
  for (int county : {230221, 230222}) {
    for (int township : {101, 102}) {
      for (int village : {200, 201, 202}) {
        villages_.push_back(
            RegionCode::FromNumber(county * int64_t{1'000'000} + township * 1000 + village));
      }
    }
  }
}

void HistoryWorld::PassTime() {
  now_ += absl::Seconds(Random(5400));
  if (Random(60) == 0) now_ += absl::Hours(Random(200));
  if (Random(20) == 0) {  // the first moment of a day, or the last of the one before
    now_ = StartOfDay(DateInShanghai(now_) + 1) - absl::Microseconds(Random(2));
  }
}

absl::Time HistoryWorld::Moment() {
  return Random(10) == 0 ? now_ - absl::Minutes(Random(3000)) : now_;
}

std::string HistoryWorld::Code(int below) {
  const int code = Random(below);
  return code == 0 ? "" : absl::StrFormat("%02d", code);
}

Person HistoryWorld::NewPerson(const Household& household, bool head) {
  Person person;
  person.id = PersonId(next_id_++);
  person.household = household.id;
  person.region = household.region;
  person.name = "王国强";
  person.sex = Random(2) == 0 ? Sex::kMale : Sex::kFemale;
  // Many come into another band soon, some are born on 29 February.
  const Date today = DateInShanghai(now_);
  const int ages[] = {0, 3, 7, 16, 18, 60, 65, 80};
  person.birth_date = Date(today.year() - ages[Random(8)], today.month(), today.day()) +
                      (Random(2) == 0 ? Random(60) : Random(4000) - 2000);
  if (person.birth_date > today) person.birth_date = today;
  if (Random(10) == 0) person.birth_date = Date(1960 + 4 * Random(16), 2, 29);
  person.citizen_id_sealed = "sealed";
  person.citizen_id_hash = absl::StrFormat("%032d", person.id.value());
  person.relation = head ? "01" : "03";
  person.joined_on = today;
  ChangePerson(person);
  return person;
}

void HistoryWorld::ChangePerson(Person& person) {
  person.education = Code(5);
  person.labour = Code(5);
  person.health.clear();
  for (int code = 1; code < 5; ++code) {
    if (Random(3) == 0) person.health.push_back(absl::StrFormat("%02d", code));
  }
}

v1::HouseholdFacts HistoryWorld::RandomFacts() {
  v1::HouseholdFacts facts;
  facts.mutable_household()->set_attribute(Random(4));
  if (Random(2) == 0) return facts;
  facts.mutable_monitoring()->set_monitored_category(Random(4));
  for (int i = Random(4); i > 0; --i) facts.mutable_monitoring()->add_risks(1 + Random(5));
  return facts;
}

std::vector<HouseholdId> HistoryWorld::Some(int at_most) {
  std::vector<HouseholdId> some;
  for (int i = 0; i <= Random(at_most) && !households_.empty(); ++i) {
    some.push_back(households_[static_cast<size_t>(Random(static_cast<int>(households_.size())))]);
  }
  std::sort(some.begin(), some.end());
  some.erase(std::unique(some.begin(), some.end()), some.end());
  return some;
}

absl::Status HistoryWorld::Enter(sql::Transaction& tx) {
  std::vector<NewHousehold> entered(static_cast<size_t>(1 + Random(4)));
  std::vector<const NewHousehold*> pointers;
  for (NewHousehold& one : entered) {
    Household& household = one.imported.household;
    household.id = HouseholdId(next_id_++);
    household.region = Village();
    household.national_no = absl::StrCat("H", household.id.value());
    household.state = static_cast<HouseholdState>(1 + Random(3));
    household.state_since = DateInShanghai(now_);
    household.main_cause = Code(5);
    household.housing = "01";
    household.version = 1;
    one.facts = RandomFacts();
    for (int i = Random(6); i >= 0; --i) {
      one.imported.members.push_back(NewPerson(household, i == 0));
    }
    household.member_count = static_cast<int>(one.imported.members.size());
    if (household.state == HouseholdState::kExited) {
      household.version = 2;
      for (auto [kind, after] : {std::pair(AdjustmentKind::kAdmit, HouseholdState::kRegistered),
                                 std::pair(AdjustmentKind::kExit, HouseholdState::kExited)}) {
        one.imported.adjustments.push_back({.kind = kind,
                                            .reason = "IMPORTED",
                                            .effective_date = household.state_since,
                                            .state_before = HouseholdState::kCandidate,
                                            .state_after = after});
      }
    }
    pointers.push_back(&one);
    households_.push_back(household.id);
  }
  return EnterHouseholds(tx, pointers,
                         {.job = jobs::JobId(1), .author = "tester", .now = Moment()});
}

absl::StatusOr<std::vector<HouseholdChange>> HistoryWorld::Lock(sql::Transaction& tx,
                                                                absl::Span<const HouseholdId> ids) {
  JZ_ASSIGN_OR_RETURN(std::vector<Household> rows, LockHouseholds(tx, kEverywhere, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
  std::vector<HouseholdChange> changes;
  for (Household& row : rows) {
    HouseholdChange& change = changes.emplace_back();
    change.reason = "CHANGED";
    for (const Person& person : members) {
      if (person.household == row.id) change.members.push_back(person);
    }
    change.household = std::move(row);
  }
  return changes;
}

absl::Status HistoryWorld::Change(sql::Transaction& tx) {
  JZ_ASSIGN_OR_RETURN(auto changes, Lock(tx, Some(4)));
  std::vector<Person> joined;
  std::vector<Person> changed;
  std::vector<Departure> left;
  for (HouseholdChange& change : changes) {
    Household& household = change.household;
    switch (Random(6)) {
      case 0:
        household.state = static_cast<HouseholdState>(1 + Random(5));
        break;
      case 1:
        change.facts = RandomFacts();
        break;
      case 2:
        joined.push_back(NewPerson(household, false));
        change.members.push_back(joined.back());
        break;
      case 3:
        if (change.members.empty()) break;
        left.push_back({.person = change.members.back(), .note = ""});
        left.back().person.left_on = DateInShanghai(now_);
        left.back().person.left_reason = "01";
        change.members.pop_back();
        break;
      case 4:
        for (Person& person : change.members) ChangePerson(person);
        changed.insert(changed.end(), change.members.begin(), change.members.end());
        break;
      default:
        household.main_cause = Code(5);
        household.net_income_per_head_fen += 100;
    }
    household.member_count = static_cast<int>(change.members.size());
  }
  const ChangeAuthor author{.recorded_by = "tester", .recorded_at = Moment()};
  JZ_RETURN_IF_ERROR(InsertPersons(tx, joined));
  JZ_RETURN_IF_ERROR(UpdatePersons(tx, changed));
  JZ_RETURN_IF_ERROR(RecordDepartures(tx, left, "tester", author.recorded_at));
  return RecordHouseholds(tx, absl::MakeSpan(changes), author);
}

absl::Status HistoryWorld::Move(sql::Transaction& tx, std::vector<HouseholdId> ids) {
  JZ_ASSIGN_OR_RETURN(auto changes, Lock(tx, ids));
  std::vector<HouseholdMove> moves;
  const RegionCode to = Village();
  for (HouseholdChange& change : changes) {
    if (change.household.region == to) continue;
    moves.push_back({.household = std::move(change.household),
                     .members = std::move(change.members),
                     .to = to,
                     .to_group = ""});
  }
  return MoveHouseholds(tx, std::move(moves),
                        {.effective_date = DateInShanghai(now_),
                         .from_arrival = true,
                         .reason = "MOVED",
                         .author = {.recorded_by = "tester", .recorded_at = Moment()}})
      .status();
}

absl::Status HistoryWorld::MergeVillage(sql::Transaction& tx) {
  JZ_ASSIGN_OR_RETURN(
      std::vector<Household> all,
      ListHouseholds(tx, auth::RegionScope({Village()}),
                     {.states = {}, .after_region = {}, .after_id = {}, .limit = 200}));
  std::vector<HouseholdId> ids;
  for (const Household& household : all) ids.push_back(household.id);
  return ids.empty() ? absl::OkStatus() : Move(tx, std::move(ids));
}

absl::Status HistoryWorld::RecordVillage(sql::Transaction& tx) {
  const RegionCode village = Village();
  JZ_ASSIGN_OR_RETURN(std::vector<VillageRow> rows, LockVillages(tx, kEverywhere, {village}));
  VillageChange change;
  if (!rows.empty()) change.row = rows.front();
  change.row.region = village;
  if (Random(4) != 0) change.items.set_population(Random(3000));
  if (Random(4) != 0) change.items.set_households(Random(900));
  return RecordVillages(tx, absl::MakeSpan(&change, 1), "RECORDED",
                        {.recorded_by = "tester", .recorded_at = Moment()});
}

void HistoryWorld::Step() {
  PassTime();
  const int kind = Random(100);
  const int64_t first_id = next_id_;
  const std::vector<HouseholdId> before = households_;
  absl::Status done = db_.Run(Soon(), [&](sql::Transaction& tx) {
    next_id_ = first_id;  // when it has to begin again
    households_ = before;
    if (households_.empty() || kind < 15) return Enter(tx);
    if (kind < 75) return Change(tx);
    if (kind < 90) return Move(tx, Some(3));
    if (kind < 92) return MergeVillage(tx);
    return RecordVillage(tx);
  });
  EXPECT_TRUE(done.ok()) << done;
  if (Random(8) == 0) {
    EXPECT_TRUE(RollSome(db_, Soon()).ok());
  }
  if (Random(8) == 0) {
    absl::Status counted = CountBirthdays(db_, DateInShanghai(now_), Soon());
    EXPECT_TRUE(counted.ok()) << counted;
  }
}

}  // namespace jz::identification::testing
