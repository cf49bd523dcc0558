#include "deploy/lib/demo/generator.h"

#include <functional>
#include <set>

#include "common/base/citizen_id.h"
#include "gtest/gtest.h"

namespace jz::demo {
namespace {

struct Total {
  int households = 0;
  int persons = 0;
};
Total CountIf(const Township& township, const std::function<bool(const Household&)>& wanted) {
  Total total;
  for (const Household& household : township.households) {
    if (!wanted(household)) continue;
    ++total.households;
    total.persons += static_cast<int>(household.persons.size());
  }
  return total;
}

int64_t NetPerHeadYuan(const Household& h) {
  return (h.wage_yuan + h.business_yuan + h.property_yuan + h.transfer_yuan - h.cost_yuan) /
         static_cast<int64_t>(h.persons.size());
}

TEST(AdjustmentTownship, AddsUpToThePublishedOpening) {
  Township township = Generate(AdjustmentTownship());
  Total opening = CountIf(township, [](const Household& h) { return h.state != "候选"; });
  EXPECT_EQ(opening.households, 621);
  EXPECT_EQ(opening.persons, 1574);
  Total missed = CountIf(township, [](const Household& h) { return h.state == "候选"; });
  EXPECT_EQ(missed.households, 98);
  EXPECT_EQ(missed.persons, 195);
}

TEST(AdjustmentTownship, HasThePublishedNumberOfAblePersons) {
  int able = 0;
  for (const Household& h : Generate(AdjustmentTownship()).households) {
    if (h.state == "候选") continue;
    for (const Person& p : h.persons) able += p.labour == "01";
  }
  EXPECT_EQ(able, 862);
}

TEST(AdjustmentTownship, IncomesLieOnTheIntendedSideOfTheLine) {
  for (const Household& h : Generate(AdjustmentTownship()).households) {
    bool wrongly_admitted = h.state == "在册" && NetPerHeadYuan(h) >= 3146;
    if (wrongly_admitted) {
      EXPECT_GE(h.previous_net_per_head_yuan, 3146) << h.number;
    }
    if (h.state == "候选") {
      EXPECT_LT(NetPerHeadYuan(h), 3146) << h.number;
    }
    EXPECT_GE(h.wage_yuan, 0);
    EXPECT_GE(h.business_yuan, 0);
    EXPECT_GE(h.property_yuan, 0);
  }
}

TEST(CheckTownship, HasTheBaseThatThePublishedRatesImply) {
  Total registered =
      CountIf(Generate(CheckTownship()), [](const Household& h) { return h.state != "候选"; });
  EXPECT_EQ(registered.persons, 6195);
}

TEST(Townships, EveryCitizenIdIsValidAndUnique) {
  std::set<std::string> seen;
  for (const TownshipPlan& plan : {AdjustmentTownship(), CheckTownship()}) {
    for (const Household& h : Generate(plan).households) {
      for (const Person& p : h.persons) {
        EXPECT_TRUE(CitizenId::Parse(p.citizen_id).ok()) << p.citizen_id;
        EXPECT_TRUE(seen.insert(p.citizen_id).second) << p.citizen_id;
      }
    }
  }
}

TEST(Townships, AreTheSameAtEveryRun) {
  EXPECT_EQ(RegisterCsv(Generate(AdjustmentTownship())),
            RegisterCsv(Generate(AdjustmentTownship())));
}

}  // namespace
}  // namespace jz::demo
