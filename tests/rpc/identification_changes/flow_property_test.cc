// Flows after random changes of every kind: they add up, a period begins where the one before it
// ended, and the last one ends with what the register holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/rpc/identification_changes/changes_service.h"

namespace jz::testing {
namespace {

using identification::testing::IdOf;

constexpr int kFamilies = 12;
constexpr int kChanges = 120;
constexpr const char* kVillages[] = {kVillage, kOtherVillage};

class RandomChanges {
 public:
  explicit RandomChanges(ChangesService& service) : service_(service) {
    for (int i = 0; i < kFamilies; ++i) {
      names_.push_back(service_
                           .Enter(absl::StrCat("H", i), ChangesService::FamilyOfFour(10 + i),
                                  {{"行政区划代码", kVillages[i % 2]},
                                   {"户状态", i % 3 == 0 ? "已脱贫" : "在册"},
                                   {"脱贫日期", i % 3 == 0 ? "2015-06-30" : ""}})
                           .name());
    }
  }

  // What was done, or "".
  std::string Change(const std::string& day) {
    const idv1::Household household = service_.Get(names_[Below(names_.size())]);
    if (household.members_size() == 0) return "";
    switch (Below(5)) {
      case 0:
        return Join(household, day);
      case 1:
        return Leave(household, day);
      case 2:
        return Merge(household, service_.Get(names_[Below(names_.size())]), day);
      case 3:
        return Move(household, day);
      default:
        return Split(household, day);
    }
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  static void Relate(const idv1::Household& household, idv1::NewHead& head) {
    for (const idv1::Member& member : household.members()) {
      if (member.name() == head.person()) continue;
      auto& relation = *head.add_relations();
      relation.set_person(member.name());
      relation.set_relation_to_head(99);
    }
  }

  std::string Join(const idv1::Household& household, const std::string& day) {
    idv1::HouseholdEdit edit = EditOf(household);
    auto& join = *edit.add_joins();
    join.set_kind("06");
    join.set_date(day);
    join.mutable_values()->set_display_name("新生");
    join.mutable_values()->set_citizen_id(IdOf(20140101 + static_cast<int>(Below(20)), ++serial_));
    join.mutable_values()->mutable_items()->set_relation_to_head(7);
    return service_.Update(edit).ok() ? "join" : "";
  }

  std::string Leave(const idv1::Household& household, const std::string& day) {
    idv1::HouseholdEdit edit = EditOf(household);
    auto& leave = *edit.add_leaves();
    leave.set_person(household.members(static_cast<int>(household.members_size()) - 1).name());
    leave.set_kind("12");
    leave.set_date(day);
    return service_.Update(edit).ok() ? "leave" : "";
  }

  std::string Split(const idv1::Household& household, const std::string& day) {
    if (household.members_size() < 2) return "";
    idv1::SplitHouseholdRequest request;
    request.set_household(household.name());
    request.set_etag(household.etag());
    request.set_effective_date(day);
    auto& part = *request.add_parts();
    const int first = 1 + static_cast<int>(Below(household.members_size() - 1));
    for (int i = first; i < household.members_size(); ++i) {
      part.add_persons(household.members(i).name());
      if (i == first) {
        part.mutable_head()->set_person(household.members(i).name());
      } else {
        auto& relation = *part.mutable_head()->add_relations();
        relation.set_person(household.members(i).name());
        relation.set_relation_to_head(99);
      }
    }
    auto response = service_.Split(request);
    if (!response.ok()) return "";
    names_.push_back(response->households(1).name());
    return "split";
  }

  std::string Merge(const idv1::Household& into, const idv1::Household& source,
                    const std::string& day) {
    idv1::MergeHouseholdsRequest request;
    request.set_household(into.name());
    request.set_etag(into.etag());
    request.add_sources()->set_household(source.name());
    request.mutable_sources(0)->set_etag(source.etag());
    request.set_effective_date(day);
    Relate(source, *request.mutable_head());
    return service_.Merge(request).ok() ? "merge" : "";
  }

  std::string Move(const idv1::Household& household, const std::string& day) {
    idv1::MoveHouseholdsRequest request;
    request.set_effective_date(day);
    request.set_request_id(service_.NextRequest());
    auto& move = *request.add_moves();
    move.set_household(household.name());
    move.set_to_code(kVillages[Below(2)]);
    auto client = service_.service().Register();
    return client.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request).ok() ? "move" : "";
  }

  ChangesService& service_;
  std::mt19937 random_{2017};
  std::vector<std::string> names_;
  int serial_ = 500;
};

std::string Shown(const idv1::Stock& stock) { return stock.ShortDebugString(); }

TEST(Flows, ReconcileAfterRandomChangesOfEveryKind) {
  ChangesService service;
  RandomChanges random(service);
  std::map<std::string, int> done;
  const int first_month = 201601;
  for (int i = 0; i < kChanges; ++i) {
    // Mostly forward in time, sometimes back.
    const int month = (i * 18 / kChanges) + (i % 7 == 0 ? -2 : 0);
    const int at = std::max(0, month);
    const std::string day = absl::StrCat(first_month / 100 + at / 12, "-", at % 12 < 9 ? "0" : "",
                                         at % 12 + 1, "-", 10 + i % 18);
    ++done[random.Change(day)];
  }
  for (const char* kind : {"join", "leave", "split", "merge", "move"}) {
    EXPECT_GT(done[kind], 2) << kind;
  }
  for (const char* region : {kCounty, kVillage, kOtherVillage}) {
    idv1::Flows before;
    for (const auto& [start, end] :
         {std::pair("2015-01-01", "2015-12-31"), std::pair("2016-01-01", "2016-04-15"),
          std::pair("2016-04-16", "2016-10-31"), std::pair("2016-11-01", "2017-06-30")}) {
      const idv1::Flows flows = service.FlowsOf(region, start, end);
      for (const idv1::FlowCheck& check : flows.checks()) {
        EXPECT_TRUE(check.equal()) << region << " " << flows.ShortDebugString();
      }
      if (std::string(region) == kCounty) {
        if (!before.region_code().empty()) {
          EXPECT_EQ(Shown(flows.opening()), Shown(before.closing())) << start;
        }
      }
      before = flows;
    }
    int64_t households = 0;
    int64_t persons = 0;
    for (const idv1::Household& household :
         service.service().ListAll(service.service().Register())) {
      const bool here = std::string(region) == kCounty || household.region_code() == region;
      const bool on = household.state() == idv1::HOUSEHOLD_STATE_REGISTERED ||
                      household.state() == idv1::HOUSEHOLD_STATE_EXITED;
      if (!here || !on) continue;
      ++households;
      persons += household.member_count();
    }
    EXPECT_EQ(before.closing().total().households(), households) << region;
    EXPECT_EQ(before.closing().total().persons(), persons) << region;
  }
}

}  // namespace
}  // namespace jz::testing
