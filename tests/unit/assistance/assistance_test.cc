#include "services/assistance/domain/assistance.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/status/status.h"

namespace jz::assistance {
namespace {

Pairing Pair(int64_t household, int64_t cadre, Date from, Date to = kNoEnd) {
  Pairing pairing;
  pairing.household = household;
  pairing.cadre = CadreId(cadre);
  pairing.from = from;
  pairing.to = to;
  return pairing;
}

const Date kStart(2017, 1, 1);

TEST(CheckPairings, LetsACadreHelpUpToTheLimit) {
  std::vector<Pairing> existing = {Pair(1, 7, kStart), Pair(2, 7, kStart)};
  EXPECT_TRUE(CheckPairings(existing, {Pair(3, 7, kStart)}, {{7, 3}}).ok());
  absl::Status refused =
      CheckPairings(existing, {Pair(3, 7, kStart), Pair(4, 7, kStart)}, {{7, 3}});
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "CADRE_LIMIT");
  EXPECT_EQ(MetadataOf(refused, "index"), "1");
  EXPECT_EQ(MetadataOf(refused, "limit"), "3");
}

TEST(CheckPairings, CountsOnlyWhatHoldsAtTheSameTime) {
  std::vector<Pairing> existing = {Pair(1, 7, kStart, Date(2017, 3, 31)),
                                   Pair(2, 7, Date(2017, 6, 1))};
  EXPECT_TRUE(
      CheckPairings(existing, {Pair(3, 7, Date(2017, 4, 1), Date(2017, 5, 31))}, {{7, 1}}).ok());
  for (auto [from, to] : {std::pair(Date(2017, 3, 31), Date(2017, 5, 31)),
                          std::pair(Date(2017, 4, 1), Date(2017, 6, 1))}) {
    EXPECT_EQ(ReasonOf(CheckPairings(existing, {Pair(3, 7, from, to)}, {{7, 1}})), "CADRE_LIMIT")
        << "the first and the last day count";
  }
}

TEST(CheckPairings, GivesAHouseholdOneHelperOnAnyDay) {
  std::vector<Pairing> existing = {Pair(1, 7, kStart, Date(2017, 6, 30))};
  absl::Status refused = CheckPairings(existing, {Pair(1, 8, Date(2017, 6, 30))}, {});
  EXPECT_EQ(ReasonOf(refused), "HOUSEHOLD_PAIRED");
  EXPECT_EQ(MetadataOf(refused, "index"), "0");
  EXPECT_TRUE(CheckPairings(existing, {Pair(1, 8, Date(2017, 7, 1))}, {}).ok());
  EXPECT_EQ(ReasonOf(CheckPairings({}, {Pair(1, 7, kStart), Pair(1, 8, kStart)}, {})),
            "HOUSEHOLD_PAIRED")
      << "also within one batch";
}

// Against a count day by day.
TEST(CheckPairings, AgreesWithACountOfEveryDay) {
  std::mt19937 random(14);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Pairing> all;
    for (int i = 0; i < 6; ++i) {
      const Date from = kStart + static_cast<int>(random() % 20);
      all.push_back(Pair(1 + i % 4, 1 + random() % 2, from, from + static_cast<int>(random() % 9)));
    }
    bool fits = true;
    for (Date day = kStart; day < kStart + 30; ++day) {
      std::map<int64_t, int> helpers;
      std::map<int64_t, int> helped;
      for (const Pairing& pairing : all) {
        if (day < pairing.from || pairing.to < day) continue;
        fits = fits && ++helpers[pairing.household] <= 1;
        fits = fits && ++helped[pairing.cadre.value()] <= 2;
      }
    }
    EXPECT_EQ(CheckPairings({}, all, {{1, 2}, {2, 2}}).ok(), fits);
  }
}

TEST(SameVisit, ComparesWhatTheDeviceSent) {
  Visit visit;
  visit.cadre = CadreId(1);
  visit.household = 2;
  visit.date = Date(2017, 5, 1);
  visit.summary = "s";
  Visit stored = visit;
  stored.id = VisitId(9);
  stored.stored_at = absl::FromUnixSeconds(1);
  EXPECT_TRUE(SameVisit(visit, stored));
  stored.summary = "t";
  EXPECT_FALSE(SameVisit(visit, stored));
  stored = visit;
  stored.date = Date(2017, 5, 2);
  EXPECT_FALSE(SameVisit(visit, stored));
}

TEST(KnownMeasureGroup, KnowsTheGroupsOfTheSheets) {
  EXPECT_TRUE(KnownMeasureGroup("housing"));
  EXPECT_FALSE(KnownMeasureGroup("Housing"));
  EXPECT_FALSE(KnownMeasureGroup(""));
}

}  // namespace
}  // namespace jz::assistance
