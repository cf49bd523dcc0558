// Lists as blocks of sorted hashes, and their match with persons.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "services/identification/domain/comparison_list.h"
#include "services/identification/domain/comparison_match.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Hash(std::mt19937_64& random) {
  std::string hash;
  for (size_t i = 0; i < kHashBytes; ++i) hash.push_back(static_cast<char>(random()));
  return hash;
}

TEST(ListBlocks, AreSortedAndKeepTheValuesOfEachEntry) {
  std::mt19937_64 random(1);
  RunBuilder run;
  std::multimap<std::string, std::string> expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string hash = i % 10 == 0 && i > 0 ? expected.begin()->first : Hash(random);
    const std::string values = i % 3 == 0 ? "" : std::string(i % 300, 'v') + std::to_string(i);
    run.Add(hash, values);
    expected.emplace(hash, values);
  }
  std::vector<ListBlock> blocks = run.Finish();
  EXPECT_EQ(blocks.size(), 3u);
  EXPECT_TRUE(run.empty());
  auto next = expected.begin();  // equal keys in the order in which they were added
  for (const ListBlock& block : blocks) {
    BlockReader reader(block.hashes, block.attributes);
    int count = 0;
    for (; reader.Next(); ++next, ++count) {
      ASSERT_EQ(reader.hash(), next->first);
      ASSERT_EQ(reader.values(), next->second);
      ASSERT_LE(block.first_prefix, PrefixOf(reader.hash()));
      ASSERT_GE(block.last_prefix, PrefixOf(reader.hash()));
    }
    EXPECT_EQ(count, block.entry_count);
  }
  EXPECT_TRUE(next == expected.end());
}

TEST(ListBlocks, WithoutValuesAreHashesOnly) {
  std::mt19937_64 random(2);
  RunBuilder run;
  for (int i = 0; i < 10; ++i) run.Add(Hash(random), "");
  EXPECT_EQ(run.Finish()[0].attributes, "");
  EXPECT_THAT(run.Finish(), IsEmpty());
}

// Random persons and lists, against sets.
TEST(PersonKeys, MatchFindsExactlyThoseOnTheList) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    std::map<std::string, PersonId> persons;
    PersonKeys keys;
    const int count = static_cast<int>(random() % 3000);
    for (int i = 0; i < count; ++i) {
      const std::string hash = Hash(random);
      persons.emplace(hash, PersonId(i + 1));
      keys.Add(hash, PersonId(i + 1));
    }
    keys.Sort();
    RunBuilder run;
    std::set<PersonId> expected;
    for (const auto& [hash, id] : persons) {
      if (random() % 4 != 0) continue;
      run.Add(hash, "");
      expected.insert(id);
    }
    for (int i = static_cast<int>(random() % 3000); i > 0; --i) run.Add(Hash(random), "");
    std::set<PersonId> found;
    for (const ListBlock& block : run.Finish()) {
      keys.Match(block.hashes, block.attributes, [&](PersonId id, absl::string_view hash, auto) {
        EXPECT_EQ(persons.at(std::string(hash)), id);
        EXPECT_TRUE(found.insert(id).second);
      });
    }
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

TEST(PersonKeys, EveryEntryOfAPersonIsAHit) {
  PersonKeys keys;
  const std::string hash(kHashBytes, 'a');
  keys.Add(hash, PersonId(7));
  keys.Sort();
  RunBuilder run;
  run.Add(hash, "one");
  run.Add(std::string(kHashBytes, 'b'), "");
  run.Add(hash, "two");
  std::vector<std::string> values;
  const ListBlock block = run.Finish()[0];
  keys.Match(block.hashes, block.attributes,
             [&](PersonId, auto, absl::string_view v) { values.emplace_back(v); });
  EXPECT_THAT(values, ElementsAre("one", "two"));
}

TEST(HashRanges, CoverEveryHashOnce) {
  std::mt19937_64 random(4);
  constexpr int kParts = 16;
  EXPECT_EQ(PartOf(0, kParts).first_hash(), std::string(kHashBytes, '\0'));
  EXPECT_EQ(PartOf(kParts - 1, kParts).last_hash(), std::string(kHashBytes, '\xff'));
  RunBuilder run;
  for (int i = 0; i < 2000; ++i) {
    const std::string hash = Hash(random);
    run.Add(hash, "");
    int inside = 0;
    for (int part = 0; part < kParts; ++part) {
      const HashRange range = PartOf(part, kParts);
      inside += range.Contains(hash);
      EXPECT_EQ(range.Contains(hash), range.first_hash() <= hash && hash <= range.last_hash());
    }
    EXPECT_EQ(inside, 1);
  }
  int64_t counted = 0;
  for (const ListBlock& block : run.Finish()) {
    for (int part = 0; part < kParts; ++part) counted += PartOf(part, kParts).CountIn(block.hashes);
  }
  EXPECT_EQ(counted, 2000);
}

}  // namespace
}  // namespace jz::identification
