#include "tests/store/identification_comparison/comparison_database.h"

namespace jz::identification::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ComparisonStore : public ComparisonDatabase {};

TEST_F(ComparisonStore, KindsOfTheDepartmentsAreThere) {
  auto kinds = db_->Fetch(Soon(), [](sql::Transaction& tx) { return LoadKinds(tx, {}); });
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  EXPECT_THAT(*kinds, SizeIs(9));
  for (const ComparisonKind& kind : *kinds) {
    EXPECT_FALSE(kind.attributes.empty()) << kind.code;
    for (const AttributeDefinition& attribute : kind.attributes) {
      EXPECT_NE(attribute.type, AttributeType::kUnspecified) << kind.code << attribute.name;
      EXPECT_NE(attribute.label_en, "") << kind.code << attribute.name;
    }
  }
}

TEST_F(ComparisonStore, ListsAreSeenFromInsideAndAroundTheirRegion) {
  AddList(1, {1}, "payroll", "230221000000");
  auto seen_from = [&](absl::string_view region) {
    return db_
        ->Fetch(Soon(),
                [&](sql::Transaction& tx) {
                  return LoadComparisonLists(tx, ScopeOf(region), {ComparisonListId(1)});
                })
        ->size();
  };
  EXPECT_EQ(seen_from("230000000000"), 1u);
  EXPECT_EQ(seen_from("230221000000"), 1u);
  EXPECT_EQ(seen_from("230221101200"), 1u);
  EXPECT_EQ(seen_from("230222000000"), 0u);
}

TEST_F(ComparisonStore, BlocksComeByTheirRangeOnly) {
  std::vector<int> numbers(5000);
  for (int i = 0; i < 5000; ++i) numbers[i] = i;
  AddList(1, numbers, "payroll", "230000000000", 5000);
  int64_t whole = 0;
  for (int part = 0; part < 16; ++part) {
    const HashRange range = PartOf(part, 16);
    int64_t entries = 0;
    ASSERT_TRUE(db_->Read(Soon(),
                          [&](sql::Transaction& tx) {
                            return ReadBlocks(tx, ComparisonListId(1), range,
                                              [&](absl::string_view hashes, absl::string_view) {
                                                entries += static_cast<int64_t>(hashes.size() / 32);
                                                whole += range.CountIn(hashes);
                                              });
                          })
                    .ok());
    EXPECT_LT(entries, 5000) << "not every block is read for every part";
  }
  EXPECT_EQ(whole, 5000);
}

TEST_F(ComparisonStore, OnlyPresentMembersAreCompared) {
  AddPersons(0, 30);
  AddPersons(30, 5, "230222101200");
  ASSERT_TRUE(Run([](sql::Transaction& tx) {
                return tx
                    .Execute(
                        "UPDATE person SET left_on = '2017-01-01', left_reason = '01' WHERE "
                        "id = 1000003")
                    .status();
              }).ok());
  PersonKeys all;
  std::string after;
  do {
    after = *db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return ReadPresentHashes(tx, after, PartOf(0, 1).last_hash(), 10, all);
    });
  } while (!after.empty());
  EXPECT_EQ(all.size(), 34u);
  PersonKeys county;
  RegionPersonsPage page{
      .region = Code("230221000000"), .after_region = {}, .after_household = {}, .households = 7};
  while (*db_->Fetch(Soon(),
                     [&](sql::Transaction& tx) { return ReadPresentHashes(tx, page, county); })) {
  }
  EXPECT_EQ(county.size(), 29u);
  auto present = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
    return LoadPresent(tx, {PersonId(1'000'002), PersonId(1'000'003), PersonId(1'000'031)},
                       Code("230221000000"));
  });
  ASSERT_THAT(*present, SizeIs(1));
  EXPECT_EQ(present->front().hash, HashOf(2));
}

TEST_F(ComparisonStore, AuthorizationsCoverTheirKindsAndDays) {
  ASSERT_TRUE(Run([](sql::Transaction& tx) {
                return PutAuthorizations(tx,
                                         {{.household = 1,
                                           .signed_on = Date(2017, 1, 1),
                                           .valid_to = Date(2017, 12, 31),
                                           .kinds = {"vehicles"},
                                           .evidence_sha256 = std::string(32, 'e')},
                                          {.household = 2,
                                           .signed_on = Date(2017, 1, 1),
                                           .valid_to = Date(2017, 12, 31),
                                           .kinds = {},
                                           .evidence_sha256 = std::string(32, 'e')}},
                                         {.recorded_by = "tester", .recorded_at = absl::Now()});
              }).ok());
  auto authorized = [&](const std::string& kind, Date day) {
    return *db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return FindAuthorized(tx, {HouseholdId(1), HouseholdId(2), HouseholdId(3)}, kind, day);
    });
  };
  EXPECT_THAT(authorized("vehicles", Date(2017, 12, 31)),
              ElementsAre(HouseholdId(1), HouseholdId(2)));
  EXPECT_THAT(authorized("housing", Date(2017, 1, 1)), ElementsAre(HouseholdId(2)));
  EXPECT_THAT(authorized("vehicles", Date(2018, 1, 1)), IsEmpty());
  EXPECT_THAT(authorized("vehicles", Date(2016, 12, 31)), IsEmpty());
}

TEST_F(ComparisonStore, ACopyOfAListIsRefusedUntilTheFirstEnds) {
  AddList(1, {1});
  auto publish = [&](int64_t id) {
    return Run([&](sql::Transaction& tx) -> absl::Status {
      ComparisonList list;
      list.id = ComparisonListId(id);
      list.data_date = list.expires_on = Date(2017, 1, 1);
      list.created_at = absl::Now();
      JZ_RETURN_IF_ERROR(InsertComparisonList(tx, list));
      std::string digest(32, '\0');
      digest.replace(0, 10, "1000000001");
      return PublishComparisonList(tx, list, digest);
    });
  };
  EXPECT_TRUE(absl::IsAlreadyExists(publish(2)));
  ASSERT_TRUE(
      Run([](sql::Transaction& tx) { return EndComparisonList(tx, ComparisonListId(1)); }).ok());
  EXPECT_TRUE(publish(3).ok());
}

}  // namespace
}  // namespace jz::identification::testing
