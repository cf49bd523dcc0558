#include "services/identification/store/household_store.h"

#include "services/identification/store/income_store.h"
#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HouseholdStore : public RegisterDatabase {
 protected:
  std::vector<int64_t> List(const auth::RegionScope& scope, const HouseholdPage& page) {
    std::vector<int64_t> ids;
    EXPECT_TRUE(db_->Read(Soon(),
                          [&](sql::Transaction& tx) -> absl::Status {
                            JZ_ASSIGN_OR_RETURN(std::vector<Household> rows,
                                                ListHouseholds(tx, scope, page));
                            ids.clear();
                            for (const Household& row : rows) ids.push_back(row.id.value());
                            return absl::OkStatus();
                          })
                    .ok());
    return ids;
  }
};

TEST_F(HouseholdStore, ReadsBackWhatWasWritten) {
  Household written = MakeHousehold(7, "H7");
  written.group_name = "3组";
  written.head = PersonId(9);
  written.member_count = 4;
  written.phone_sealed = std::string("\0\x01\xFF", 3);
  written.main_cause = "01";
  written.safe_water = true;
  written.exclusion_kinds = {"01", "11"};
  written.net_income_per_head_fen = -5;
  written.previous_net_income_per_head_fen = 314'600;
  written.able_to_work_count = 2;
  written.planned_exit_year = 2019;
  written.import_job = 77;
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return InsertHouseholds(tx, {written}); }).ok());
  ASSERT_TRUE(Run([&](sql::Transaction& tx) -> absl::Status {
                JZ_ASSIGN_OR_RETURN(std::vector<Household> rows,
                                    LockHouseholds(tx, ScopeOf("230221000000"), {HouseholdId(7)}));
                EXPECT_THAT(rows, SizeIs(1));
                const Household& row = rows.at(0);
                EXPECT_EQ(row.region, written.region);
                EXPECT_EQ(row.group_name, "3组");
                EXPECT_EQ(row.national_no, "H7");
                EXPECT_EQ(row.head, PersonId(9));
                EXPECT_EQ(row.state, HouseholdState::kRegistered);
                EXPECT_EQ(row.state_since, Date(2014, 6, 30));
                EXPECT_EQ(row.member_count, 4);
                EXPECT_EQ(row.phone_sealed, written.phone_sealed);
                EXPECT_TRUE(row.safe_water);
                EXPECT_FALSE(row.medical_ok);
                EXPECT_THAT(row.exclusion_kinds, ElementsAre("01", "11"));
                EXPECT_EQ(row.net_income_per_head_fen, -5);
                EXPECT_EQ(row.planned_exit_year, 2019);
                EXPECT_EQ(row.import_job, 77);
                EXPECT_EQ(row.created_at, written.created_at);
                return absl::OkStatus();
              }).ok());
}

TEST_F(HouseholdStore, ShowsNothingOutsideTheScope) {
  ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                return InsertHouseholds(tx, {MakeHousehold(7, "H7")});
              }).ok());
  for (const char* region : {"230222000000", "230221101201", "230221102000"}) {
    ASSERT_TRUE(db_->Read(Soon(),
                          [&](sql::Transaction& tx) -> absl::Status {
                            auto rows = LoadHouseholds(tx, ScopeOf(region), {HouseholdId(7)});
                            EXPECT_THAT(*rows, IsEmpty());
                            return rows.status();
                          })
                    .ok());
    EXPECT_THAT(List(ScopeOf(region), {}), IsEmpty());
  }
  EXPECT_THAT(List(auth::RegionScope(), {}), IsEmpty());
}

