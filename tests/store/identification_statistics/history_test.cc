// Statistics equal a recount from the history, whatever happened, at any instant.
// JZ_STATISTIC_OPERATIONS=10000 runs the long form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "services/identification/app.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/statistics_recount.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/statistic_store.h"
#include "tests/store/identification_statistics/history_world.h"
#include "tests/store/identification_statistics/recount.h"
#include "tests/support/mariadb.h"
#include "tests/support/time_factor.h"

namespace jz::identification::testing {
namespace {

using enum Dimension;

constexpr int kInstants = 20;
constexpr int kQueries = 8;  // of each region and instant

absl::Time Soon() { return absl::Now() + absl::Minutes(5); }

int Operations() {
  const char* wanted = std::getenv("JZ_STATISTIC_OPERATIONS");
  return wanted == nullptr ? 1500 / jz::testing::kTimeFactor : std::atoi(wanted);
}

class StatisticHistory : public ::testing::Test {
 protected:
  StatisticHistory() {
    Must(db_->Run(Soon(),
                  [&](sql::Transaction& tx) { return SetAges(tx, DateInShanghai(kBegin)); }));
    for (int i = 0; i < Operations(); ++i) world_.Step();
    Must(CountBirthdays(*db_, DateInShanghai(world_.now()), Soon()));
  }
  static void Must(const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; }

  StatisticQuery RandomQuery() {
    StatisticQuery query;
    const Cube& cube = Cubes()[static_cast<size_t>(world_.Random(11))];
    for (Dimension dimension : cube.dimensions) {
      if (world_.Random(2) == 0) query.group_by.push_back(dimension);
      if (world_.Random(3) != 0) continue;
      StatisticFilter& filter = query.filters.emplace_back(StatisticFilter{dimension, {}});
      for (int i = world_.Random(3); i >= 0; --i) filter.values.push_back(world_.Random(6));
    }
    return query;
  }

  // The regions of the villages, on every level, and one where nobody lives.
  std::vector<RegionCode> Regions() const {
    std::set<RegionCode> regions = {RegionCode::FromNumber(230223000000)};
    for (RegionCode region : world_.villages()) {
      for (; region != RegionCode(); region = region.Parent()) regions.insert(region);
    }
    regions.insert(RegionCode());
    return {regions.begin(), regions.end()};
  }

  // `instants`: what is asked for, unset for now.
  void Compare(const std::vector<std::optional<absl::Time>>& instants) {
    const History history = LoadHistory(*db_);
    for (const std::optional<absl::Time>& instant : instants) {
      const absl::Time at = instant.value_or(world_.now());
      for (RegionCode region : Regions()) {
        auto cells = db_->Fetch(Soon(), [&](auto& tx) { return LoadCells(tx, region, instant); });
        Must(cells.status());
        for (int i = 0; i < kQueries; ++i) {
          const StatisticQuery query = RandomQuery();
          Violations violations;
          CheckQuery(query, violations);
          if (!violations.empty()) continue;
          ASSERT_EQ(Differences(Evaluate(query, *cells), Count(history, region, query, at), query),
                    "")
              << region.ToString() << " at " << at << ", counted " << ++compared_;
          ++compared_;
        }
      }
    }
  }
  std::vector<std::optional<absl::Time>> RandomInstants() {
    std::vector<std::optional<absl::Time>> instants = {std::nullopt, world_.now(), kBegin};
    const auto minutes = static_cast<int>(absl::ToInt64Minutes(world_.now() - kBegin));
    for (int i = 0; i < kInstants; ++i) {
      absl::Time at = kBegin + absl::Minutes(world_.Random(minutes));
      if (i % 4 == 0) at = StartOfDay(DateInShanghai(at)) - absl::Microseconds(i % 8 / 4);
      instants.push_back(at);
    }
    for (Date end(2026, 1, 1); StartOfDay(end) < world_.now(); end = Date(end.year() + 1, 1, 1)) {
      instants.push_back(StartOfDay(end) - absl::Microseconds(1));
    }
    return instants;
  }

  const absl::Time kBegin = StartOfDay(Date(2025, 12, 20)) + absl::Hours(8);
  std::unique_ptr<sql::Database> db_ =
      jz::testing::PrivateMariaDb::Shared().NewDatabase(Spec().migrations);
  HistoryWorld world_{*db_, kBegin, ::testing::UnitTest::GetInstance()->random_seed()};
  int compared_ = 0;
};

TEST_F(StatisticHistory, EqualsARecountAtTheEndAndAtPastInstants) {
  Compare(RandomInstants());
  EXPECT_GT(compared_, 1000);
  // And the same when everything is rolled.
  for (bool more = true; more;) {
    auto rolled = RollSome(*db_, Soon());
    Must(rolled.status());
    more = *rolled;
  }
  Compare(RandomInstants());
}

TEST_F(StatisticHistory, IsWhatTheRebuildFinds) {
  for (bool more = true; more;) {
    auto rolled = RollSome(*db_, Soon());
    Must(rolled.status());
    more = *rolled;
  }
  Must(db_->Read(Soon(), [&](sql::Transaction& tx) -> absl::Status {
    for (RegionCode village : world_.villages()) {
      JZ_ASSIGN_OR_RETURN(Recount counted,
                          RecountVillage(tx, village, DateInShanghai(world_.now())));
      JZ_ASSIGN_OR_RETURN(VillageChanges kept, KeptChanges(tx, village));
      EXPECT_TRUE(Difference(counted.changes, kept).empty()) << village.ToString();
    }
    for (RegionCode region : Regions()) {
      JZ_ASSIGN_OR_RETURN(KeptDays kept, LoadKept(tx, region, Date(1000, 1, 1)));
      JZ_ASSIGN_OR_RETURN(KeptDays summed, SumDays(tx, region));
      EXPECT_EQ(kept, summed) << region.ToString();
    }
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace jz::identification::testing
