// The flows that SQL counts against a plain recount, household by household and person by person,
// on random histories.
#include "services/identification/store/flow_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/identification/domain/decision.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/residence_store.h"
#include "tests/support/mariadb.h"

namespace jz::identification {

std::vector<sql::Migration> Migrations();

namespace {

constexpr int kHouseholds = 400;
const RegionCode kTownship = RegionCode::FromNumber(230221101000);
const RegionCode kVillages[] = {RegionCode::FromNumber(230221101200),
                                RegionCode::FromNumber(230221101201),
                                RegionCode::FromNumber(230221102200)};
const Date kFirstDay(2016, 1, 1);

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

struct History {
  Household household;
  std::vector<Adjustment> adjustments;  // in the order in which they were decided
  std::vector<Person> persons;
  std::vector<FormerResidence> former;  // where it lived before, in order
};

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  History Make(int serial) {
    History history;
    Household& household = history.household;
    household.id = HouseholdId(1000 + serial);
    household.region = kVillages[Below(std::size(kVillages))];
    household.state = HouseholdState::kCandidate;
    household.state_since = kFirstDay + Below(200);
    household.housing = "01";
    household.version = 1;
    household.created_by = household.updated_by = "test";
    int changes = Below(7);
    for (int i = 0; i < changes; ++i) Adjust(history);
    int members = Below(5);
    for (int i = 0; i < members; ++i) AddPerson(history, serial * 10 + i);
    for (int i = Below(4) - 1; i > 0; --i) Move(history);
    return history;
  }

 private:
  // To another village, or away and back again.
  void Move(History& history) {
    Household& household = history.household;
    const Date from = history.former.empty() ? kBeginning : history.former.back().valid_to + 1;
    const Date until = std::max(kFirstDay, from) + Below(500);
    history.former.push_back({.household = household.id,
                              .valid_from = from,
                              .valid_to = until,
                              .region = household.region});
    household.region = kVillages[Below(std::size(kVillages))];
    for (Person& person : history.persons) person.region = household.region;
  }

  // One of the adjustments that the state allows, on its first day or later.
  void Adjust(History& history) {
    Household& household = history.household;
    std::vector<AdjustmentKind> possible;
    for (int kind = 1; kind <= 7; ++kind) {
      auto candidate = static_cast<AdjustmentKind>(kind);
      if (StateAfter(candidate, household.state).ok()) possible.push_back(candidate);
    }
    if (possible.empty()) return;
    AdjustmentKind kind = possible[Below(static_cast<int>(possible.size()))];
    // Going off the register is made rare, so that long histories come up.
    if (*StateAfter(kind, household.state) >= HouseholdState::kRemoved && Below(3) != 0) return;
    Adjustment adjustment{.kind = kind,
                          .reason = Below(2) == 0 ? "ALL_MEMBERS_DIED" : "OTHER",
                          .effective_date = household.state_since + Below(300),
                          .state_before = household.state,
                          .state_after = *StateAfter(kind, household.state),
                          .member_count = 1,
                          .case_id = 0};
    if (adjustment.state_after != household.state) {
      household.state_since = adjustment.effective_date;
    }
    household.state = adjustment.state_after;
    history.adjustments.push_back(adjustment);
  }

  void AddPerson(History& history, int serial) {
    Person person;
    person.id = PersonId(100000 + serial);
    person.household = history.household.id;
    person.region = history.household.region;
    person.name = "某";
    person.birth_date = Date(1970, 1, 1);
    person.citizen_id_sealed = "sealed";
    person.citizen_id_hash = absl::StrFormat("%032d", serial);
    person.relation = person.education = person.student = person.labour = "01";
    person.ethnicity = "01";
    person.health = {"01"};
    person.joined_on = kFirstDay + Below(900);
    if (Below(2) == 0) {
      person.left_on = person.joined_on + Below(700);
      person.left_reason = Below(2) == 0 ? "01" : "02";
    }
    history.persons.push_back(person);
  }

  std::mt19937 random_;
};

// The recount. Everything at the end of a day.
HouseholdState StateOn(const History& history, Date day) {
  HouseholdState state = HouseholdState::kCandidate;
  // A confirmation changes nothing, whatever day it bears; all others come in the order of their
  // days.
  for (const Adjustment& adjustment : history.adjustments) {
    if (adjustment.kind == AdjustmentKind::kRetain) continue;
    if (adjustment.effective_date <= day) state = adjustment.state_after;
  }
  return state;
}

RegionCode RegionOn(const History& history, Date day) {
  for (const FormerResidence& former : history.former) {
    if (former.valid_from <= day && day <= former.valid_to) return former.region;
  }
  return history.household.region;
}

bool IsMemberOn(const Person& person, Date day) {
  return person.joined_on <= day && (!person.left_on || *person.left_on > day);
}

struct Recount {
  std::map<std::string, int64_t> numbers;