TEST_F(HouseholdStore, PagesByVillageAndIdWhateverTheIds) {
  // Ids do not grow with the villages: a household can move.
  ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                return InsertHouseholds(
                    tx,
                    {MakeHousehold(9, "a", "230221101200"), MakeHousehold(3, "b", "230221101201"),
                     MakeHousehold(5, "c", "230221101200"), MakeHousehold(4, "d", "230221101202")});
              }).ok());
  HouseholdPage page{.states = {}, .after_region = {}, .after_id = {}, .limit = 2};
  EXPECT_THAT(List(ScopeOf("230221000000"), page), ElementsAre(5, 9));
  page.after_region = Code("230221101200");
  page.after_id = HouseholdId(9);
  EXPECT_THAT(List(ScopeOf("230221000000"), page), ElementsAre(3, 4));
  page.after_id = HouseholdId(5);
  EXPECT_THAT(List(ScopeOf("230221000000"), page), ElementsAre(9, 3));
  page.states = {HouseholdState::kExited};
  EXPECT_THAT(List(ScopeOf("230221000000"), page), IsEmpty());
}

TEST_F(HouseholdStore, ANationalNumberIsUniqueInItsCounty) {
  auto insert = [&](const Household& household) {
    return Run([&](sql::Transaction& tx) { return InsertHouseholds(tx, {household}); });
  };
  ASSERT_TRUE(insert(MakeHousehold(1, "H")).ok());
  absl::Status twice = insert(MakeHousehold(2, "H", "230221102200"));
  EXPECT_TRUE(absl::IsAlreadyExists(twice)) << twice;
  EXPECT_EQ(MetadataOf(twice, "constraint"), "uq_household_national_no");
  EXPECT_TRUE(insert(MakeHousehold(3, "H", "230222101200")).ok()) << "another county";
  EXPECT_TRUE(insert(MakeHousehold(4, "")).ok());
  EXPECT_TRUE(insert(MakeHousehold(5, "")).ok()) << "without number";
}

TEST_F(HouseholdStore, UpdatesManyDifferentRowsAtOnce) {
  std::vector<Household> rows;
  for (int64_t id = 1; id <= 1500; ++id) rows.push_back(MakeHousehold(id, absl::StrCat("H", id)));
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return InsertHouseholds(tx, rows); }).ok());
  for (Household& row : rows) {
    row.planned_exit_year = static_cast<int>(2000 + row.id.value() % 7);
    row.version = 2;
  }
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return UpdateHouseholds(tx, rows); }).ok());
  EXPECT_EQ(Count("household WHERE version = 2 AND planned_exit_year = 2000 + id % 7"), 1500);
  EXPECT_EQ(Count("household"), 1500);
}

TEST_F(HouseholdStore, TheLatestIncomeIsTheNewestVersionOfTheLastYear) {
  ASSERT_TRUE(Run([&](sql::Transaction& tx) -> absl::Status {
                JZ_RETURN_IF_ERROR(InsertHouseholds(
                    tx, {MakeHousehold(1, "a"), MakeHousehold(2, "b"), MakeHousehold(3, "c")}));
                auto income = [](int64_t household, int year, int version, int64_t net) {
                  HouseholdIncome row{.household = HouseholdId(household), .statement = {}};
                  row.statement.year = year;
                  row.statement.version = version;
                  row.statement.net_fen = net;
                  return row;
                };
                return InsertIncomes(tx, {income(1, 2016, 1, 10), income(1, 2016, 2, 11),
                                          income(1, 2015, 9, 12), income(3, 2016, 1, 13)});
              }).ok());
  ASSERT_TRUE(db_->Read(Soon(),
                        [&](sql::Transaction& tx) -> absl::Status {
                          JZ_ASSIGN_OR_RETURN(std::vector<HouseholdIncome> latest,
                                              LoadLatestIncomes(tx, {HouseholdId(1), HouseholdId(2),
                                                                     HouseholdId(3)}));
                          EXPECT_THAT(latest, SizeIs(2));
                          EXPECT_EQ(latest.at(0).statement.net_fen, 11);
                          EXPECT_EQ(latest.at(1).household, HouseholdId(3));
                          return absl::OkStatus();
                        })
                  .ok());
}

}  // namespace
}  // namespace jz::identification::testing
