#include "common/sql/id_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "common/base/ids.h"
#include "tests/store/sql/account_table.h"
#include "tests/support/mariadb.h"

namespace jz::sql {
namespace {

const RegionCode kVillage = RegionCode::FromNumber(230122101201);
const RegionCode kCity = RegionCode::FromNumber(230100000000);

TEST(IdAllocator, PutsTheCountyIntoTheId) {
  auto db = testing::PrivateMariaDb::Shared().NewDatabase();
  IdAllocator ids(*db);
  EXPECT_EQ(CountyOfId(*ids.Next(kVillage, Soon())), 230122);
  EXPECT_EQ(CountyOfId(*ids.Next(kCity, Soon())), 0);
  EXPECT_GT(*ids.Next(kCity, Soon()), 0);
}

TEST(IdAllocator, GivesAscendingIdsAcrossBlocks) {
  auto db = testing::PrivateMariaDb::Shared().NewDatabase();
  IdAllocator ids(*db);
  int64_t last = 0;
  for (int count : {1, 999, 1, 5000, 120'000, 0, 3}) {
    auto next = ids.Next(kVillage, count, Soon());
    ASSERT_TRUE(next.ok()) << next.status();
    ASSERT_EQ(next->size(), count);
    EXPECT_TRUE(std::is_sorted(next->begin(), next->end()));
    if (count == 0) continue;
    EXPECT_GT(next->front(), last);
    last = next->back();
  }
}

TEST(IdAllocator, NeverGivesAnIdTwiceOverReplicasAndThreads) {
  auto db = testing::PrivateMariaDb::Shared().NewDatabase();
  constexpr int kReplicas = 4;
  constexpr int kThreads = 4;
  constexpr int kRounds = 60;
  constexpr int kCount = 37;
  std::vector<std::unique_ptr<IdAllocator>> replicas;
  replicas.reserve(kReplicas);
  for (int i = 0; i < kReplicas; ++i) replicas.push_back(std::make_unique<IdAllocator>(*db));
  std::mutex mutex;
  std::set<int64_t> all;
  std::vector<std::thread> threads;
  threads.reserve(kReplicas * kThreads);
  for (int i = 0; i < kReplicas * kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        auto next = replicas[i % kReplicas]->Next(kVillage, kCount, Soon());
        ASSERT_TRUE(next.ok()) << next.status();
        std::lock_guard lock(mutex);
        all.insert(next->begin(), next->end());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all.size(), kReplicas * kThreads * kRounds * kCount);
}

TEST(IdAllocator, GoesOnAfterARestartWithoutRepetition) {
  auto db = testing::PrivateMariaDb::Shared().NewDatabase();
  int64_t before = *IdAllocator(*db).Next(kVillage, Soon());
  EXPECT_GT(*IdAllocator(*db).Next(kVillage, Soon()), before);
}

}  // namespace
}  // namespace jz::sql