  void Add(const std::string& flow, const char* unit, bool registered) {
    ++numbers[absl::StrCat(flow, ".", unit)];
    if (registered) ++numbers[absl::StrCat(flow, ".registered.", unit)];
  }
  void AddStock(const std::string& stock, HouseholdState state, const char* unit) {
    if (!OnRegister(state)) return;
    Add(stock, unit, state == HouseholdState::kRegistered);
  }
};

std::string LeavingFlow(const History& history) {
  const Adjustment& last = history.adjustments.back();
  if (last.kind == AdjustmentKind::kRemoveError) return "removed";
  return last.reason == "ALL_MEMBERS_DIED" ? "died" : "closed";
}

// The flow of a household that is on the register at both ends, or "".
std::string StayingFlow(const History& history, const Period& period) {
  bool before = StateOn(history, period.start - 1) == HouseholdState::kRegistered;
  bool after = StateOn(history, period.end) == HouseholdState::kRegistered;
  AdjustmentKind last = AdjustmentKind::kUnspecified;
  for (const Adjustment& adjustment : history.adjustments) {
    bool inside =
        adjustment.effective_date >= period.start && adjustment.effective_date <= period.end;
    if (inside && adjustment.kind != AdjustmentKind::kRetain) last = adjustment.kind;
  }
  if (before && !after) return "exited";
  if (!before && after) return last == AdjustmentKind::kRelapse ? "relapsed" : "reverted";
  if (before && after && last == AdjustmentKind::kUnspecified) return "retained";
  return "";
}

void CountUnit(const History& history, const Period& period, bool here_before, bool here_after,
               const char* unit, Recount& recount) {
  HouseholdState before = StateOn(history, period.start - 1);
  HouseholdState after = StateOn(history, period.end);
  bool was_on = here_before && OnRegister(before);
  bool is_on = here_after && OnRegister(after);
  bool was_registered = before == HouseholdState::kRegistered;
  bool is_registered = after == HouseholdState::kRegistered;
  if (was_on) recount.AddStock("opening", before, unit);
  if (is_on) recount.AddStock("closing", after, unit);
  if (was_on && is_on) {
    std::string flow = StayingFlow(history, period);
    if (!flow.empty()) recount.Add(flow, unit, flow == "exited" ? was_registered : is_registered);
  } else if (was_on) {
    bool household_left = !OnRegister(after);
    recount.Add(household_left ? LeavingFlow(history) : "decrease", unit, was_registered);
  } else if (is_on) {
    bool household_joined = !OnRegister(before);
    recount.Add(household_joined ? "admitted" : "increase", unit, is_registered);
    if (household_joined && !is_registered) recount.Add("exited", unit, false);
  }
}

Recount RecountAll(const std::vector<History>& histories, RegionCode region, const Period& period) {
  Recount recount;
  for (const History& history : histories) {
    if (!region.Contains(RegionOn(history, period.end))) continue;
    CountUnit(history, period, true, true, "households", recount);
    for (const Person& person : history.persons) {
      CountUnit(history, period, IsMemberOn(person, period.start - 1),
                IsMemberOn(person, period.end), "persons", recount);
    }
  }
  return recount;
}

std::map<std::string, int64_t> Flattened(const Flows& flows) {
  std::map<std::string, int64_t> numbers;
  auto add = [&](const std::string& name, int64_t number) {
    if (number != 0) numbers[name] = number;
  };
  auto add_parts = [&](const std::string& name, const Count& all, const Count& registered) {
    add(name + ".households", all.households);
    add(name + ".persons", all.persons);
    add(name + ".registered.households", registered.households);
    add(name + ".registered.persons", registered.persons);
  };
  auto add_flow = [&](const std::string& name, const Flow& flow) {
    add_parts(name, flow.all, flow.registered);
  };
  add_parts("opening", flows.opening.total, flows.opening.registered);
  add_parts("closing", flows.closing.total, flows.closing.registered);
  add_flow("removed", flows.removed_wrongly_admitted);
  add_flow("died", flows.closed_by_death);
  add_flow("closed", flows.closed_otherwise);
  add_flow("exited", flows.exited);
  add_flow("reverted", flows.reverted_exit);
  add_flow("relapsed", flows.relapsed);
  add_flow("admitted", flows.newly_admitted);
  add_flow("retained", flows.retained);
  add_flow("decrease", flows.person_natural_decrease);
  add_flow("increase", flows.person_natural_increase);
  return numbers;
}

absl::Status Insert(sql::Transaction& tx, const std::vector<History>& histories) {
  std::vector<Household> households;
  std::vector<Person> persons;
  std::vector<Departure> departures;
  std::vector<AdjustmentRow> adjustments;
  std::vector<FormerResidence> former;
  for (const History& history : histories) {
    households.push_back(history.household);
    for (const Person& person : history.persons) {
      persons.push_back(person);
      persons.back().left_on.reset();
      if (person.left_on) departures.push_back({.person = person, .note = ""});
    }
    former.insert(former.end(), history.former.begin(), history.former.end());
    int64_t seq = 1;
    for (const Adjustment& adjustment : history.adjustments) {
      adjustments.push_back({.household = history.household.id,
                             .seq = ++seq,
                             .region = history.household.region,
                             .adjustment = adjustment,
                             .recorded_by = "test",
                             .recorded_at = absl::UnixEpoch()});
    }
  }
  if (auto s = InsertHouseholds(tx, households); !s.ok()) return s;
  if (auto s = InsertPersons(tx, persons); !s.ok()) return s;
  if (auto s = RecordDepartures(tx, departures, "test", absl::UnixEpoch()); !s.ok()) return s;
  if (auto s =
          InsertFormerResidences(tx, former, {.subject = "test", .at = absl::UnixEpoch()}, "r");
      !s.ok()) {
    return s;
  }
  return InsertAdjustments(tx, adjustments);
}

class FlowStore : public ::testing::Test {
 protected:
  std::unique_ptr<sql::Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase(Migrations());

  Flows Count(RegionCode region, const Period& period) {
    auth::RegionScope scope({region});
    auto flows = db_->Fetch(Soon(), [&](sql::Transaction& tx) -> absl::StatusOr<Flows> {
      auto households = CountHouseholdCourses(tx, scope, period);
      if (!households.ok()) return households.status();
      auto persons = CountPersonCourses(tx, scope, period);
      if (!persons.ok()) return persons.status();
      return ComputeFlows(*households, *persons);
    });
    EXPECT_TRUE(flows.ok()) << flows.status();
    return flows.ok() ? *flows : Flows();
  }
};

TEST_F(FlowStore, AgreesWithARecountOfRandomHistories) {
  Maker maker(2017);
  std::vector<History> histories;
  for (int i = 0; i < kHouseholds; ++i) histories.push_back(maker.Make(i));
  absl::Status inserted =
      db_->Run(Soon(), [&](sql::Transaction& tx) { return Insert(tx, histories); });
  ASSERT_TRUE(inserted.ok()) << inserted;
  std::map<std::string, int64_t> ever;
  for (int round = 0; round < 60; ++round) {
    Date start = kFirstDay + maker.Below(1200);
    Period period{.start = start, .end = start + maker.Below(500)};
    RegionCode regions[] = {kTownship, kTownship.AtLevel(RegionLevel::kCounty), kVillages[1],
                            RegionCode::FromNumber(230299000000)};
    RegionCode region = regions[round % std::size(regions)];
    Flows flows = Count(region, period);
    Recount recount = RecountAll(histories, region, period);
    EXPECT_EQ(Flattened(flows), recount.numbers)
        << region.ToString() << " " << FormatDate(period.start) << " " << FormatDate(period.end);
    for (const FlowCheck& check : CheckFlows(flows)) {
      EXPECT_EQ(check.computed, check.closing) << check.name;
    }
    for (const auto& [name, number] : recount.numbers) ever[name] += number;
  }
  for (const char* flow :
       {"removed", "died", "closed", "exited", "reverted", "relapsed", "admitted", "retained"}) {
    EXPECT_GT(ever[absl::StrCat(flow, ".households")], 0) << "no history showed it";
    EXPECT_GT(ever[absl::StrCat(flow, ".persons")], 0) << "no history showed it";
  }
  EXPECT_GT(ever["decrease.persons"], 0);
  EXPECT_GT(ever["increase.persons"], 0);
}

TEST_F(FlowStore, CountsTheFirstAndTheLastDayAsInside) {
  History history;
  Household& household = history.household;
  household.id = HouseholdId(1);
  household.region = kVillages[0];
  household.housing = "01";
  household.version = 2;
  household.state = HouseholdState::kRegistered;
  household.state_since = Date(2017, 1, 1);
  history.adjustments = {{.kind = AdjustmentKind::kAdmit,
                          .reason = "INCOME_BELOW_LINE",
                          .effective_date = Date(2017, 1, 1),
                          .state_before = HouseholdState::kCandidate,
                          .state_after = HouseholdState::kRegistered}};
  ASSERT_TRUE(db_->Run(Soon(), [&](sql::Transaction& tx) { return Insert(tx, {history}); }).ok());
  auto admitted = [&](Date start, Date end) {
    return Count(kTownship, {.start = start, .end = end}).newly_admitted.all.households;
  };
  EXPECT_EQ(admitted(Date(2017, 1, 1), Date(2017, 12, 31)), 1);
  EXPECT_EQ(admitted(Date(2016, 1, 1), Date(2017, 1, 1)), 1);
  EXPECT_EQ(admitted(Date(2016, 1, 1), Date(2016, 12, 31)), 0);
  EXPECT_EQ(admitted(Date(2017, 1, 2), Date(2017, 12, 31)), 0);
  EXPECT_EQ(Count(kTownship, {.start = Date(2017, 1, 2), .end = Date(2017, 1, 2)})
                .opening.total.households,
            1);
}

}  // namespace
}  // namespace jz::identification
